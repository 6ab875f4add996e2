import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { compileOnce } from "../../toolchain/compile";
import { prepareToolchain } from "../../toolchain/toolchain";
import { blocked, type FakeMachine, fakeMachine, writeFile } from "./fake-machine";

describe("preparing the toolchain", () => {
  let machine: FakeMachine;
  const prepare = () => {
    const { projectDir, environment, report, root } = machine;
    const sandboxDir = join(root, "state");
    return prepareToolchain({
      projectDir,
      sandboxDir,
      plugins: "auto",
      environment,
      report,
      releases: blocked,
    });
  };
  beforeEach(() => {
    machine = fakeMachine();
  });
  afterEach(() => machine.remove());

  it("puts a built CLI and this checkout's language host into one folder, as files", async () => {
    machine.addCommand("go", 'while [ "$1" != "-o" ]; do shift; done; echo built > "$2"');
    const { binDir, pulumi, pulumiHome, source, nodeVersion } = await prepare();
    assert.equal(source, "build");
    assert.equal(nodeVersion, process.version);
    assert.equal(realpathSync(pulumi), join(realpathSync(binDir), "pulumi"));
    assert.deepEqual(readdirSync(binDir).sort(), [
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
    ]);
    assert.match(
      readFileSync(join(binDir, "pulumi-language-nodejs"), "utf8"),
      /checkout\/\.sandbox\/toolchain\/language-host\.cjs/,
    );
    assert.ok(pulumiHome.startsWith(join(machine.root, "state")));
  });

  it("uses an official installation of PATH as it is", async () => {
    machine.addCommand("pulumi", "echo v3.301.0");
    machine.addCommand("pulumi-language-nodejs", "");
    const { binDir, version, source } = await prepare();
    assert.deepEqual(
      { binDir, version, source },
      { binDir: join(machine.root, "bin"), version: "3.301.0", source: "path" },
    );
  });

  it("lends its language host to a CLI of PATH that has none", async () => {
    machine.addCommand("pulumi", "echo v3.301.0");
    const { binDir, pulumi } = await prepare();
    assert.ok(binDir.startsWith(machine.projectDir));
    assert.match(readFileSync(pulumi, "utf8"), /v3\.301\.0/);
  });

  it("does nothing again on a warm call", async () => {
    machine.addCommand("go", 'while [ "$1" != "-o" ]; do shift; done; echo built > "$2"');
    await prepare();
    machine.addCommand("go", "exit 9");
    const before = times(machine.root);
    assert.equal((await prepare()).source, "cache");
    assert.deepEqual(times(machine.root), before);
  });

  it("does not mistake its own folder on PATH for an installation", async () => {
    machine.addCommand(
      "go",
      'while [ "$1" != "-o" ]; do shift; done; echo "#!/bin/sh\necho v3.259.0" > "$2"',
    );
    const { binDir, pulumi } = await prepare();
    chmodSync(pulumi, 0o755);
    machine.environment.PATH = `${binDir}:${machine.environment.PATH}`;
    assert.equal((await prepare()).source, "cache");
  });

  it("says npm ci in a checkout without packages", async () => {
    await assert.rejects(
      prepareToolchain({ ...machine, projectDir: machine.root, sandboxDir: machine.root, plugins: "auto" }),
      /package @pulumi\/pulumi: it is not installed .*\n {2}Remedy: run npm ci/,
    );
  });

  it("compiles again when a source has changed, one that is imported too", async () => {
    const entry = writeFile(
      join(machine.root, "p", "main.ts"),
      'import { a } from "./a";\nconsole.log(a);\n',
    );
    const imported = writeFile(join(machine.root, "p", "a.ts"), "export const a = 1;\n");
    const output = join(machine.root, "p", "out.cjs");
    const compile = () =>
      compileOnce({ projectDir: join(machine.root, "p"), entry, output, packages: "external" });
    assert.deepEqual([await compile(), await compile()], [true, false]);
    writeFile(imported, "export const a = 2;\n");
    assert.equal(await compile(), true);
    assert.match(readFileSync(output, "utf8"), /a = 2/);
  });
});

/** Change times of every file the toolchain wrote. */
function times(root: string): Record<string, number> {
  const folders = ["checkout/.sandbox", "state", "home"].map((name) => join(root, name));
  const files = folders.flatMap((folder) =>
    (readdirSync(folder, { recursive: true }) as string[]).map((file) => join(folder, file)),
  );
  return Object.fromEntries(files.map((file) => [file, statSync(file).ctimeMs]));
}
