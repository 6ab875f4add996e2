import { deepEqual } from "node:assert/strict";
import { resolveCatalog } from "../../src/catalog/entry";
import { EMPTY_LEDGER, type Ledger } from "../../src/ledger/ledger";
import { findLeftovers } from "../../src/operations/status/leftovers";

const NOW = new Date("2026-08-03T10:00:00Z");
const CATALOG = resolveCatalog({
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "API_KEY", group: "keys" },
    { name: "DATABASE_URL", group: "keys", perEnvironment: true },
  ],
});
const inGitHub = (...names: string[]) => ({
  updated: new Map(names.map((name) => [name, "2026-08-01T10:00:00Z"])),
  settled: undefined,
  newestRun: undefined,
  unstarted: [],
});
const left = (ledger: Partial<Ledger> | undefined, ...names: string[]) => {
  const whole = ledger === undefined ? undefined : { ...EMPTY_LEDGER, ...ledger };
  const seen = [{ environment: "production", ledger: whole, groups: {} }];
  return findLeftovers(CATALOG, seen, inGitHub(...names), NOW).map(
    ({ subject, cause }) => `${subject}: ${cause}`,
  );
};

describe("what status names as left behind", () => {
  it("is nothing where nothing is, or the ledger cannot be read", () => {
    deepEqual(left({}, "API_KEY"), []);
    deepEqual(left(undefined), []);
  });

  it("is an open case, a state without a tag, and a sync that was interrupted, but none that may be at work", () => {
    deepEqual(left({ cases: { API_KEY: { id: "i", by: "ada", since: "2026-08-03T09:00:00Z" } } }), [
      "production: ada has a case of API_KEY open since 2026-08-03T09:00:00Z",
    ]);
    deepEqual(left({ untagged: true }), ["production: what the last sync left has no tag in each group"]);
    const writing = (at: string) => ({ writing: { w: { run: "43", at, values: { API_KEY: "f" } } } });
    deepEqual(left(writing("2026-08-03T09:00:00Z")), [
      "production: run 43 said at 2026-08-03T09:00:00Z that it writes API_KEY, and has not ended",
    ]);
    deepEqual(left(writing("2026-08-03T09:55:00Z")), []);
  });

  it("is the organization secret of an entry that has a value per environment now", () => {
    deepEqual(left({}, "DATABASE_URL"), [
      "DATABASE_URL: an organization secret of it is left from before it had a value per environment",
    ]);
  });
});
