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

/**
 * Ends a whole command: whatever else it finds cannot be believed. It is not a RemedyError, so that nobody who looks at many
 * things takes it for one that cannot be seen.
 */
export class EndingError extends Error {
  constructor(readonly problem: Problem) {
    super(oneLine(problem));
    this.name = new.target.name;
  }
}

/** What a log says of one thing: a problem, or a fact about which nothing must be done. */
export type Diagnostic = Omit<Problem, "remedy"> & { remedy?: string };

/** A problem as one line of a log: `[code] subject: cause. Remedy: remedy`. */
export function diagnosticLine({ code, subject, cause, remedy }: Diagnostic): string {
  return `[${code}] ${subject}: ${cause}${remedy === undefined ? "" : `. Remedy: ${remedy}`}`;
}

/**
 * The lines of a log's text that `diagnosticLine` wrote, whatever stands before the code: the engine puts a severity
 * there. The subject ends at the first colon, so a name with a colon in it is cut.
 */
export function readDiagnostics(text: string): Diagnostic[] {
  return text.split("\n").flatMap((line) => {
    const [, code, subject, said] = /\[([a-z][a-z0-9-]*)\] ([^:]+): (.*)$/.exec(line) ?? [];
    if (code === undefined || subject === undefined || said === undefined) return [];
    const [cause = "", remedy] = said.split(". Remedy: ");
    return [{ code, subject, cause, ...(remedy === undefined ? {} : { remedy }) }];
  });
}

/** Several problems as a log's text: a heading with their number, and a line each. */
export function describeProblems(heading: string, problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `  ${diagnosticLine(problem)}`);
  return [`${heading}: ${counted(problems.length, "problem")}`, ...lines].join("\n");
}
