import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isSupportedCliVersion, parseCliVersion, supportedCliVersions } from "./cli-version";
import type { Report } from "./progress";
import { runCommand } from "./run-command";
import { writeWhole } from "./write-whole";

/** A Pulumi CLI that was found somewhere. */
export interface FoundCli {
  /** The executable; on PATH it may be a link. */
  pulumi: string;
  version: string;
  /** True when the official Node.js language host lies beside it. */
  hasLanguageHost: boolean;
}

/**
 * Looks for a recent `pulumi` on the PATH of `environment`. The first one counts, as in a shell; one that is too
 * old or does not answer is reported and not used.
 *
 * @param memory file that remembers the version of an executable, so that a warm call starts no process
 * @param ownBinDir this checkout's own toolchain, which may be on PATH and is not a find
 */
export async function findPathCli(
  environment: NodeJS.ProcessEnv,
  memory: string,
  ownBinDir: string,
  report: Report,
): Promise<FoundCli | undefined> {
  const pulumi = firstOnPath(environment.PATH ?? "", ownBinDir);
  if (!pulumi) return undefined;
  const version = await versionOf(pulumi, memory, environment);
  if (!version) report(`${pulumi} is not used: "pulumi version" gives no version`);
  else if (!isSupportedCliVersion(version)) {
    report(`${pulumi} ${version} is not used: the sandbox needs ${supportedCliVersions}`);
  } else return { pulumi, version, hasLanguageHost: hasHost(pulumi) };
  return undefined;
}

/** The engine looks beside its resolved executable first, then on PATH. */
function hasHost(pulumi: string): boolean {
  return [pulumi, realpathSync(pulumi)].some((path) =>
    existsSync(join(dirname(path), "pulumi-language-nodejs")),
  );
}

function firstOnPath(path: string, ownBinDir: string): string | undefined {
  for (const folder of path.split(delimiter).filter((entry) => entry && entry !== ownBinDir)) {
    const candidate = join(folder, "pulumi");
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not here; PATH goes on.
    }
  }
  return undefined;
}

async function versionOf(
  pulumi: string,
  memory: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const { size, mtimeMs } = statSync(pulumi);
  const key = `${pulumi} ${size} ${mtimeMs}`;
  const known = readMemory(memory);
  if (known?.key === key) return known.version;
  const skipUpdateCheck = { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const version = await runCommand(pulumi, ["version"], {
    env: skipUpdateCheck,
    timeoutMilliseconds: 15_000,
  }).then(
    ({ stdout }) => parseCliVersion(stdout),
    () => undefined,
  );
  if (version) writeWhole(memory, JSON.stringify({ key, version }));
  return version;
}

function readMemory(memory: string): { key: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(memory, "utf8"));
  } catch {
    return undefined;
  }
}
