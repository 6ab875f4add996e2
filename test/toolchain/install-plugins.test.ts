import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { installPlugins, type PluginChoice, readPluginChoice } from "../../toolchain/install-plugins";
import { pluginExecutable } from "../../toolchain/real-plugins";
import { blocked, type FakeMachine, fakeMachine, serveFiles, writeFile } from "./fake-machine";

const github = { name: "github", version: "6.15.0" };

/** A `pulumi plugin install resource NAME VERSION` that installs an executable. */
const installingPulumi = `home="$PULUMI_HOME/plugins/resource-$4-v$5"; echo "$4" >> "$FAKE_LOG"
mkdir -p "$home"; printf 'real %s' "$4" > "$home/pulumi-resource-$4"`;

describe("installing provider plugins", () => {
  let machine: FakeMachine;
  let pulumiHome: string;
  const install = (choice: PluginChoice, releases = blocked, providers?: string[]) => {
    const { projectDir, environment, report, root } = machine;
    const toolchainDir = join(projectDir, ".sandbox", "toolchain");
    const pulumi = join(root, "bin", "pulumi");
    const options = { projectDir, toolchainDir, pulumiHome, pulumi, choice, environment, report, releases };
    return installPlugins(providers ? { ...options, providers } : options);
  };
  const userPlugin = (content: string) =>
    writeFile(pluginExecutable(join(machine.environment.HOME ?? "", ".pulumi"), github), content, 0o755);
  beforeEach(() => {
    machine = fakeMachine();
    pulumiHome = join(machine.root, "pulumi-home");
  });
  afterEach(() => machine.remove());

  it("decides for each plugin alone: a real one of the user's cache, stand-ins for the others", async () => {
    const real = userPlugin("real");
    const reason = "it is not installed and get.pulumi.com cannot be reached";
    assert.deepEqual(await install("auto"), {
      github: { version: "6.15.0", kind: "real" },
      pulumiservice: { version: "1.3.0", kind: "stand-in", reason },
      docker: { version: "5.2.0", kind: "stand-in", reason },
    });
    assert.equal(
      statSync(pluginExecutable(pulumiHome, github)).ino,
      statSync(real).ino,
      "linked, not copied",
    );
  });

  it("writes stand-ins that start", async () => {
    await install("stand-in");
    assert.equal(
      execFileSync(pluginExecutable(pulumiHome, github), { encoding: "utf8" }),
      "stand-in github\n",
    );
  });

  it("prefers stand-ins over the user's real plugins when told so, and back", async () => {
    userPlugin("real");
    assert.equal((await install("auto")).github?.kind, "real");
    assert.equal((await install("stand-in")).github?.kind, "stand-in");
    assert.match(readFileSync(pluginExecutable(pulumiHome, github), "utf8"), /github\.cjs/);
    assert.equal(
      readFileSync(pluginExecutable(join(machine.root, "home", ".pulumi"), github), "utf8"),
      "real",
    );
    assert.equal((await install("auto")).github?.kind, "real");
    assert.equal(readFileSync(pluginExecutable(pulumiHome, github), "utf8"), "real");
  });

  it("does not take an unfinished installation for a plugin", async () => {
    userPlugin("half");
    writeFile(join(machine.root, "home", ".pulumi", "plugins", "resource-github-v6.15.0.partial"), "");
    assert.equal((await install("auto")).github?.kind, "stand-in");
  });

  it("does not take another sandbox's stand-in for a real plugin", async () => {
    await install("stand-in");
    machine.environment.PULUMI_HOME = pulumiHome;
    pulumiHome = join(machine.root, "second-home");
    assert.equal((await install("auto")).github?.kind, "stand-in");
  });

  it("downloads a missing plugin into the project's cache, once", async () => {
    machine.addCommand("pulumi", installingPulumi);
    const server = await serveFiles({});
    assert.equal((await install("auto", server.url)).github?.kind, "real");
    await server.close();
    pulumiHome = join(machine.root, "second-home");
    assert.equal((await install("real")).docker?.kind, "real");
    assert.equal(readFileSync(pluginExecutable(pulumiHome, github), "utf8"), "real github");
    assert.equal(readFileSync(join(machine.root, "log"), "utf8"), "github\npulumiservice\ndocker\n");
  });

  it("goes on with a stand-in when the download fails, and says why", async () => {
    machine.addCommand("pulumi", 'echo "warning: retry" >&2; echo "error: 403 from the proxy" >&2; exit 255');
    const server = await serveFiles({});
    const { github } = await install("auto", server.url, ["github"]).finally(server.close);
    assert.deepEqual(github, {
      version: "6.15.0",
      kind: "stand-in",
      reason: "it is not installed and its download failed: error: 403 from the proxy",
    });
  });

  it("remembers a blocked network, but asks again for real plugins", async () => {
    await install("auto", blocked, ["github"]);
    machine.addCommand("pulumi", installingPulumi);
    const server = await serveFiles({});
    try {
      assert.equal((await install("auto", server.url, ["github"])).github?.kind, "stand-in");
      assert.equal((await install("real", server.url, ["github"])).github?.kind, "real");
    } finally {
      await server.close();
    }
  });

  it("fails clearly when real plugins are demanded and cannot be had", async () => {
    await assert.rejects(install("real"), (error: Error) => {
      assert.match(
        error.message,
        /provider plugin github 6\.15\.0: it is not installed and get\.pulumi\.com/,
      );
      assert.match(
        error.message,
        /Remedy: pulumi plugin install resource github 6\.15\.0, or SANDBOX_PLUGINS=stand-in/,
      );
      return true;
    });
    assert.equal(existsSync(pluginExecutable(pulumiHome, github)), false);
  });

  it("names the stand-in program that is missing", async () => {
    rmSync(join(machine.projectDir, "toolchain", "plugins", "docker"), { recursive: true });
    await assert.rejects(
      install("stand-in"),
      /stand-in provider plugin docker: its program .*docker\/main\.ts is missing/,
    );
  });

  it("names the package that is missing", async () => {
    rmSync(join(machine.projectDir, "node_modules"));
    await assert.rejects(
      install("stand-in"),
      /package @pulumi\/github: it is not installed .*\n {2}Remedy: run npm ci/,
    );
  });

  it("reads SANDBOX_PLUGINS and refuses what it does not know", () => {
    assert.equal(readPluginChoice(undefined), "auto");
    assert.equal(readPluginChoice(""), "auto");
    assert.equal(readPluginChoice("real"), "real");
    assert.throws(
      () => readPluginChoice("Real"),
      /SANDBOX_PLUGINS: "Real" is not known\n {2}Remedy: use one of: auto, real, stand-in/,
    );
  });
});
