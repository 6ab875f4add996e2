import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npmPackageOf, type PackageFile, type PackageParts, wheelOf } from "./packages";

/** Both packages, from this project's folder as it stands. @param compiled the TypeScript runtime as CommonJS. */
export function packagesOf(project: string, compiled: string): PackageFile[] {
  const read = (path: string) => readFileSync(join(project, path), "utf8");
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const folder = "src/loaders/python/sophia_secrets";
  const modules = readdirSync(join(project, folder)).filter((name) => /\.py$|^py\.typed$/.test(name));
  const [, listed = ""] = /\nexport \{\n([\s\S]*?)\n\};\s*$/.exec(read("dist/loader.mjs")) ?? [];
  const parts: PackageParts = {
    version,
    license: read("LICENSE"),
    python: Object.fromEntries(modules.map((name) => [name, read(`${folder}/${name}`)])),
    typescript: {
      cjs: compiled,
      types: read("dist/loader.d.ts"),
      exports: listed.split(",").map((name) => name.trim()),
    },
    docs: { python: read("docs/load-in-python.md"), typescript: read("docs/load-in-typescript.md") },
  };
  return [wheelOf(parts), npmPackageOf(parts)];
}

/** Writes both packages into build/loaders/, and their digests as sha256sum does. */
function main(): void {
  const to = "build/loaders";
  const packages = packagesOf(process.cwd(), readFileSync("build/loader.cjs", "utf8"));
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  const sums = packages.map(({ name, content }) => {
    writeFileSync(join(to, name), content);
    return `${createHash("sha256").update(content).digest("hex")}  ${name}`;
  });
  writeFileSync(join(to, "SHA256SUMS"), `${sums.join("\n")}\n`);
  for (const line of sums) console.log(line);
}

if (require.main === module) main();
