import { equal } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";

const ROOT = join(__dirname, "../../..");
const committed = (file: string) => readFileSync(join(ROOT, "dist", file), "utf8");

describe("the TypeScript runtime in dist/", () => {
  it("is compiled from the sources as they stand (else: make bundle)", () => {
    const { outputFiles } = buildSync({
      absWorkingDir: ROOT,
      entryPoints: ["src/loaders/typescript/index.ts"],
      bundle: true,
      platform: "node",
      target: "node22",
      format: "esm",
      legalComments: "none",
      write: false,
    });
    equal(outputFiles[0]?.text, committed("loader.mjs"));
  });

  it("has the declarations of the sources as they stand (else: make bundle)", function () {
    this.timeout(120_000);
    const folder = mkdtempSync(join(tmpdir(), "declarations-"));
    try {
      const file = join(folder, "loader.d.ts");
      const options = ["--silent", "--no-check", "--no-banner", "--project", "tsconfig.json", "-o", file];
      const command = join(ROOT, "node_modules/.bin/dts-bundle-generator");
      execFileSync(command, [...options, "src/loaders/typescript/index.ts"], { cwd: ROOT });
      equal(readFileSync(file, "utf8"), committed("loader.d.ts"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
