import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pinnedCliVersion } from "./cli-version";
import { type Report, withProgress } from "./progress";
import { type CommandResult, runCommand } from "./run-command";
import { diskFull, isDiskFull, ToolchainError } from "./toolchain-error";

const part = "building the Pulumi CLI";

/** Measured on two cores: 4 minutes idle, 11 with a load of 12; slow disks and networks get three times that. */
const buildTimeoutMilliseconds = 30 * 60 * 1000;

/** `go list -deps` of the CLI, standard library included; fewer are compiled where Go's cache has some. */
const packagesInAll = 1686;

/** What `go` says for version 3.259.0's own go.mod. */
const neededGo = "1.25.11";

/**
 * The module that builds the CLI. The replace is the one of the CLI's own go.mod, which Go ignores in a
 * dependency; without it the build fails.
 */
const goMod = `module sandbox.invalid/pulumi-cli

go ${neededGo}

require (
	github.com/pulumi/pulumi/pkg/v3 v${pinnedCliVersion}
	github.com/pulumi/pulumi/sdk/v3 v${pinnedCliVersion}
)

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
`;

/**
 * Builds the pinned Pulumi CLI from its Go module into `folder/pulumi`. Go checks every module against its public
 * checksum database, as the user's Go settings say.
 *
 * @param folder empty folder on the disk where the result is to stay
 * @param report told every eight seconds how long it takes and how many packages are compiled
 * @throws ToolchainError when Go is missing or too old, the disk is full, or the build fails
 */
export async function buildCli(
  folder: string,
  environment: NodeJS.ProcessEnv,
  report: Report,
): Promise<void> {
  const work = join(folder, ".module");
  mkdirSync(work);
  writeFileSync(join(work, "go.mod"), goMod);
  let compiled = 0;
  const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${pinnedCliVersion}`;
  const args = [
    "build",
    "-v",
    "-mod=mod",
    "-buildvcs=false",
    "-ldflags",
    flags,
    "-o",
    join(folder, "pulumi"),
  ];
  const result = await withProgress(
    report,
    () =>
      `building Pulumi ${pinnedCliVersion} from its Go module, once: ${compiled} of at most ${packagesInAll} packages compiled`,
    () =>
      runCommand("go", [...args, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], {
        cwd: work,
        // A go.work of a folder above would hide this module.
        env: { ...environment, GOWORK: "off" },
        timeoutMilliseconds: buildTimeoutMilliseconds,
        onErrorLine: (line) => {
          if (/^[\w.-]+(\/\S+)*$/.test(line)) compiled += 1;
        },
      }),
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") throw noGo();
    throw error;
  });
  if (result.code !== 0) throw explainFailure(result, folder);
  rmSync(work, { recursive: true });
}

function noGo(): ToolchainError {
  return new ToolchainError(
    part,
    "Go is not on PATH",
    `install Go ${neededGo} or newer (https://go.dev/doc/install)`,
  );
}

function explainFailure({ code, stderr }: CommandResult, folder: string): ToolchainError {
  const tooOld = /requires go >= (\S+) \(running go (\S+?)[;)]/.exec(stderr);
  if (tooOld) {
    const remedy = `install Go ${tooOld[1]} or newer, or let Go fetch it itself: GOTOOLCHAIN=auto`;
    return new ToolchainError(part, `Go ${tooOld[2]} on PATH is too old, it needs ${tooOld[1]}`, remedy);
  }
  if (isDiskFull(stderr)) return diskFull(part, folder);
  const said = stderr.split("\n").filter((line) => line && !line.startsWith("go: downloading"));
  const cause = `"go build" ended with ${code}: ${said.slice(-3).join(" | ") || "it said nothing"}`;
  return new ToolchainError(
    part,
    cause,
    "check that Go reaches its module proxy (go env GOPROXY), then run again",
  );
}
