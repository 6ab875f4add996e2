import { deepEqual, equal } from "node:assert/strict";
import type { ScreenLine } from "../../src/cli/screen";
import { verifyLines } from "../../src/cli/verify-report";
import type { Check } from "../../src/operations/verification/check";

const NAMES = ["KEY_A", "KEY_B", "KEY_C", "KEY_D", "KEY_E"];
const textOf = (line: ScreenLine) => (typeof line === "string" ? line : line.text);
const told = (checks: Check[], isWhole = false, screen = {}) =>
  verifyLines(checks, isWhole, screen).map(textOf);

const inEach = ["staging", "production"].flatMap((each): Check[] => [
  { subject: `ESC of ${each}`, code: "esc-environments-protected", state: "ok", cause: "7 environments" },
  {
    subject: `values of ${each}`,
    code: "values-differ",
    state: "wrong",
    cause: `5 of 9 need attention: ${NAMES.join(", ")}`,
    remedy: `./sophia-secrets status --environment ${each}`,
    brief: { cause: "5 of 9 need attention", names: NAMES, remedy: "./sophia-secrets status" },
  },
  {
    subject: `application of ${each}`,
    code: "application-values-missing",
    state: "wrong",
    cause: `without a value: ${NAMES.join(", ")}`,
    remedy: "run the sync",
    brief: { cause: "4 of 9 load; 5 have no value", names: NAMES, remedy: "run the sync" },
  },
]);
const CHECKS: Check[] = [
  { subject: "access", code: "access-matches", state: "ok", cause: "as the policies give" },
  {
    subject: "names in GitHub",
    code: "x",
    state: "unknown",
    cause: "GITHUB_TOKEN: is not set",
    remedy: "export it",
  },
  {
    subject: "secrets in GitHub",
    code: "x",
    state: "unknown",
    cause: "GITHUB_TOKEN: is not set",
    remedy: "export it",
  },
  {
    subject: "branch main of carrier",
    code: "open",
    state: "warning",
    cause: "anyone may push",
    remedy: "protect it",
  },
  ...inEach,
];

describe("what verify shows", () => {
  it("is what is wrong first, each cause, list of names and remedy once, and what is right in a line", () => {
    deepEqual(told(CHECKS), [
      "10 checks: 4 wrong, 2 unknown, 1 warning, 3 ok",
      "",
      "wrong values of staging, production: 5 of 9 need attention",
      "  KEY_A, KEY_B, KEY_C and 2 more",
      "  Remedy: ./sophia-secrets status",
      "",
      "wrong application of staging, production: 4 of 9 load; 5 have no value",
      "  the same 5 secrets as above",
      "  Remedy: run the sync",
      "",
      "unknown names in GitHub, secrets in GitHub: GITHUB_TOKEN: is not set",
      "  Remedy: export it",
      "",
      "warning branch main of carrier: anyone may push",
      "  Remedy: protect it",
      "",
      "ok 3 as they should be: access, ESC",
    ]);
  });

  it("names everything with --all, and one environment's own remedy where it is the only one", () => {
    const whole = told(CHECKS, true);
    equal(whole.includes(`  ${NAMES.join(", ")}`), true);
    equal(whole.includes("ok ESC of staging: 7 environments"), true);
    const one = told(CHECKS.filter(({ subject }) => !subject.endsWith("production")));
    equal(one.includes("  Remedy: ./sophia-secrets status --environment staging"), true);
  });

  it("fits every line to a terminal, with symbols", () => {
    const lines = told(CHECKS, false, { width: 40, symbols: true });
    deepEqual(
      lines.filter((line) => line.length > 40),
      [],
    );
    equal(
      lines.some((line) => line.startsWith("✗ values of staging, production")),
      true,
    );
  });

  it("is one line more than the sum where all is right", () => {
    deepEqual(told(CHECKS.filter(({ state }) => state === "ok")), [
      "3 checks: all ok",
      "",
      "ok 3 as they should be: access, ESC",
    ]);
  });
});
