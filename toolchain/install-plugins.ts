import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheRoot } from "./cli-cache";
import { compileOnce } from "./compile";
import type { Report } from "./progress";
import {
  canDownload,
  downloadPlugin,
  homeWithPlugin,
  linkPlugin,
  type PluginName,
  pluginExecutable,
  userPulumiHome,
} from "./real-plugins";
import { writeNodeWrapper } from "./shell-wrapper";
import { ToolchainError } from "./toolchain-error";

/** Which plugins the sandbox uses: real ones where they can be had, only real ones, or only stand-ins. */
export const pluginChoices = ["auto", "real", "stand-in"] as const;
export type PluginChoice = (typeof pluginChoices)[number];

/** The providers the project's program uses; each has a stand-in in toolchain/plugins/NAME/main.ts. */
export const pluginNames = ["github", "pulumiservice", "docker"] as const;

/** What one plugin is in this run. */
export interface InstalledPlugin {
  version: string;
  kind: "real" | "stand-in";
  /** Why it is a stand-in. */
  reason?: string;
}

export interface InstallPluginsOptions {
  projectDir: string;
  toolchainDir: string;
  /** The sandbox's own PULUMI_HOME, which is filled. */
  pulumiHome: string;
  /** The CLI, for `pulumi plugin install`. */
  pulumi: string;
  choice: PluginChoice;
  /** By default all of {@link pluginNames}. */
  providers?: readonly string[];
  environment: NodeJS.ProcessEnv;
  report: Report;
  /** Only tests name another one than get.pulumi.com. */
  releases?: string;
}

/**
 * Reads SANDBOX_PLUGINS; unset or empty is "auto".
 *
 * @throws ToolchainError for anything but the three choices
 */
export function readPluginChoice(value: string | undefined): PluginChoice {
  const choice = pluginChoices.find((known) => known === (value || "auto"));
  if (choice) return choice;
  throw new ToolchainError(
    "SANDBOX_PLUGINS",
    `"${value}" is not known`,
    `use one of: ${pluginChoices.join(", ")}`,
  );
}

/**
 * Fills the sandbox's PULUMI_HOME with the provider plugins, decided for each plugin alone: from the user's own
 * plugin cache, else by download, else (choice "auto") the stand-in.
 *
 * @throws ToolchainError when "real" cannot be had, or a stand-in's program is missing
 */
export async function installPlugins(
  options: InstallPluginsOptions,
): Promise<Record<string, InstalledPlugin>> {
  readPluginChoice(options.choice);
  const installed: Record<string, InstalledPlugin> = {};
  for (const name of options.providers ?? pluginNames) {
    const plugin = { name, version: pluginVersion(options.projectDir, name) };
    const missing =
      options.choice === "stand-in" ? "SANDBOX_PLUGINS=stand-in" : await installReal(plugin, options);
    if (missing !== undefined && options.choice === "real") {
      const remedy = `pulumi plugin install resource ${name} ${plugin.version}, or SANDBOX_PLUGINS=stand-in`;
      throw new ToolchainError(`provider plugin ${name} ${plugin.version}`, missing, remedy);
    }
    if (missing === undefined) installed[name] = { version: plugin.version, kind: "real" };
    else {
      await installStandIn(plugin, options);
      installed[name] = { version: plugin.version, kind: "stand-in", reason: missing };
    }
  }
  return installed;
}

/** @returns undefined when it is installed, else why not */
async function installReal(plugin: PluginName, options: InstallPluginsOptions): Promise<string | undefined> {
  const { environment, pulumiHome, pulumi, report, toolchainDir, choice, releases } = options;
  const ownHome = join(cacheRoot(environment), "pulumi-home");
  let home = homeWithPlugin([userPulumiHome(environment), ownHome], plugin);
  if (!home) {
    const memory = join(toolchainDir, "downloads-blocked");
    if (!(await canDownload(memory, choice === "real", releases))) {
      return "it is not installed and get.pulumi.com cannot be reached";
    }
    const refusal = await downloadPlugin(pulumi, ownHome, plugin, environment, report);
    if (refusal) return `it is not installed and its download failed: ${refusal}`;
    home = ownHome;
  }
  linkPlugin(home, pulumiHome, plugin);
  return undefined;
}

async function installStandIn(plugin: PluginName, options: InstallPluginsOptions): Promise<void> {
  const { projectDir, toolchainDir, pulumiHome } = options;
  const entry = join(projectDir, "toolchain", "plugins", plugin.name, "main.ts");
  if (!existsSync(entry)) {
    const remedy = "restore it from git, or use SANDBOX_PLUGINS=real";
    throw new ToolchainError(
      `stand-in provider plugin ${plugin.name}`,
      `its program ${entry} is missing`,
      remedy,
    );
  }
  const output = join(toolchainDir, "plugins", `${plugin.name}.cjs`);
  await compileOnce({ projectDir, entry, output, packages: "external" });
  writeNodeWrapper(pluginExecutable(pulumiHome, plugin), output);
}

/** The version that the installed SDK package asks the engine for. */
function pluginVersion(projectDir: string, name: string): string {
  const manifest = join(projectDir, "node_modules", "@pulumi", name, "package.json");
  if (!existsSync(manifest)) {
    throw new ToolchainError(`package @pulumi/${name}`, `it is not installed in ${projectDir}`, "run npm ci");
  }
  const { version, pulumi } = JSON.parse(readFileSync(manifest, "utf8")) as PluginManifest;
  return pulumi?.version ?? version;
}

interface PluginManifest {
  version: string;
  pulumi?: { version?: string };
}
