import { deepEqual } from "node:assert/strict";
import type { Catalog } from "../../secrets/entry";
import { findStatus } from "../../src/cli/status/find-status";

const CATALOG: Catalog = {
  environments: ["production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "API_KEY", group: "keys" },
    { name: "DATABASE_URL", group: "keys", perEnvironment: true },
    { name: "REGION", group: "keys", default: "eu" },
  ],
};
const SYNCED = "2026-08-01T05:17:00Z";
const NOW = new Date("2026-08-03T10:00:00Z");

/** How each secret stands, all synced at one time. */
function standings(updated: Record<string, string>, settled?: string): Record<string, string> {
  const entry = { fingerprint: "f", changed: SYNCED, synced: SYNCED, run: "1", commit: "c" };
  const secrets = {
    API_KEY: { ...entry, source: "API_KEY" },
    DATABASE_URL: { ...entry, source: "DATABASE_URL" },
    REGION: { ...entry, source: "default" },
  };
  const ledger = { key: undefined, revisions: { keys: 3 }, secrets, refused: {} };
  const seen = { environment: "production", ledger, revisions: { keys: 3 } };
  const all = findStatus(CATALOG, [seen], { updated: new Map(Object.entries(updated)), settled }, NOW);
  return Object.fromEntries(all.map(({ name, standing }) => [name, standing.join(" ")]));
}

const RIGHT = { API_KEY: "in-sync", DATABASE_URL: "in-sync", REGION: "in-sync" };

describe("how a secret stands", () => {
  it("is in sync as long as GitHub's time is not later", () => {
    deepEqual(standings({ API_KEY: "2026-07-31T10:00:00Z" }), RIGHT);
  });

  it("is maybe newer in GitHub, until a sync of everything began after that time", () => {
    const updated = { API_KEY: "2026-08-02T10:00:00Z" };
    const newer = { ...RIGHT, API_KEY: "newer-in-github" };
    deepEqual(standings(updated), newer);
    deepEqual(standings(updated, "2026-08-02T05:17:00Z"), newer);
    deepEqual(standings(updated, "2026-08-03T05:17:00Z"), RIGHT);
  });

  it("is gone when GitHub has it no more, but for what the organization never had", () => {
    deepEqual(standings({}, "2026-08-03T05:17:00Z"), { ...RIGHT, API_KEY: "gone-from-github" });
  });
});
