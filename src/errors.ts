import { counted } from "./text";

/** Something wrong that a person can act on: an error, a fault of the catalog or a config. Never a value. */
export interface Problem {
  /** Names the kind of problem, for programs: kebab-case, and the same whatever the wording. */
  code: string;
  /** What is wrong, by the name people gave it: an entry, a config key, a file. */
  subject: string;
  cause: string;
  remedy: string;
}

/**
 * An error that carries its problem as data, and where one thing has several faults all of them, so that a person can fix
 * them at once. The message is the problem in one line, and a line for each of those.
 */
export class RemedyError extends Error {
  readonly problems: readonly Problem[];

  constructor(
    readonly problem: Problem,
    { problems = [], ...options }: ErrorOptions & { problems?: readonly Problem[] } = {},
  ) {
    super([oneLine(problem), ...problems.map((each) => `  - ${oneLine(each)}`)].join("\n"), options);
    this.name = new.target.name;
    this.problems = problems;
  }
}

function oneLine({ subject, cause, remedy }: Problem): string {
  return `${subject}: ${cause}. Remedy: ${remedy}`;
}

/** The problem that an error carries. @throws the error itself when it carries none: that is a defect, no refusal. */
export function problemOf(error: unknown): Problem {
  if (error instanceof RemedyError) return error.problem;
  throw error;
}

/** Any thrown thing as one line of text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A token that the service does not know, or that has expired: nothing that it was asked for can be told. */
export class TokenError extends RemedyError {}

/** All problems as one text, one a line, for a person who wants to fix them all at once. */
export function describeProblems(heading: string, problems: readonly Problem[]): string {
  const lines = problems.map(
    (problem) => `  - ${problem.subject}: ${problem.cause}. Remedy: ${problem.remedy}.`,
  );
  return [`${heading}: ${counted(problems.length, "problem")}`, ...lines].join("\n");
}
