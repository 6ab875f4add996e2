import { deepEqual, equal } from "node:assert/strict";
import * as fc from "fast-check";
import { impossibleClaims, isToCome, withoutImpossible } from "../../src/ledger/claims";
import { EMPTY_LEDGER, type Ledger, newestRunIn, parseLedger, renderLedger } from "../../src/ledger/ledger";

const NOW = new Date("2026-03-01T10:00:00.000Z");
const run = fc.oneof(
  fc.nat(2_000).map(String),
  fc.nat(2_000).map((id) => `by-hand-after-${id}`),
  fc.constant("by-hand"),
);
const time = fc
  .integer({ min: -40, max: 40 })
  .map((hours) => new Date(NOW.getTime() + hours * 3_600_000).toISOString());
const name = fc.constantFrom("ALPHA_KEY", "BETA_KEY");
const texts = { fingerprint: fc.constant("f"), source: fc.constant("s"), commit: fc.constant("c") };
const ledgers: fc.Arbitrary<Ledger> = fc.record(
  {
    key: fc.constant("k"),
    revisions: fc.constant({ keys: 3 }),
    secrets: fc.dictionary(name, fc.record({ ...texts, changed: time, synced: time, run })),
    refused: fc.dictionary(name, fc.record({ times: fc.constant(2), run })),
    proposed: fc.dictionary(
      name,
      fc.record({ run, at: time, request: fc.constant("1"), revision: fc.constant(1) }),
      { minKeys: 1 },
    ),
    writing: fc.dictionary(
      fc.constantFrom("w1", "w2"),
      fc.record({ run, at: time, values: fc.constant({ BETA_KEY: "" }) }),
      { minKeys: 1 },
    ),
    cases: fc.constant({ ALPHA_KEY: { id: "i", by: "ada", since: "2026-03-01T09:00:00Z" } }),
  },
  { requiredKeys: ["key", "revisions", "secrets", "refused"] },
);

describe("what a ledger claims", () => {
  const facts = { newestRun: 1_000, now: NOW };

  it("holds nothing impossible once it is repaired, keeps what can be, and is the same after the second repair", () => {
    fc.assert(
      fc.property(ledgers, (made) => {
        const ledger = structuredClone(made);
        const repaired = withoutImpossible(ledger, facts);
        deepEqual(impossibleClaims(repaired, facts), []);
        equal((newestRunIn(repaired) ?? 0) <= facts.newestRun, true);
        deepEqual(withoutImpossible(repaired, facts), repaired);
        deepEqual(parseLedger(renderLedger(repaired)), repaired);
        if (impossibleClaims(ledger, facts).length === 0)
          deepEqual({ ...repaired, revisions: ledger.revisions }, ledger);
      }),
    );
  });

  it("may name any run where GitHub does not tell, or that is of another GitHub, and only the near future", () => {
    const of = (run: string, synced = NOW.toISOString()) => ({
      ...EMPTY_LEDGER,
      secrets: { A: { fingerprint: "f", source: "A", changed: synced, synced, run, commit: "c" } },
    });
    deepEqual(impossibleClaims(of("1001"), { ...facts, newestRun: undefined }), []);
    deepEqual(impossibleClaims(of("19283746501"), facts), []);
    deepEqual(
      impossibleClaims(of("1001"), facts).map(({ name }) => name),
      ["A"],
    );
    deepEqual(impossibleClaims(of("1000", "2026-03-01T10:30:00Z"), facts), []);
    equal(impossibleClaims(of("1000", "2026-03-01T11:30:00Z"), facts).length, 1);
    equal(isToCome("no time", NOW.getTime()), false);
  });
});
