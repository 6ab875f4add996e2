import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withCacheLock } from "./cache-lock";
import { pinnedCliVersion } from "./cli-version";
import type { FoundCli } from "./path-cli";
import type { Report } from "./progress";
import { diskFull, isDiskFull, ToolchainError } from "./toolchain-error";

/** How a CLI came into the cache. */
export type CliOrigin = "download" | "build";

/** Puts a CLI into an empty folder: `pulumi`, and whatever belongs beside it. Says how it got it. */
export type FetchCli = (folder: string) => Promise<CliOrigin>;

/** Written last, so its presence means the folder is whole. */
interface Manifest {
  origin: CliOrigin;
  bytes: number;
}

const manifestName = "manifest.json";

/** The project's folder in the user's cache: `$XDG_CACHE_HOME/sophia-secrets`, by default under `~/.cache`. */
export function cacheRoot(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache");
  return join(base, "sophia-secrets");
}

/** Where the pinned CLI is kept, apart per version and platform. */
export function cliFolder(environment: NodeJS.ProcessEnv, platform: string): string {
  return join(cacheRoot(environment), "pulumi", `v${pinnedCliVersion}`, platform);
}

/**
 * The cached CLI, or undefined when there is none.
 *
 * @throws ToolchainError when the cached executable is not what was put there (size, or gone)
 */
export function readCachedCli(folder: string): FoundCli | undefined {
  const manifestFile = join(folder, manifestName);
  if (!existsSync(folder)) return undefined;
  const pulumi = join(folder, "pulumi");
  const found = statSync(pulumi, { throwIfNoEntry: false });
  const bytes = readManifest(manifestFile)?.bytes;
  if (!found || bytes === undefined || found.size !== bytes) {
    const cause = !found
      ? "its executable is missing"
      : `its executable has ${found.size} bytes, not ${bytes ?? "the recorded number"}`;
    throw new ToolchainError(
      `cached Pulumi CLI ${folder}`,
      `it is damaged: ${cause}`,
      `remove that folder and run again: rm -r '${folder}'`,
    );
  }
  return {
    pulumi,
    version: pinnedCliVersion,
    hasLanguageHost: existsSync(join(folder, "pulumi-language-nodejs")),
  };
}

/**
 * Fills the cache unless it is filled by now. One process at a time fetches, the others wait for its result; an
 * interrupted fetch leaves only a folder that the next one clears away.
 *
 * @returns the cached CLI and how it came there ("cache" when another process was faster)
 */
export async function fillCliCache(
  folder: string,
  fetchCli: FetchCli,
  report: Report,
): Promise<{ cli: FoundCli; source: CliOrigin | "cache" }> {
  const parent = dirname(folder);
  try {
    return await withCacheLock(`${folder}.lock`, report, async () => {
      const faster = readCachedCli(folder);
      if (faster) return { cli: faster, source: "cache" };
      const prefix = `.fetching-${basename(folder)}-`;
      clearInterrupted(parent, prefix);
      const temporary = mkdtempSync(join(parent, prefix));
      try {
        const origin = await fetchCli(temporary);
        publish(temporary, folder, origin);
        return { cli: readCachedCli(folder) as FoundCli, source: origin };
      } finally {
        rmSync(temporary, { recursive: true, force: true });
      }
    });
  } catch (error) {
    if (error instanceof ToolchainError) throw error;
    if (isDiskFull(error)) throw diskFull("Pulumi CLI", folder);
    const { code, message } = error as NodeJS.ErrnoException;
    if (!["EACCES", "EPERM", "EROFS", "ENOTDIR"].includes(code ?? "")) throw error;
    throw new ToolchainError(
      "cache of the Pulumi CLI",
      message,
      "point XDG_CACHE_HOME to a folder you can write to",
    );
  }
}

function publish(temporary: string, folder: string, origin: CliOrigin): void {
  const manifest: Manifest = { origin, bytes: statSync(join(temporary, "pulumi")).size };
  writeFileSync(join(temporary, manifestName), JSON.stringify(manifest));
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(temporary, folder);
}

function clearInterrupted(parent: string, prefix: string): void {
  for (const name of readdirSync(parent).filter((entry) => entry.startsWith(prefix))) {
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function readManifest(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
