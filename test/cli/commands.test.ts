import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { acceptOutcome, readCase } from "./golden-case";
import { runCase } from "./run-case";

const FOLDER = join(__dirname, "golden");
/** In every value that the cases set. */
const CANARY = "canary";

describe("commands: one golden file, one case", () => {
  for (const file of readdirSync(FOLDER).sort()) {
    const path = join(FOLDER, file);
    const golden = readCase(path);
    it(`${file.replace(".yaml", "")} ${golden.shows}`, async () => {
      const outcome = await runCase(golden);
      const { stdout, stderr, writes } = outcome;
      assert.ok(!`${stdout}${stderr}${writes.join("\n")}`.includes(CANARY), "it shows a value");
      if (process.env.UPDATE_GOLDEN === "1") acceptOutcome(path, outcome);
      assert.deepEqual(
        outcome,
        readCase(path).expect,
        `${file} differs; if it should, run with UPDATE_GOLDEN=1 and review the difference`,
      );
    });
  }
});
