import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildCli } from "./cli-build";
import { cliFolder, fillCliCache, readCachedCli } from "./cli-cache";
import { downloadCli, officialReleases } from "./cli-download";
import { cliPlatform, pinnedCliVersion, supportedCliVersions } from "./cli-version";
import { type FoundCli, findPathCli } from "./path-cli";
import type { Report } from "./progress";
import { isDiskFull, ToolchainError } from "./toolchain-error";

/** Where the CLI of this run comes from. */
export type CliSource = "path" | "download" | "build" | "cache";

/** What the search for a CLI works with. */
export interface FindCliOptions {
  environment: NodeJS.ProcessEnv;
  /** This checkout's own folder for toolchain files. */
  toolchainDir: string;
  report: Report;
  /** Only tests name another one than get.pulumi.com. */
  releases?: string;
}

/**
 * The Pulumi CLI to use: a recent one on PATH; else the user's cache; else, into the cache, the official download,
 * or where that is blocked, a build from the Go module (about four minutes, once per user).
 *
 * @throws ToolchainError with cause and remedy when there is no way to one
 */
export async function findCli(options: FindCliOptions): Promise<{ cli: FoundCli; source: CliSource }> {
  const { environment, toolchainDir, report } = options;
  const memory = join(toolchainDir, "path-cli.json");
  const onPath = await findPathCli(environment, memory, join(toolchainDir, "bin"), report);
  if (onPath) return { cli: onPath, source: "path" };
  const platform = cliPlatform();
  if (!platform) {
    const cause = `there is none for ${process.platform} ${process.arch}`;
    throw new ToolchainError("Pulumi CLI", cause, "use Linux or macOS on x64 or arm64 (on Windows: WSL)");
  }
  const folder = cliFolder(environment, platform);
  const cached = readCachedCli(folder);
  if (cached) return { cli: cached, source: "cache" };
  return fillCliCache(folder, (temporary) => downloadOrBuild(temporary, platform, options), report);
}

async function downloadOrBuild(
  folder: string,
  platform: string,
  options: FindCliOptions,
): Promise<"download" | "build"> {
  const { environment, report, releases = officialReleases } = options;
  report(`no Pulumi CLI ${supportedCliVersions} on PATH: downloading ${pinnedCliVersion}`);
  let refusal: string;
  try {
    await downloadCli(folder, platform, report, releases);
    return "download";
  } catch (error) {
    if (isDiskFull(error)) throw error;
    refusal = (error as Error).message;
  }
  report(`no download (${refusal}): building from the Go module, once; 4 minutes on two idle cores`);
  // A half-unpacked archive must not lend its language host to the CLI that is built now.
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  try {
    await buildCli(folder, environment, report);
    return "build";
  } catch (error) {
    if (!(error instanceof ToolchainError) || isDiskFull(error)) throw error;
    const cause = `none on PATH; download: ${refusal}; ${error.message.split("\n")[0]}`;
    const remedy = `install Pulumi ${supportedCliVersions} (https://www.pulumi.com/docs/install/), or ${error.remedy}`;
    throw new ToolchainError("Pulumi CLI", cause, remedy);
  }
}
