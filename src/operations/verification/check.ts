import { isOutage } from "../../clients/pulumi-call";
import { problemOf, TokenError } from "../../errors";

/** One thing that `verify` looks at between GitHub and the application, and what it found. */
export interface Check extends CheckResult {
  /** What was looked at: `values of production`. */
  subject: string;
  /** Unknown because the service did not answer, not because the token may not see it. */
  unreachable?: true;
}

/** What a check found: names and counts, never a value. */
export interface CheckResult {
  /** Names what was found, for programs: kebab-case, and the same whatever the wording. */
  code: string;
  /** A warning is about what works and is open to people who should not need it; it changes no exit code. */
  state: "ok" | "warning" | "wrong" | "unknown";
  cause: string;
  /** Absent where nothing must be done. */
  remedy?: string;
  /** The same where a list of names is told apart, for checks that are shown together. */
  brief?: Brief;
}

/** What a check found, without the names that it found it of. */
export interface Brief {
  cause: string;
  names: readonly string[];
  /** What must be done about several of them. */
  remedy: string;
}

/**
 * Checks that are made together. What keeps all of them from looking is one check of that subject, and the others go on.
 *
 * @throws TokenError, and what is not a RemedyError.
 */
export async function checksOf(subject: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    return [await check(subject, () => Promise.reject(error))];
  }
}

/**
 * Looks at one thing. What a token may not see is unknown, and the other checks go on.
 *
 * @throws TokenError, for a token that the service does not know sees nothing at all; and what is not a RemedyError.
 */
export async function check(subject: string, look: () => Promise<CheckResult>): Promise<Check> {
  try {
    return { subject, ...(await look()) };
  } catch (error) {
    const problem = problemOf(error);
    if (error instanceof TokenError) throw error;
    return {
      subject,
      code: problem.code,
      state: "unknown",
      cause: `${problem.subject}: ${problem.cause}`,
      remedy: problem.remedy,
      ...(isOutage(error) ? { unreachable: true } : {}),
    };
  }
}

export function ok(code: string, cause: string): CheckResult {
  return { code, state: "ok", cause };
}

export function wrong(code: string, cause: string, remedy: string, brief?: Brief): CheckResult {
  return { code, state: "wrong", cause, remedy, ...(brief === undefined ? {} : { brief }) };
}

/** Differences that a check quotes; the rest is counted. */
const QUOTED = 3;

/** The first few of some differences as one text. */
export function firstOf(differences: readonly string[]): string {
  const rest = differences.length > QUOTED ? `; and ${differences.length - QUOTED} more` : "";
  return `${differences.slice(0, QUOTED).join("; ")}${rest}`;
}
