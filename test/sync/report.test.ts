import { deepEqual, equal } from "node:assert/strict";
import { RemedyError } from "../../src/errors";
import { headline, logLines, outcomeOf } from "../../src/sync/report";
import { describeError } from "../../src/sync/runner";
import { renderSummary } from "../../src/sync/summary";
import type { EnvironmentReport } from "../../src/sync/sync-environment";
import { equalsGolden } from "./golden";

const NOW = new Date("2026-03-04T05:06:07Z");
const REPORT: EnvironmentReport = {
  environment: "production",
  changed: {
    A_KEY: "2026-03-04T05:06:06Z",
    B_KEY: "2026-03-03T05:06:06Z",
    D_KEY: "2026-01-01T00:00:00Z",
    E_KEY: "odd",
  },
  groups: [
    {
      group: "api-keys",
      environment: "default/app-api-keys",
      revision: 4,
      lines: [
        { name: "A_KEY", verb: "create", writes: "value", source: "A_KEY", fingerprint: "f" },
        { name: "B_KEY", verb: "update", writes: "value", source: "OLD_B_KEY", fingerprint: "f" },
        {
          name: "C_KEY",
          verb: "update",
          writes: "references",
          source: "C_KEY",
          reason: "its variables were missing",
        },
        { name: "D_KEY", verb: "unchanged", source: "D_KEY", fingerprint: "f" },
        { name: "E_KEY", verb: "unchanged", reason: "did not arrive; ESC keeps the value it has" },
        { name: "F_KEY", verb: "waiting", reason: "nobody has set it" },
        { name: "G_KEY", verb: "refused", reason: "nobody has set it" },
        { name: "H_KEY", verb: "refused", reason: "nobody has set it" },
        { name: "I_KEY", verb: "refused", reason: "is only white space" },
        { name: "J_KEY", verb: "skipped", holds: "f" },
      ],
    },
    {
      group: "databases",
      environment: "default/app-databases",
      lines: [],
      failure: "default/app-databases: gone",
    },
  ],
  ledgerFailure: "default/app-ledger: gone",
  alertFailure: "the alert's webhook: no answer",
};
const QUIET: EnvironmentReport = {
  environment: "staging",
  changed: {},
  groups: [
    {
      group: "api-keys",
      environment: "default/app-api-keys",
      revision: 4,
      lines: [{ name: "A_KEY", verb: "unchanged", source: "A_KEY", fingerprint: "f" }],
    },
  ],
};

const HELD: EnvironmentReport = {
  environment: "production",
  changed: { C_KEY: "2026-01-01T00:00:00Z" },
  groups: ["api-keys", "databases"].map((group) => ({
    group,
    environment: `default/app-${group}`,
    lines: [
      { name: `${group}-A`, verb: "held", planned: "update" },
      { name: `${group}-B`, verb: "held", planned: "delete", reason: "its tombstone is due" },
      { name: `${group}-C`, verb: "unchanged" },
    ],
    held: { code: "many", why: "too many at once" },
  })),
};

describe("the report of a sync", () => {
  it("has the headline, log and page of test/golden", () => {
    const parts = [REPORT, QUIET, HELD].flatMap((report) => [
      headline(report, false),
      headline(report, true),
      ...logLines(report),
      "",
      renderSummary(report, { dryRun: false, now: NOW }),
    ]);
    equalsGolden("sync-report.md", parts.join("\n"));
  });

  it("counts every verb, and fails for what is refused or failed, one line a reason", () => {
    const { counts, failures } = outcomeOf(REPORT);
    deepEqual(counts, {
      create: 1,
      update: 2,
      unchanged: 2,
      waiting: 1,
      refused: 3,
      held: 0,
      pending: 0,
      skipped: 1,
      tombstone: 0,
      delete: 0,
    });
    deepEqual(failures, [
      "G_KEY, H_KEY: nobody has set it",
      "I_KEY: is only white space",
      "default/app-databases: gone",
      "default/app-ledger: gone",
      "the alert's webhook: no answer",
    ]);
    deepEqual(outcomeOf(QUIET).failures, []);
  });

  it("says once what the brake holds, not for each name and group", () => {
    deepEqual(outcomeOf(HELD).failures, ["production: not written: too many at once"]);
  });

  it("says so when there is nothing to do", () => {
    equal(
      headline({ environment: "production", groups: [], changed: {} }, false),
      "production: nothing to do",
    );
  });
});

describe("an error as one line", () => {
  it("says what our own errors say", () => {
    equal(
      describeError(new RemedyError({ code: "?", subject: "it", cause: "broke", remedy: "fix it" })),
      "it: broke. Remedy: fix it",
    );
  });

  it("says kind, code and place of any other, and nothing it holds", () => {
    const system = Object.assign(new Error("ENOENT: no such file canary"), { code: "ENOENT" });
    equal(
      /^sync_secrets: an unexpected Error \(ENOENT\) at .*report\.test\.ts/.test(describeError(system)),
      true,
    );
    for (const thrown of [
      new Error("canary"),
      new TypeError("x\n    at canary"),
      "canary",
      { canary: 1 },
      null,
      undefined,
      system,
    ])
      equal(describeError(thrown).includes("canary"), false);
    const strange = Object.assign(new Error("x"), { code: "canary" });
    equal(describeError(strange).includes("canary"), false);
  });
});
