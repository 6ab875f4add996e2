import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import { catalog as sophia } from "../../secrets/catalog";
import { checkCatalog } from "../../src/catalog/checks/check-catalog";
import { type Catalog, type Entry, resolveCatalog } from "../../src/catalog/entry";
import { EMPTY_LEDGER, type Ledger } from "../../src/ledger/ledger";
import { type RotationRow, rotationStatus } from "../../src/ledger/rotation";

const NOW = new Date("2026-08-01T10:00:00Z");
const DAY_MS = 86_400_000;
const PAGE = "https://vendor.example/keys";

function catalogOf(...secrets: (Partial<Entry> & { name: string })[]): Catalog {
  return {
    environments: ["development", "staging", "production"],
    groups: {
      keys: { description: "", rotationDays: 90, owner: "DevOps" },
      tokens: { description: "", rotationDays: 365, owner: "Security" },
    },
    secrets: secrets.map((entry) => ({ group: "keys", ...entry })),
  };
}

/** Ledgers from days of changes: `{ production: { A: "2026-05-01" } }`. */
function ledgersOf(changes: Record<string, Record<string, string>>, source?: string): Record<string, Ledger> {
  const entry = { fingerprint: "f", synced: "2026-07-31T00:00:00Z", run: "1", commit: "c" };
  return Object.fromEntries(
    Object.entries(changes).map(([environment, secrets]) => {
      const pairs = Object.entries(secrets).map(
        ([name, changed]) => [name, { ...entry, changed, source: source ?? name }] as const,
      );
      return [environment, { ...EMPTY_LEDGER, secrets: Object.fromEntries(pairs) }];
    }),
  );
}

const everywhere = (changed: string) =>
  ledgersOf({ development: { A: changed }, staging: { A: changed }, production: { A: changed } });

const statusOf = (catalog: Catalog, ledgers: Record<string, Ledger | undefined>, more = {}) =>
  rotationStatus(resolveCatalog(catalog), ledgers, NOW, { dueWithinDays: 14, ...more });

const told = (rows: readonly RotationRow[]) =>
  rows.map(({ name, environments, state }) => `${name} ${environments.join("+")} ${state}`);

describe("rotation", () => {
  it("takes the vendor's last day for the value's where that is the earlier one", () => {
    for (const [expires, state, dueOn] of [
      ["2026-07-31", "overdue", "2026-07-31"],
      ["2026-08-01", "due", "2026-08-01"],
      ["2026-09-01", "fresh", "2026-09-01"],
      ["2027-08-01", "fresh", "2026-09-29"],
    ] as const) {
      const [row] = statusOf(catalogOf({ name: "A", expires }), everywhere("2026-07-01T23:00:00Z"));
      deepEqual([row?.state, row?.dueOn, row?.note], [state, dueOn, `the vendor takes it until ${expires}`]);
    }
  });

  it("knows the vendor's last day of the pipeline's own credential, which is in no ledger", () => {
    const catalog = catalogOf({ name: "A", bootstrap: true, expires: "2026-07-31" });
    const [row] = statusOf(catalog, {}, { updated: new Map([["A", "2026-07-30T00:00:00Z"]]) });
    deepEqual([row?.state, row?.dueOn], ["overdue", "2026-07-31"]);
  });

  it("refuses an expires that is not a day", () => {
    deepEqual(
      checkCatalog(resolveCatalog(catalogOf({ name: "A", expires: "2026-02-30" })), "app").map(
        ({ code }) => code,
      ),
      ["expiry-invalid"],
    );
  });

  it("counts from the last change of the value: one row for an organization's secret", () => {
    deepEqual(statusOf(catalogOf({ name: "A", page: PAGE }), everywhere("2026-07-01T23:00:00Z")), [
      {
        name: "A",
        environments: ["development", "staging", "production"],
        owner: "DevOps",
        state: "fresh",
        rotationDays: 90,
        changed: "2026-07-01T23:00:00.000Z",
        ageDays: 31,
        dueOn: "2026-09-29",
        page: PAGE,
        note: undefined,
      },
    ]);
  });

  it("is due from so many days before its day on, in time on that day, overdue after it", () => {
    const stateAt = (changed: string) => statusOf(catalogOf({ name: "A" }), everywhere(changed))[0]?.state;
    equal(stateAt("2026-05-18T00:00:00Z"), "fresh"); // 75 days
    equal(stateAt("2026-05-17T23:59:59Z"), "due"); // 76
    equal(stateAt("2026-05-03T00:00:00Z"), "due"); // 90
    equal(stateAt("2026-05-02T23:59:59Z"), "overdue"); // 91
    equal(stateAt("2027-01-01T00:00:00Z"), "fresh"); // a clock that is ahead
  });

  it("takes interval and owner from the entry before the group", () => {
    const catalog = catalogOf(
      { name: "A", rotationDays: 30, owner: "Platform" },
      { name: "B", group: "tokens" },
    );
    const changed = "2026-06-01T00:00:00Z";
    const rows = statusOf(catalog, ledgersOf({ production: { A: changed, B: changed } }));
    deepEqual(
      rows.map(({ name, owner, state, dueOn }) => [name, owner, state, dueOn]),
      [
        ["A", "Platform", "overdue", "2026-07-01"],
        ["B", "Security", "fresh", "2027-06-01"],
      ],
    );
  });

  it("splits environments that changed more than a day apart, the most urgent first", () => {
    const ledgers = ledgersOf({
      development: { A: "2026-04-01T23:00:00Z" },
      staging: { A: "2026-07-20T00:00:00Z" },
      production: { A: "2026-04-02T05:17:00Z" },
    });
    const rows = statusOf(catalogOf({ name: "A" }), ledgers);
    deepEqual(told(rows), ["A development+production overdue", "A staging fresh"]);
    equal(rows[0]?.dueOn, "2026-06-30"); // of the older of the two
  });

  it("has a row for each environment where each has a value of its own", () => {
    const rows = statusOf(catalogOf({ name: "A", perEnvironment: true }), everywhere("2026-07-01T00:00:00Z"));
    deepEqual(told(rows), ["A development fresh", "A production fresh", "A staging fresh"]);
  });

  it("tells apart what has no value yet and what cannot be read", () => {
    const ledgers = { ...ledgersOf({ production: {} }), staging: undefined };
    const rows = statusOf(catalogOf({ name: "A" }), ledgers);
    deepEqual(told(rows), ["A production never", "A staging unknown"]);
    const broken = statusOf(catalogOf({ name: "A" }), ledgersOf({ production: { A: "soon" } }));
    deepEqual(told(broken), ["A production unknown"]);
  });

  it("asks of nobody what is not a person's to rotate", () => {
    const old = "2025-01-01T00:00:00Z";
    const leaving = catalogOf({ name: "A", tombstone: "2026-12-31" });
    const held = statusOf(leaving, ledgersOf({ production: { A: old } }));
    deepEqual([told(held), held[0]?.note], [["A production exempt"], "expires on 2026-12-31"]);
    const byDefault = statusOf(
      catalogOf({ name: "A", default: "x" }),
      ledgersOf({ production: { A: old } }, "default"),
    );
    equal(byDefault[0]?.note, "its public default");
    const address = statusOf(
      catalogOf({ name: "A", credential: false }),
      ledgersOf({ production: { A: old } }),
    );
    equal(address[0]?.note, "no credential");
    const unset = statusOf(catalogOf({ name: "A", required: false }), ledgersOf({ production: {} }));
    equal(unset[0]?.note, "optional, and never set");
  });

  it("leaves to ESC what ESC rotates", () => {
    const rotator = {
      kind: "password" as const,
      ...{ name: "session", group: "tokens", schedule: "0 3 1 * *", value: "SESSION_KEY" },
      environments: ["production"],
    };
    const rows = statusOf({ ...catalogOf(), rotators: [rotator] }, everywhere("2025-01-01T00:00:00Z"));
    deepEqual(told(rows), ["SESSION_KEY production exempt"]);
    deepEqual([rows[0]?.owner, rows[0]?.note], ["Security", "ESC rotates it: 0 3 1 * * (UTC)"]);
  });

  it("counts a default that a person's value has replaced, and says where a configured value is changed", () => {
    const old = ledgersOf({ production: { A: "2025-01-01T00:00:00Z" } });
    equal(statusOf(catalogOf({ name: "A", default: "x" }), old)[0]?.state, "overdue");
    equal(
      statusOf(catalogOf({ name: "A", value: "config" }), old)[0]?.note,
      "in the stack's config: values.A",
    );
  });

  it("knows of the pipeline's own credential only that it is at least so old", () => {
    const catalog = catalogOf({ name: "TOKEN", bootstrap: true, required: true });
    const at = (time: string) => statusOf(catalog, {}, { updated: new Map([["TOKEN", time]]) })[0];
    deepEqual([at("2026-07-01T00:00:00Z")?.state, at("2026-07-01T00:00:00Z")?.ageDays], ["unknown", 31]);
    deepEqual([at("2026-01-01T00:00:00Z")?.state, at("2026-01-01T00:00:00Z")?.dueOn], ["overdue", undefined]);
    equal(statusOf(catalog, {})[0]?.note, "GitHub was not asked");
    equal(statusOf(catalog, {}, { updated: new Map() })[0]?.note, "not in GitHub");
    equal(
      statusOf(catalogOf({ name: "T", bootstrap: true }), {}, { updated: new Map() })[0]?.state,
      "exempt",
    );
  });

  it("lists by owner, then by urgency, then by day", () => {
    const catalog = catalogOf(
      { name: "D", group: "tokens" },
      { name: "C" },
      { name: "B" },
      { name: "A" },
      { name: "E" },
    );
    const ledgers = ledgersOf({
      production: { A: "2026-07-31T00:00:00Z", B: "2026-02-01T00:00:00Z", C: "2026-01-01T00:00:00Z" },
    });
    deepEqual(told(statusOf(catalog, ledgers)), [
      "C production overdue",
      "B production overdue",
      "E production never",
      "A production fresh",
      "D production never",
    ]);
  });

  it("has an https page, or none, for every secret of Sophia", () => {
    const pages = sophia.secrets.flatMap(({ page }: Entry) => (page === undefined ? [] : [new URL(page)]));
    equal(pages.length >= 25, true);
    for (const { protocol, hostname } of pages)
      deepEqual([protocol, hostname.includes(".")], ["https:", true]);
    for (const page of [
      "http://vendor.example",
      "vendor.example",
      "https://me:x@vendor.example",
      "",
      `${PAGE}\nEND:VCALENDAR`,
      `${PAGE}\u001bc`,
      `${PAGE}/a b`,
      `${PAGE}/\u202e`,
    ]) {
      deepEqual(
        checkCatalog(resolveCatalog(catalogOf({ name: "A", page })), "app").map(
          ({ subject: thing, cause }) => `${thing} ${cause}`,
        ),
        ["A its page is not an https address"],
        page,
      );
    }
    deepEqual(checkCatalog(resolveCatalog(catalogOf({ name: "A", page: PAGE })), "app"), []);
  });

  it("calls overdue exactly what today is past its day, whatever the hours", () => {
    const ledgerAt = (time: number) => ledgersOf({ production: { A: new Date(time).toISOString() } });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY_MS }), (age) => {
        const row = statusOf(catalogOf({ name: "A" }), ledgerAt(NOW.getTime() - age))[0];
        equal(row?.state === "overdue", "2026-08-01" > (row?.dueOn ?? ""));
      }),
    );
  });
});
