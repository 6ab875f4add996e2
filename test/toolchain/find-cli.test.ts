import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { cliFolder } from "../../toolchain/cli-cache";
import {
  cliPlatform,
  isSupportedCliVersion,
  parseCliVersion,
  pinnedCliVersion,
} from "../../toolchain/cli-version";
import { findCli } from "../../toolchain/find-cli";
import { blocked, type FakeMachine, fakeMachine, serveFiles, writeFile } from "./fake-machine";

/** A `go` that logs its call and writes the file after -o. */
const workingGo = `echo "go $*" >> "$FAKE_LOG"; cp go.mod "$FAKE_LOG.mod"; sleep 0.3
while [ "$1" != "-o" ]; do shift; done; echo built > "$2"`;

const platform = cliPlatform() ?? assert.fail("no tests for this platform");

describe("finding a Pulumi CLI", () => {
  let machine: FakeMachine;
  const find = (releases = blocked) => {
    const { projectDir, environment, report } = machine;
    return findCli({
      environment,
      toolchainDir: join(projectDir, ".sandbox", "toolchain"),
      report,
      releases,
    });
  };
  const folder = () => cliFolder(machine.environment, platform);
  const log = () =>
    existsSync(join(machine.root, "log")) ? readFileSync(join(machine.root, "log"), "utf8") : "";
  beforeEach(() => {
    machine = fakeMachine();
  });
  afterEach(() => machine.remove());

  it("takes a recent one of PATH and asks its version only once", async () => {
    const pulumi = machine.addCommand("pulumi", 'echo asked >> "$FAKE_LOG"; echo v3.301.0');
    machine.addCommand("pulumi-language-nodejs", "");
    for (const _ of [1, 2]) {
      const { cli, source } = await find();
      assert.deepEqual(
        { cli, source },
        { cli: { pulumi, version: "3.301.0", hasLanguageHost: true }, source: "path" },
      );
    }
    assert.equal(log(), "asked\n");
  });

  it("asks again when the executable on PATH has changed", async () => {
    machine.addCommand("pulumi", "echo v3.301.0");
    await find();
    machine.addCommand("pulumi", "echo v3.302.0; exit 0");
    assert.equal((await find()).cli.version, "3.302.0");
  });

  it("says why an old one of PATH is not used", async () => {
    machine.addCommand("pulumi", "echo v3.100.0");
    machine.addCommand("go", workingGo);
    assert.equal((await find()).source, "build");
    assert.match(
      machine.reports[0] ?? "",
      /bin\/pulumi 3\.100\.0 is not used: the sandbox needs >=3\.259\.0 <4\.0\.0/,
    );
  });

  it("says so when the one on PATH gives no version", async () => {
    machine.addCommand("pulumi", "echo broken >&2; exit 3");
    machine.addCommand("go", workingGo);
    await find();
    assert.match(machine.reports[0] ?? "", /gives no version/);
  });

  it("downloads the official archive, checks it, and keeps it", async () => {
    const server = await serveFiles(release(machine));
    const first = await find(server.url).finally(server.close);
    assert.equal(first.source, "download");
    assert.equal(first.cli.hasLanguageHost, true);
    assert.match(readFileSync(first.cli.pulumi, "utf8"), /official/);
    assert.deepEqual(await find(), { cli: first.cli, source: "cache" });
  });

  it("does not use an archive whose checksum is another one", async () => {
    const files = release(machine);
    const name = Object.keys(files).find((path) => path.endsWith(".tar.gz")) ?? "";
    const server = await serveFiles({ ...files, [name]: Buffer.from("tampered") });
    machine.addCommand("go", workingGo);
    const { cli, source } = await find(server.url).finally(server.close);
    assert.equal(source, "build");
    assert.equal(cli.hasLanguageHost, false);
    assert.match(machine.reports.join("\n"), /has SHA-256 \w{64}, published is \w{64}/);
    assert.deepEqual(readdirSync(folder()).sort(), ["manifest.json", "pulumi"]);
  });

  it("does not use an archive that the published checksums do not name", async () => {
    const server = await serveFiles({
      [`/releases/sdk/pulumi-${pinnedCliVersion}-checksums.txt`]: "0  other.tar.gz\n",
    });
    machine.addCommand("go", workingGo);
    assert.equal((await find(server.url).finally(server.close)).source, "build");
    assert.match(machine.reports.join("\n"), /checksums do not name pulumi-v3\.259\.0/);
  });

  it("builds from the Go module where the network is blocked, and says so", async () => {
    machine.addCommand("go", workingGo);
    assert.equal((await find()).source, "build");
    assert.match(log(), /build .*version\.Version=v3\.259\.0 .*pkg\/v3\/cmd\/pulumi/);
    assert.match(
      readFileSync(join(machine.root, "log.mod"), "utf8"),
      /replace github.com\/atotto\/clipboard/,
    );
    assert.match(
      machine.reports.join("\n"),
      /building from the Go module, once; 4 minutes on two idle cores/,
    );
  });

  it("builds once when two ask at the same time", async () => {
    machine.addCommand("go", workingGo);
    const sources = (await Promise.all([find(), find()])).map(({ source }) => source);
    assert.deepEqual(sources.sort(), ["build", "cache"]);
    assert.equal(log().split("\n").length - 1, 1);
  });

  it("takes over the lock of a build that was killed, and clears what it left", async () => {
    const left = join(dirname(folder()), `.fetching-${platform}-old`);
    mkdirSync(left, { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(writeFile(`${folder()}.lock`, ""), longAgo, longAgo);
    machine.addCommand("go", workingGo);
    assert.equal((await find()).source, "build");
    assert.deepEqual(readdirSync(dirname(folder())), [platform]);
  });

  it("leaves nothing half after a failed build", async () => {
    machine.addCommand("go", `${workingGo}; echo "cannot compile" >&2; exit 1`);
    await assert.rejects(find(), /"go build" ended with 1: cannot compile/);
    assert.deepEqual(readdirSync(dirname(folder())), []);
  });

  it("names cause and remedy without network and Go", async () => {
    machine.remove();
    machine = fakeMachine("");
    await assert.rejects(find(), (error: Error) => {
      assert.match(
        error.message,
        /Pulumi CLI: none on PATH; download: http.*-checksums\.txt: bad port; building/,
      );
      assert.match(
        error.message,
        /Go is not on PATH\n {2}Remedy: install Pulumi >=3\.259\.0 <4\.0\.0 .* or install Go/,
      );
      return true;
    });
  });

  it("names the Go version that is needed when Go is too old", async () => {
    machine.addCommand(
      "go",
      'echo "go: go.mod requires go >= 1.25.11 (running go 1.22.2; GOTOOLCHAIN=local)" >&2; exit 1',
    );
    await assert.rejects(find(), /Go 1\.22\.2 on PATH is too old, it needs 1\.25\.11\n.*GOTOOLCHAIN=auto/);
  });

  it("says how much space is needed when the disk is full", async () => {
    machine.addCommand("go", 'echo "compile: writing output: write /x: no space left on device" >&2; exit 1');
    await assert.rejects(find(), /no space is left on the disk of .*\n {2}Remedy: free 5 GB/);
  });

  it("names the setting to change when the cache folder cannot be written", async () => {
    machine.environment.XDG_CACHE_HOME = writeFile(join(machine.root, "a-file"), "");
    await assert.rejects(find(), /cache of the Pulumi CLI: ENOTDIR.*\n {2}Remedy: point XDG_CACHE_HOME/);
  });

  it("refuses a cached CLI that was cut short, and names the folder to remove", async () => {
    machine.addCommand("go", workingGo);
    const { cli } = await find();
    truncateSync(cli.pulumi, 1);
    await assert.rejects(find(), (error: Error) => error.message.includes(`rm -r '${folder()}'`));
  });

  it("knows which versions it can use", () => {
    const cases = { "3.258.9": false, "3.259.0": true, "3.301.2": true, "4.0.0": false, "2.999.0": false };
    for (const [version, expected] of Object.entries(cases))
      assert.equal(isSupportedCliVersion(version), expected, version);
    assert.equal(parseCliVersion("v3.259.0\n"), "3.259.0");
    assert.equal(parseCliVersion("pulumi: not found"), undefined);
  });
});

/** The files of an official release with two scripts in place of the executables. */
function release(machine: FakeMachine): Record<string, Buffer | string> {
  writeFile(join(machine.root, "release", "pulumi", "pulumi"), "official", 0o755);
  writeFile(join(machine.root, "release", "pulumi", "pulumi-language-nodejs"), "official host", 0o755);
  const name = `pulumi-v${pinnedCliVersion}-${platform}.tar.gz`;
  const archive = execFileSync("tar", ["-cz", "-C", join(machine.root, "release"), "pulumi"]);
  const hash = createHash("sha256").update(archive).digest("hex");
  return {
    [`/releases/sdk/${name}`]: archive,
    [`/releases/sdk/pulumi-${pinnedCliVersion}-checksums.txt`]: `${"0".repeat(64)}  other.zip\n${hash}  ${name}\n`,
  };
}
