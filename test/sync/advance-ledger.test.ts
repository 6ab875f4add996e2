import { deepEqual, equal } from "node:assert/strict";
import { EMPTY_LEDGER, type Ledger, parseLedger, renderLedger } from "../../src/ledger/ledger";
import { advanceLedger } from "../../src/sync/advance-ledger";
import type { PlanLine } from "../../src/sync/plan";
import { askOracle, findOracle } from "../esc/differential-oracle";
import { skip } from "../skip";

const KEY = Buffer.alloc(32, 7).toString("base64");
const first = { run: "1", commit: "aaa", now: "2026-01-01T00:00:00.000Z" };
const later = { run: "2", commit: "bbb", now: "2026-02-02T00:00:00.000Z" };

const line = (change: Partial<PlanLine> = {}): PlanLine => ({
  name: "API_KEY",
  verb: "unchanged",
  source: "API_KEY",
  fingerprint: "f1",
  holds: "f1",
  ...change,
});
const created = line({ verb: "create", writes: "value" });
const begin = advanceLedger(
  { ...EMPTY_LEDGER, key: KEY },
  [{ group: "g", lines: [created], revision: 3 }],
  first,
);
const next = (change: Partial<PlanLine>, revision: number | undefined = 3, ledger: Ledger = begin) =>
  advanceLedger(
    ledger,
    [{ group: "g", lines: [line(change)], ...(revision === -1 ? {} : { revision }) }],
    later,
  );

describe("the ledger after a run", () => {
  it("names source, times, run and commit of a new value", () => {
    deepEqual(begin.secrets.API_KEY, {
      fingerprint: "f1",
      source: "API_KEY",
      changed: first.now,
      synced: first.now,
      run: "1",
      commit: "aaa",
    });
    deepEqual(begin.revisions, { g: 3 });
  });

  it("is the same, byte for byte, when nothing changed", () => {
    equal(renderLedger(next({})), renderLedger(begin));
    deepEqual(parseLedger(renderLedger(begin)), begin);
  });

  it("moves both times when the value changed", () => {
    const { secrets } = next({ verb: "update", writes: "value", fingerprint: "f2", holds: "f2" }, 4);
    deepEqual(
      [secrets.API_KEY?.changed, secrets.API_KEY?.synced, secrets.API_KEY?.run],
      [later.now, later.now, "2"],
    );
  });

  it("moves only the time of writing when the same value was written again", () => {
    const { secrets } = next({ verb: "update", writes: "value" }, 4);
    deepEqual([secrets.API_KEY?.changed, secrets.API_KEY?.synced], [first.now, later.now]);
  });

  it("follows a rename of the source and moves no time", () => {
    const { secrets } = next({ source: "OLD_KEY" });
    deepEqual(secrets.API_KEY, { ...begin.secrets.API_KEY, source: "OLD_KEY" });
  });

  it("keeps what it knows of a secret that came without a value", () => {
    const silent = { fingerprint: undefined, source: undefined, verb: "refused" } as unknown as PlanLine;
    deepEqual(next(silent), { ...begin, refused: { API_KEY: { times: 1, run: later.run, at: later.now } } });
  });

  it("forgets the revision when a value stands that it does not know, so that the next run looks", () => {
    const { fingerprint: _f, source: _s, ...silent } = line({ holds: "theirs" });
    const ledger = advanceLedger(begin, [{ group: "g", lines: [silent], revision: 9 }], later);
    deepEqual(ledger.revisions, {});
    deepEqual(ledger.secrets, begin.secrets);
  });

  it("leaves a group that failed as it was", () => {
    deepEqual(next({ fingerprint: "f2", verb: "update", writes: "value" }, -1), begin);
  });

  it("reads the same after Pulumi's own code has stored and decrypted it", function () {
    const oracle = findOracle();
    if ("missing" in oracle) return skip(this, `the real evaluator is not here: ${oracle.missing}`);
    const awkward = [
      "42",
      "1e10",
      "0123",
      "0x1f",
      "1_000",
      "1:30",
      "null",
      "no",
      "2026-01-01",
      "-dash",
      "=",
      "~",
    ];
    const identities = awkward.map((text) => ({ run: text, commit: text, now: later.now }));
    for (const identity of identities) {
      const ledger = advanceLedger(
        { ...EMPTY_LEDGER, key: KEY },
        [{ group: "g", lines: [created], revision: 3 }],
        identity,
      );
      const about = { name: "default/app-ledger" };
      const [stored] = askOracle(oracle.path, [{ action: "encrypt", ...about, text: renderLedger(ledger) }]);
      const [clear] = askOracle(oracle.path, [{ action: "decrypt", ...about, text: stored?.text ?? "" }]);
      deepEqual(parseLedger(clear?.text ?? ""), ledger);
      const [open] = askOracle(oracle.path, [{ action: "open", ...about, text: stored?.text ?? "" }]);
      deepEqual(open?.diagnostics ?? [], []);
    }
  }).timeout(300_000);
});
