import { appendFileSync } from "node:fs";
import { RemedyError } from "../errors";
import { visible } from "../text";

/** The runner a job speaks to: its log, its commands and its files. By hand there is none, and lines are plain. */
export interface Runner {
  /** A line of the log: what it holds of someone else's texts does nothing. */
  print(line: string): void;
  /** An error, as an annotation on a runner. */
  complain(text: string): void;
  /** What people should see though nothing failed, as an annotation on a runner. */
  remark(level: "notice" | "warning", text: string): void;
  /** Hides texts from here on. Only ever told to a runner: to anything else it would be a leak. */
  mask(texts: readonly string[]): void;
  /** A part of the run's page. */
  summarize(text: string): void;
  /** Outputs of the step, for later steps. */
  output(values: Readonly<Record<string, number | boolean>>): void;
}

/** @param print one line to stdout. */
export function createRunner(
  env: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Runner {
  const inActions = env.GITHUB_ACTIONS === "true";
  const append = (file: string | undefined, text: string) => {
    if (file !== undefined && file !== "") appendFileSync(file, text);
  };
  const annotate = (level: Parameters<typeof annotation>[0], text: string) =>
    print(inActions ? annotation(level, text) : logLine(`${level}: ${text}`));
  return {
    print: (line) => print(logLine(line)),
    complain: (text) => annotate("error", text),
    remark: annotate,
    mask: (texts) => {
      if (inActions) for (const text of texts) print(maskCommand(text));
    },
    summarize: (text) => append(env.GITHUB_STEP_SUMMARY, text),
    output: (values) => {
      const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
      append(env.GITHUB_OUTPUT, lines.join(""));
    },
  };
}

/**
 * A text as one line of a log: what would not show is written out, and nothing in it is a command to GitHub's runner.
 * Names come from ESC, GitHub and audit logs, and whoever may write one would otherwise speak for this program.
 *
 * The runner acts on lines that begin with `::` after blanks, and on `##[` anywhere in one (actions/runner,
 * ActionCommand.cs). The escapes are JSON's own: a line of JSON means what it meant.
 */
export function logLine(text: string): string {
  return visible(text)
    .replace(/^(\s*):/, "$1\\u003a")
    .replaceAll("##[", "#\\u0023[");
}

/** The runner's command that hides a text from here on. */
export function maskCommand(text: string): string {
  return `::add-mask::${commandData(text)}`;
}

/** The runner's command that shows a text beside the run. */
export function annotation(level: "error" | "notice" | "warning", text: string): string {
  return `::${level} title=sync_secrets::${commandData(visible(text))}`;
}

/** Workflow commands end at a line end, and take %0A for one inside. */
function commandData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/**
 * A thrown thing as one line that holds no value. Our own errors speak for themselves; of all others only kind, code
 * and place are told, for their message may quote what was being worked on.
 */
export function describeError(error: unknown): string {
  if (error instanceof RemedyError) return error.message;
  return `sync_secrets: an unexpected ${kindOf(error)}. Remedy: run again; if it comes back, report this line`;
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as NodeJS.ErrnoException;
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : "";
  return `${error.name}${told}${placeOf(error)}`;
}

/** The topmost frame. The message comes first in a stack and is cut off whole: it may look like frames itself. */
function placeOf(error: Error): string {
  const stack = error.stack ?? "";
  const from = stack.indexOf(error.message);
  const frames = from < 0 ? "" : stack.slice(from + error.message.length);
  const frame = /^\s+at (.+)$/m.exec(frames)?.[1];
  return frame === undefined ? "" : ` at ${frame}`;
}
