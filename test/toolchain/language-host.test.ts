import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { assembleBin } from "../../toolchain/assemble-bin";
import { prepareToolchain } from "../../toolchain/toolchain";
import { finished, type PulumiProgram, pulumiProgram } from "./pulumi-program";

/** On a machine without Pulumi and without downloads, the first run builds the CLI. */
const firstRunMilliseconds = 30 * 60 * 1000;

const apply = ["--yes", "--skip-preview"];

describe("the Node.js language host, under the real engine", function () {
  this.timeout(60_000);
  const sandboxDir = mkdtempSync(join(tmpdir(), "language-host-home-"));
  let program: PulumiProgram;

  before(async function () {
    this.timeout(firstRunMilliseconds);
    const projectDir = resolve(__dirname, "..", "..");
    const report = (message: string) => console.error(`      ${message}`);
    const plugins = { plugins: "auto" as const, providers: [] };
    const toolchain = await prepareToolchain({
      projectDir,
      sandboxDir,
      ...plugins,
      environment: process.env,
      report,
    });
    // Where the machine has an official Pulumi, its own host would be under test.
    const cli = { ...toolchain, hasLanguageHost: false };
    const binDir = await assembleBin(cli, projectDir, join(sandboxDir, "toolchain"));
    program = pulumiProgram({ ...toolchain, binDir, pulumi: join(binDir, "pulumi") });
    await program.pulumi("stack", "init", "dev");
    await program.pulumi(
      "config",
      "set-all",
      "--plaintext",
      "greeting=hello",
      "--secret",
      "hidden=open sesame",
    );
  });
  after(() => {
    program?.remove();
    rmSync(sandboxDir, { recursive: true, force: true });
  });

  /** Runs one command with a config value that is there for this command only. */
  async function withConfig(key: string, value: string, ...args: string[]) {
    return program
      .pulumi(...args, "--config", `${key}=${value}`)
      .finally(() => program.pulumi("config", "rm", key));
  }

  it("previews a TypeScript program: resources, hook, outputs, no secret", async () => {
    const { code, output } = await program.pulumi("preview");
    assert.equal(code, 0, output);
    assert.match(output, /test:index:Part good create/);
    assert.match(output, /guard saw good/);
    assert.match(output, /greeting: "hello"/);
    assert.match(output, /hidden *: \[secret\]/);
    assert.match(output, /2 to create/);
    assert.doesNotMatch(output, /open sesame|warning/);
  });

  it("stops a preview in which a hook refuses, with the hook's words", async () => {
    const { code, output } = await withConfig("refuse", "true", "preview");
    assert.notEqual(code, 0);
    assert.match(output, /guard refuses good/);
  });

  it("brings it up; outputs, project, stack, folder and node arguments arrive", async () => {
    const { code, output } = await program.pulumi("up", ...apply);
    assert.equal(code, 0, output);
    assert.match(output, /guard saw good/);
    const shown = await program.pulumi("stack", "output", "--json", "--show-secrets");
    assert.deepEqual(JSON.parse(shown.output), {
      greeting: "hello",
      hidden: "open sesame",
      where: {
        project: "host-test",
        stack: "dev",
        folder: realpathSync(program.directory),
        nodeArguments: ["--max-old-space-size=777", "--no-deprecation"],
      },
    });
  });

  it("changes nothing the second time, and does not call the create hook", async () => {
    const { code, output } = await program.pulumi("up", ...apply, "--expect-no-changes");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /guard saw/);
  });

  it("refreshes, with the program and without", async () => {
    for (const how of [[], ["--run-program"]]) {
      const { code, output } = await program.pulumi("refresh", ...apply, ...how);
      assert.equal(code, 0, output);
      assert.match(output, /2 unchanged/);
    }
  });

  it("shows the error of a program that throws, once, and fails", async () => {
    const { code, output } = await withConfig("fail", "true", "up", ...apply);
    assert.equal(code, 1);
    assert.match(output, /Running program '.*index\.ts' failed with an unhandled exception:/);
    assert.match(output, /Error: the program gives up/);
    assert.doesNotMatch(output, /ended with exit code/);
  });

  it("names the exit code of a program that ends itself", async () => {
    const { code, output } = await withConfig("exit", "true", "preview");
    assert.notEqual(code, 0);
    assert.match(output, /the program ended with exit code 7/);
  });

  it("runs a policy pack that finds nothing", async () => {
    const { code, output } = await program.pulumi("preview", "--policy-pack", "../pack");
    assert.equal(code, 0, output);
    assert.match(output, /host-test-pack@v0\.0\.1/);
  });

  it("fails on a mandatory violation, checked in the pack's own folder", async () => {
    const { code, output } = await withConfig("part", "bad", "preview", "--policy-pack", "../pack");
    assert.notEqual(code, 0);
    assert.match(output, /\[mandatory\] +no-bad-parts/);
    const pack = realpathSync(join(program.directory, "..", "pack"));
    assert.ok(output.includes(`rename it; checked in ${pack}`), output);
  });

  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    it(`leaves neither program nor host behind when pulumi gets ${signal}`, async () => {
      const marker = join(sandboxDir, signal);
      const running = program.start("preview", "--config", `hang=${marker}`);
      const end = finished(running);
      await until(() => existsSync(marker) && readFileSync(marker, "utf8").includes(" "));
      const processes = readFileSync(marker, "utf8").split(" ").map(Number);
      assert.deepEqual(processes.map(isAlive), [true, true]);
      running.kill(signal);
      assert.notEqual((await end).code, 0);
      await until(() => !processes.some(isAlive));
      await program.pulumi("config", "rm", "hang");
    });
  }

  it("destroys what it made", async () => {
    const { code, output } = await program.pulumi("destroy", ...apply);
    assert.equal(code, 0, output);
    assert.match(output, /2 deleted/);
  });

  it("says who runs the program in pulumi about", async () => {
    const { output } = await program.pulumi("about");
    assert.ok(output.includes(`executable='${process.execPath}' version='${process.version}'`), output);
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); await sleep(50)) {
    if (Date.now() > deadline) assert.fail(`still not true after 20 s: ${condition}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
