import { appendFileSync } from "node:fs";
import { annotation, logLine, maskCommand } from "./log-line";

/** The runner a job speaks to: its log, its commands and its files. By hand there is none, and lines are plain. */
export interface Runner {
  /** A line of the log: what it holds of other people's texts does nothing. */
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
  environment: Readonly<Record<string, string | undefined>>,
  print: (line: string) => void,
): Runner {
  const inActions = environment.GITHUB_ACTIONS === "true";
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
    summarize: (text) => append(environment.GITHUB_STEP_SUMMARY, text),
    output: (values) => {
      const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
      append(environment.GITHUB_OUTPUT, lines.join(""));
    },
  };
}
