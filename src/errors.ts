import { counted } from "./text";

/**
 * An error a person can act on: the thing, the cause, the remedy. Never a value.
 * The message is the three in one line; programs read the parts.
 */
export class RemedyError extends Error {
  constructor(
    /** What is wrong, by the name people gave it. */
    readonly thing: string,
    readonly reason: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(`${thing}: ${reason}. Remedy: ${remedy}`, options);
    this.name = new.target.name;
  }
}

/** Any thrown thing as one line of text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A token that the service does not know, or that has expired: nothing that it was asked for can be told. */
export class TokenError extends RemedyError {}
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
