import assert from "node:assert/strict";
import { catalog as written } from "../../secrets/catalog";
import { resolveCatalog } from "../../src/catalog/entry";
import { EMPTY_LEDGER, renderLedger } from "../../src/ledger/ledger";
import { committedConfig, type ProgramRun, runProgram } from "./run-program";

const SYNCED = { fingerprint: "f", changed: "2026-08-01T05:17:00Z", synced: "2026-08-01T05:17:00Z" };
const NAMES = resolveCatalog(written)
  .entries.filter(({ bootstrap, environments }) => !bootstrap && environments.includes("production"))
  .map(({ name }) => name);

/** A ledger by which the first so many secrets have GitHub's largest size. */
function ledger(large: number): string {
  const entry = (name: string, index: number) => {
    const size = index < large ? { kib: 48 } : {};
    return [name, { ...SYNCED, source: name, run: "1", commit: "c", ...size }] as const;
  };
  return renderLedger({ ...EMPTY_LEDGER, secrets: Object.fromEntries(NAMES.map(entry)) });
}

async function told(large: number, preview = true): Promise<string[]> {
  const stacks = { production: committedConfig("production"), staging: committedConfig("staging") };
  const run: ProgramRun = await runProgram({
    stacks,
    preview,
    ledgers: { "sophia-ai-production-ledger": ledger(large) },
  });
  assert.equal(run.error, undefined);
  return run.said.filter((line) => line.includes("step-too-large"));
}

describe("secrets that are too large together, in a preview", function () {
  this.timeout(60_000);

  it("are a warning with the carrier, the largest and the way out, by the sizes that the ledger has", async () => {
    const [line = "", ...more] = await told(43);
    assert.deepEqual(more, []);
    assert.match(
      line,
      /^warning: .*sophia-main: its job of production would not start: they have 2,0\d\d KiB together/,
    );
    assert.match(line, /most of it [A-Z_]+ \(48 KiB\), .*carriers\[1\]/);
  });

  it("are nothing to warn of where they fit, and in an up", async () => {
    assert.deepEqual(await told(30), []);
    assert.deepEqual(await told(43, false), []);
  });
});
