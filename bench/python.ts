import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(__dirname, "..");
/** Clients and scanners to compare with, each pinned by hash. */
const REQUIREMENTS = {
  "esc-sdk": "test/contracts/python/requirements.txt",
  "detect-secrets": "bench/detect-secrets-requirements.txt",
} as const;

/** What to say where there is none. */
export const NO_PYTHON = "there is no Python 3.10 or later with venv and pip on this machine";

/**
 * A Python that has pulumi-esc-sdk, Pulumi's own client, or detect-secrets, in a virtual environment that git ignores.
 *
 * @returns path of the interpreter; undefined where the machine has no Python for it.
 * @throws Error when the package cannot be installed.
 */
export function pythonWith(name: keyof typeof REQUIREMENTS): string | undefined {
  const usable = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  if (spawnSync("python3", ["-c", usable]).status !== 0) return undefined;
  const requirements = join(PROJECT, REQUIREMENTS[name]);
  const stamp = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = join(PROJECT, `.python/${name}-${stamp}`);
  const python = join(folder, "bin", "python");
  const ready = join(folder, "ready");
  if (existsSync(ready)) return python;
  const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"];
  for (const [command, ...rest] of [
    ["python3", "-m", "venv", "--clear", folder],
    [python, "-m", "pip", "install", ...options, "--require-hashes", "-r", requirements],
  ] as const) {
    const { status, stderr } = spawnSync(command, rest, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${command} ${rest.slice(0, 3).join(" ")} failed: ${stderr}`);
  }
  writeFileSync(ready, "");
  return python;
}
