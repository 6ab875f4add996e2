/** A value as it stands behind `NAME=`, or why no way of writing it means the same to all readers. */
export type Quoted = { text: string; reason?: never } | { reason: string; text?: never };

/** Needs no quotes anywhere: no reader and no shell acts on these; a shell does on `~`, also behind a colon. */
const PLAIN = /^(?:[A-Za-z0-9_./:@%+,^-][A-Za-z0-9_./:@%+,^=-]*)?$/;

/**
 * Writes a value for a .env file so that Node's `--env-file`, npm's dotenv, python-dotenv, Docker Compose (`env_file:`,
 * `.env`) and a shell (`. ./.env`) read the same text. `test/values/env-quote.test.ts` asks each of them.
 *
 * - Without quotes: what has plain characters alone. `docker run --env-file`, which knows no quotes, reads these too.
 * - Between single quotes: everything but a single quote, and the two things that python-dotenv acts on there: `${` and a
 *   backslash before another one or at the end.
 * - Between double quotes: what has a single quote, and nothing that a reader acts on between double ones.
 */
export function quoteForAll(value: string): Quoted {
  if (value.includes("\0")) return { reason: "holds a NUL byte" };
  if (value.includes("\r"))
    return { reason: "holds a carriage return, which dotenv and python-dotenv change" };
  if (PLAIN.test(value)) return { text: value };
  if (value.includes("${")) return { reason: `holds \${, which python-dotenv replaces whatever the quotes` };
  if (!/'|\\\\|\\$/.test(value)) return { text: `'${value}'` };
  if (!/["\\$`]/.test(value)) return { text: `"${value}"` };
  return { reason: whyNeither(value) };
}

function whyNeither(value: string): string {
  if (!value.includes("'")) return "holds two backslashes in a row, or ends with one, which readers join";
  return 'holds a single quote beside one of " \\ $ `, for which readers know no common quotes';
}

/** A value for `docker run --env-file`, which takes a line as it stands. */
export function lineForDocker(value: string): Quoted {
  if (/[\r\n]/.test(value)) return { reason: "has several lines, which docker run --env-file cannot read" };
  if (value.includes("\0")) return { reason: "holds a NUL byte" };
  return { text: value };
}
