import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { writeWhole } from "./write-whole";

/** One TypeScript program and the file it is compiled to. */
export interface CompileOptions {
  projectDir: string;
  /** Entry, absolute. */
  entry: string;
  /** Output, absolute; with external packages it must lie inside the project, where node_modules is found. */
  output: string;
  /** "bundle" copies packages in, which starts faster; "external" loads them from node_modules. */
  packages: "bundle" | "external";
}

/** Beside the output: what it was made of, each file with its SHA-256. */
type Ingredients = Record<string, string>;

/**
 * Compiles a program with esbuild to one CommonJS file for Node.js 22, unless the output was made of the same
 * files: then it costs a few hashes and esbuild is not even loaded.
 *
 * @returns true when it compiled
 * @throws esbuild's error, which names file, line and cause
 */
export async function compileOnce(options: CompileOptions): Promise<boolean> {
  const { projectDir, entry, output, packages } = options;
  const record = `${output}.json`;
  if (existsSync(output) && isUnchanged(projectDir, record)) return false;
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: projectDir,
    outfile: output,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    packages,
    logLevel: "silent",
    // The project's noEmit, noCheck and include mean nothing to a bundle.
    tsconfigRaw: {},
  });
  const own = Object.keys(result.metafile.inputs).filter((path) => !path.startsWith("node_modules/"));
  // The lock file stands for every package, esbuild itself among them.
  const files = [...own, "package-lock.json"].filter((path) => existsSync(join(projectDir, path)));
  const ingredients: Ingredients = Object.fromEntries(
    files.map((path) => [path, hashOf(join(projectDir, path))]),
  );
  writeWhole(output, result.outputFiles[0]?.text ?? "");
  writeWhole(record, JSON.stringify({ entry: relative(projectDir, entry), packages, ingredients }));
  return true;
}

function isUnchanged(projectDir: string, record: string): boolean {
  try {
    const { ingredients } = JSON.parse(readFileSync(record, "utf8")) as { ingredients: Ingredients };
    return Object.entries(ingredients).every(([path, hash]) => hashOf(join(projectDir, path)) === hash);
  } catch {
    return false;
  }
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
