import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isReachable, officialReleases } from "./cli-download";
import { type Report, withProgress } from "./progress";
import { runCommand } from "./run-command";
import { isNodeWrapper } from "./shell-wrapper";
import { linkOrCopy, writeWhole } from "./write-whole";

/** A provider plugin by name and version, for example github 6.15.0. */
export interface PluginName {
  name: string;
  version: string;
}

/** Where the engine looks for it, under a PULUMI_HOME. */
export function pluginFolder(pulumiHome: string, { name, version }: PluginName): string {
  return join(pulumiHome, "plugins", `resource-${name}-v${version}`);
}

/** The executable within its folder. */
export function pluginExecutable(pulumiHome: string, plugin: PluginName): string {
  return join(pluginFolder(pulumiHome, plugin), `pulumi-resource-${plugin.name}`);
}

/** The user's own PULUMI_HOME, as the CLI finds it. */
export function userPulumiHome(environment: NodeJS.ProcessEnv): string {
  return environment.PULUMI_HOME || join(environment.HOME || homedir(), ".pulumi");
}

/**
 * The first of `homes` that has this plugin, real and whole: another sandbox's PULUMI_HOME may hold stand-ins, and the
 * engine leaves a .partial file beside an unfinished installation.
 */
export function homeWithPlugin(homes: string[], plugin: PluginName): string | undefined {
  return homes.find((home) => {
    const executable = pluginExecutable(home, plugin);
    const unfinished = `${pluginFolder(home, plugin)}.partial`;
    return existsSync(executable) && !existsSync(unfinished) && !isNodeWrapper(executable);
  });
}

/** Puts every file of an installed plugin into another PULUMI_HOME, without using space where links are possible. */
export function linkPlugin(from: string, to: string, plugin: PluginName): void {
  const source = pluginFolder(from, plugin);
  for (const file of readdirSync(source, { recursive: true }) as string[]) {
    if (statSync(join(source, file)).isFile())
      linkOrCopy(join(source, file), join(pluginFolder(to, plugin), file));
  }
}

/** A large plugin over a slow line; the first check that the network is there at all takes four seconds. */
const installMilliseconds = 10 * 60 * 1000;

/**
 * Downloads a plugin into `home` with `pulumi plugin install`.
 *
 * @returns undefined when it is there, else why not, in one line
 */
export async function downloadPlugin(
  pulumi: string,
  home: string,
  plugin: PluginName,
  environment: NodeJS.ProcessEnv,
  report: Report,
): Promise<string | undefined> {
  const env = { ...environment, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" };
  const args = ["plugin", "install", "resource", plugin.name, plugin.version];
  const what = `downloading provider plugin ${plugin.name} ${plugin.version}`;
  const install = () => runCommand(pulumi, args, { env, timeoutMilliseconds: installMilliseconds });
  try {
    const { code, stderr } = await withProgress(report, () => what, install);
    return code === 0 ? undefined : (stderr.trim().split("\n").at(-1) ?? `it ended with ${code}`);
  } catch (error) {
    return (error as Error).message;
  }
}

/** A run that found the network blocked is believed for so long, so that each new sandbox does not wait again. */
const rememberMilliseconds = 10 * 60 * 1000;

/**
 * True when plugins can probably be downloaded. A "no" is remembered for ten minutes in the file `memory`.
 *
 * @param askAgain true ignores the memory
 */
export async function canDownload(
  memory: string,
  askAgain: boolean,
  releases = officialReleases,
): Promise<boolean> {
  if (
    !askAgain &&
    existsSync(memory) &&
    Date.now() - Number(readFileSync(memory, "utf8")) < rememberMilliseconds
  ) {
    return false;
  }
  const reachable = await isReachable(releases);
  if (!reachable) writeWhole(memory, String(Date.now()));
  return reachable;
}
