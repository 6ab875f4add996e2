import { EndingError, type Problem, RemedyError } from "../errors";

/** An error as `--json` prints it, under the key `error`. `problems` are all that is wrong, where it is a list. */
export interface ErrorDocument extends Problem {
  problems: readonly Problem[];
}

/**
 * An error as data. Our own errors speak for themselves; of all others the kind alone is told, for their message may
 * quote a value.
 */
export function errorDocument(error: unknown): ErrorDocument {
  if (error instanceof EndingError) return { ...error.problem, problems: [] };
  if (error instanceof RemedyError) return { ...error.problem, problems: error.problems };
  const kind = error instanceof Error ? error.name : typeof error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : "";
  return {
    code: "unexpected-error",
    subject: "sophia-secrets",
    cause: `an unexpected ${kind}${told}`,
    remedy: "run it again; if it comes back, report this line and the command",
    problems: [],
  };
}

/** An error as lines for a person: what is wrong, each problem of a list, and the remedy on a line of its own. */
export function errorLines(error: unknown): string[] {
  const { subject, cause, remedy, problems } = errorDocument(error);
  return [
    ...`error: ${subject}: ${cause}`.trimEnd().split("\n"),
    ...problems.flatMap((each) => [
      ...`  - ${each.subject}: ${each.cause}`.split("\n"),
      ...(each.remedy === remedy ? [] : [`    Remedy: ${each.remedy}`]),
    ]),
    ...`Remedy: ${remedy}`.split("\n"),
  ];
}
