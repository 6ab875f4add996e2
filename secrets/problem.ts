import { counted } from "./counted";

/** One thing wrong with what people wrote: the thing, the cause, the remedy. Never a value. */
export interface Problem {
  /** What is wrong, by the name people gave it: an entry, a config key. */
  thing: string;
  cause: string;
  remedy: string;
}

/** All problems as one text, one a line, for a person who wants to mend them all at once. */
export function describeProblems(heading: string, problems: readonly Problem[]): string {
  const lines = problems.map(
    (problem) => `  - ${problem.thing}: ${problem.cause}. Remedy: ${problem.remedy}.`,
  );
  return [`${heading}: ${counted(problems.length, "problem")}`, ...lines].join("\n");
}
