import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const CHECKOUT = resolve(__dirname, "..", "..");

/** A clone of this project without secrets/ and stack files: src and packages are this checkout's. */
export function projectFolder(files: Readonly<Record<string, string>> = {}) {
  const dir = mkdtempSync(join(tmpdir(), "beginning-"));
  for (const each of ["src", "node_modules", "tsconfig.json"])
    symlinkSync(join(CHECKOUT, each), join(dir, each));
  for (const [path, text] of Object.entries({ "Pulumi.yaml": "name: sophia-secrets\n", ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
