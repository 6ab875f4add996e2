import { existsSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { resolveText, type Scope } from "./expression";
import type { JobSession } from "./job-session";
import type { MappingToken, Token } from "./language-library";
import type { Values } from "./run-request";
import { runProcess } from "./step-process";

/** Arguments of the shells that GitHub knows by name (ScriptHandlerHelpers.cs). */
const SHELLS: Record<string, string> = {
  bash: "bash --noprofile --norc -e -o pipefail {0}",
  sh: "sh -e {0}",
  python: "python {0}",
};

/** Without `shell` GitHub takes bash, but NOT with pipefail. */
const DEFAULT_SHELL = "bash -e {0}";

/** How a step is stopped from outside. */
export interface StepSignals {
  stop: AbortSignal;
  kill: AbortSignal;
}

/**
 * Carries out a `run` step.
 *
 * @param environment the process's whole environment.
 * @param shownEnvironment the part of it that the log lists, as GitHub does: `env` of workflow, job and step.
 * @returns the shell's exit code.
 * @throws when the shell is not offered or the working directory does not exist.
 */
export async function runScript(
  session: JobSession,
  step: MappingToken,
  scope: Scope,
  environment: Values,
  shownEnvironment: Values,
  onLine: (line: string) => void,
  signals: StepSignals,
): Promise<number> {
  const script = resolveText(step.find("run"), scope);
  const setting = (key: string) => resolveText(step.find(key) ?? runDefault(session, key), scope);
  const shell = shellFormat(setting("shell"));
  const folder = resolvePath(session.folder.workspace, setting("working-directory"));
  if (!existsSync(folder)) throw new Error(`The working directory '${folder}' does not exist`);
  session.log.write(`##[group]Run ${script.trim().split("\n")[0] ?? ""}`);
  session.log.write(script.trimEnd());
  session.log.write(`shell: ${shell}`);
  if (Object.keys(shownEnvironment).length > 0) session.log.write("env:");
  for (const [name, value] of Object.entries(shownEnvironment)) session.log.write(`  ${name}: ${value}`);
  session.log.write("##[endgroup]");
  const file = session.folder.writeScript(script);
  const [command = "", ...args] = shell.split(/\s+/).map((part) => part.replaceAll("{0}", file));
  return runProcess({ command, args, folder, environment, onLine, ...signals });
}

/** `defaults.run` of the job, then of the workflow. */
function runDefault(session: JobSession, key: string): Token | undefined {
  const ofWorkflow = session.facts.workflow.root.find("defaults");
  for (const defaults of [session.definition.token.find("defaults"), ofWorkflow]) {
    const run = (defaults as MappingToken | undefined)?.find("run") as MappingToken | undefined;
    const value = run?.find(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

function shellFormat(shell: string): string {
  if (shell === "") return DEFAULT_SHELL;
  const known = SHELLS[shell];
  if (known !== undefined) return known;
  if (shell.includes("{0}")) return shell;
  throw new Error(
    `The shell '${shell}' is not offered by the sandbox's runner. Remedy: bash, sh, python, or a command with {0}`,
  );
}
