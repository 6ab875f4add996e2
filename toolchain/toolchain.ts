import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { assembleBin } from "./assemble-bin";
import { type CliSource, findCli } from "./find-cli";
import { type InstalledPlugin, installPlugins, type PluginChoice, readPluginChoice } from "./install-plugins";
import type { Report } from "./progress";
import { ToolchainError } from "./toolchain-error";

export interface ToolchainOptions {
  /** The checkout: its node_modules, its sandbox/ programs; toolchain files go to its .sandbox/toolchain. */
  projectDir: string;
  /** Folder of this sandbox's state; its PULUMI_HOME is made in it. */
  sandboxDir: string;
  plugins: PluginChoice;
  /** Providers to install, by default all the project uses; a test that needs none says so and is faster. */
  providers?: readonly string[];
  /** PATH, HOME, XDG_CACHE_HOME and PULUMI_HOME say where to look; the rest is for the commands it starts. */
  environment: NodeJS.ProcessEnv;
  /** Told about every step that takes over two seconds, and about what is not used and why. */
  report: Report;
  /** Only tests name another one than get.pulumi.com. */
  releases?: string;
}

/** A toolchain that is ready to run `pulumi` against the sandbox. */
export interface Toolchain {
  /** Belongs first on PATH. */
  binDir: string;
  /** The CLI's executable, in binDir. */
  pulumi: string;
  /** Without "v", for example "3.259.0". */
  version: string;
  /** PULUMI_HOME for every command of this sandbox. */
  pulumiHome: string;
  source: CliSource;
  plugins: Record<string, InstalledPlugin>;
  /** The Node.js that runs programs, packs and stand-ins, for example "v24.22.1". */
  nodeVersion: string;
}

/**
 * Makes CLI, Node.js language host and provider plugins ready. What is ready already is not made again: a warm call
 * starts no process. The first one on a machine without Pulumi and without a way to download it builds the CLI, about
 * four minutes, once per user.
 *
 * @throws ToolchainError with cause and remedy
 */
export async function prepareToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { projectDir, sandboxDir } = options;
  const choice = readPluginChoice(options.plugins);
  if (!existsSync(join(projectDir, "node_modules", "@pulumi", "pulumi", "package.json"))) {
    throw new ToolchainError("package @pulumi/pulumi", `it is not installed in ${projectDir}`, "run npm ci");
  }
  const toolchainDir = join(projectDir, ".sandbox", "toolchain");
  const pulumiHome = join(sandboxDir, "pulumi-home");
  const { cli, source } = await findCli({ ...options, toolchainDir });
  const binDir = cli.hasLanguageHost ? dirname(cli.pulumi) : await assembleBin(cli, projectDir, toolchainDir);
  const pulumi = join(binDir, "pulumi");
  const plugins = await installPlugins({ ...options, choice, toolchainDir, pulumiHome, pulumi });
  return { binDir, pulumi, version: cli.version, pulumiHome, source, plugins, nodeVersion: process.version };
}
