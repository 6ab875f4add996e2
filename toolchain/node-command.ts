import { createRequire } from "node:module";
import { join } from "node:path";
import type { ProgramInfo, RunPluginRequest, RunRequest } from "@pulumi/pulumi/proto/language_pb";
import { readRuntimeOptions } from "./runtime-options";

/** How node must be started: its arguments, its working directory and its whole environment. */
export interface NodeCommand {
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/**
 * The command that runs a Pulumi program through the SDK's own runner, `@pulumi/pulumi/cmd/run`.
 *
 * @param engineAddress host:port of the engine's gRPC server, for log messages
 * @throws when the program's folder has no @pulumi/pulumi, or a runtime option is wrong
 */
export function programCommand(
  request: RunRequest,
  engineAddress: string,
  env: NodeJS.ProcessEnv,
): NodeCommand {
  const program = requireInfo(request.getInfo());
  const options = readRuntimeOptions(program.options);
  const args = [
    ...options.nodeArguments,
    resolveRunner("run", program.directory),
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engineAddress}`,
    `--organization=${request.getOrganization()}`,
    `--project=${request.getProject()}`,
    `--stack=${request.getStack()}`,
    `--root-directory=${program.root}`,
    `--pwd=${request.getPwd()}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ["--dry-run"] : []),
    program.entryPoint,
    ...request.getArgsList(),
  ];
  return {
    args,
    cwd: program.directory,
    // Config goes by environment, not by argument: argv is readable by every process of the machine.
    env: {
      ...env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
      ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
    },
  };
}

/**
 * The command that runs a policy pack (kind "analyzer") or another plugin that is a Node.js package.
 *
 * @throws when the plugin's folder has no @pulumi/pulumi, or a runtime option is wrong
 */
export function pluginCommand(request: RunPluginRequest, env: NodeJS.ProcessEnv): NodeCommand {
  const plugin = requireInfo(request.getInfo());
  const { nodeArguments } = readRuntimeOptions(plugin.options);
  const isPolicyPack = request.getKind() === "analyzer";
  const runner = resolveRunner(isPolicyPack ? "run-policy-pack" : "run-plugin", plugin.directory);
  return {
    args: isPolicyPack
      ? [...nodeArguments, runner, ...request.getArgsList(), plugin.directory]
      : [...nodeArguments, runner, plugin.directory, ...request.getArgsList()],
    // The engine names the program's folder; a pack started there would read the program's tsconfig.
    cwd: isPolicyPack ? plugin.directory : request.getPwd(),
    env: { ...env, ...parseEnvironment(request.getEnvList()) },
  };
}

function requireInfo(info: ProgramInfo | undefined) {
  if (!info)
    throw new Error("the engine sent no program info: this Pulumi CLI is older than the sandbox supports");
  return {
    root: info.getRootDirectory(),
    directory: info.getProgramDirectory(),
    entryPoint: info.getEntryPoint(),
    options: (info.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>,
  };
}

/** Resolved from the program, not from here: program and runner must share one copy of the SDK. */
function resolveRunner(name: string, directory: string): string {
  return createRequire(join(directory, "package.json")).resolve(`@pulumi/pulumi/cmd/${name}`);
}

function parseEnvironment(entries: string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    entries.map((entry) => {
      const split = entry.indexOf("=", 1);
      return [entry.slice(0, split), entry.slice(split + 1)];
    }),
  );
}
