import { deepEqual, equal } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuiltPackages, buildPackages, installTarball } from "./build-packages";

const ROOT = join(__dirname, "../..");
const USE = `
import { createLoader, type LoaderSpec, RemedyError, Secret } from "@sophia-secrets/loader";

declare const spec: LoaderSpec;
export const load = (): Promise<{ readonly own: Secret }> => createLoader<{ own: Secret }>(spec, { maxAge: 300 }).load();
export const code = (error: unknown): string | undefined => (error instanceof RemedyError ? error.problem.code : undefined);
`;

describe("the packages of make loaders", function () {
  this.timeout(120_000);
  let folder: string;
  let first: BuiltPackages;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "packages-"));
    first = buildPackages(join(folder, "first"));
    installTarball(first.tarball, folder);
    mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
    symlinkSync(join(ROOT, "node_modules/undici-types"), join(folder, "node_modules/undici-types"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("have the same bytes in another folder, at another time and in another time zone", () => {
    const second = buildPackages(join(folder, "second"), {
      TZ: "Asia/Tokyo",
      SOURCE_DATE_EPOCH: "1000000000",
    });
    for (const name of ["wheel", "tarball"] as const)
      equal(Buffer.compare(readFileSync(first[name]), readFileSync(second[name])), 0, name);
  });

  it("have the digests that stand beside them", () => {
    equal(
      spawnSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: join(folder, "first") }).status,
      0,
    );
  });

  it("are one runtime for import and for require", () => {
    const code = `
      import { createRequire } from "node:module";
      import * as imported from "@sophia-secrets/loader";
      const required = createRequire(import.meta.url)("@sophia-secrets/loader");
      console.log(JSON.stringify([Object.keys(imported), Object.keys(required), imported.Secret === required.Secret]));`;
    writeFileSync(join(folder, "both.mjs"), code);
    const told = execFileSync(process.execPath, ["both.mjs"], { cwd: folder, encoding: "utf8" });
    const [imported, required, isOne] = JSON.parse(told) as [string[], string[], boolean];
    deepEqual([imported.sort(), isOne], [required.sort(), true]);
  });

  it("need no other package, Node.js 22 and nothing of a build", () => {
    const installed = JSON.parse(
      readFileSync(join(folder, "node_modules/@sophia-secrets/loader/package.json"), "utf8"),
    );
    const { dependencies, scripts, engines } = installed;
    deepEqual([dependencies, scripts, engines], [undefined, undefined, { node: ">=22" }]);
  });

  // As attw looks: what `import` and `require` each find, with the declarations checked too.
  it("type-check strictly from an ES module and from a CommonJS one, and wrong uses do not", () => {
    const files = ["mts", "cts"].flatMap((extension) => {
      writeFileSync(join(folder, `right.${extension}`), USE);
      writeFileSync(join(folder, `wrong.${extension}`), USE.replace("maxAge: 300", 'maxAge: "soon"'));
      return [`right.${extension}`, `wrong.${extension}`];
    });
    const options =
      "--noEmit --strict --exactOptionalPropertyTypes --target es2022 --types node --module node16";
    const args = [join(ROOT, "node_modules/typescript/lib/tsc.js"), ...options.split(" "), ...files];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    const blamed = stdout.split("\n").flatMap((line) => /^(\S+?)\(\d/.exec(line)?.[1] ?? []);
    deepEqual(blamed.sort(), ["wrong.cts", "wrong.mts"], stdout);
  });
});
