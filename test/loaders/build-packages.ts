import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const NEEDED = ["package.json", "LICENSE", "docs", "dist", "src", "tsconfig.json"];

/** The files that `make loaders` makes. */
export interface BuiltPackages {
  wheel: string;
  tarball: string;
}

/**
 * Runs the build of `make loaders` in a copy of the project, and takes what comes of it into a folder.
 *
 * @param env more environment variables of the build.
 */
export function buildPackages(to: string, env: NodeJS.ProcessEnv = {}): BuiltPackages {
  const copy = mkdtempSync(join(tmpdir(), "loaders-"));
  try {
    // Their times become those of now, as in a fresh checkout.
    for (const name of NEEDED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    execFileSync("npm", ["run", "--silent", "loaders"], {
      cwd: copy,
      env: { ...process.env, ...env },
      stdio: "pipe",
    });
    cpSync(join(copy, "build/loaders"), to, { recursive: true });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  const named = (end: string) => join(to, readdirSync(to).find((name) => name.endsWith(end)) ?? end);
  return { wheel: named(".whl"), tarball: named(".tgz") };
}

/** Installs the tarball into a folder as an application does, without a network: it needs no other package. */
export function installTarball(tarball: string, folder: string): void {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "application", private: true }));
  const options = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  execFileSync("npm", ["install", ...options, tarball], { cwd: folder, stdio: "pipe" });
}

if (require.main === module) console.log(JSON.stringify(buildPackages(process.argv[2] ?? "")));
