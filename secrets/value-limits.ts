import { type FormatName, misfit } from "./formats";
import { SENTINEL } from "./layout";

/** GitHub's own limit for one secret, in bytes (docs.github.com, "Secrets reference": 48 KB). */
export const LARGEST_VALUE = 49_152;

/** Whether a text is the placeholder of a slot, also as a person may have pasted it: with a line end. */
export function isSentinel(value: string): boolean {
  return value.trim() === SENTINEL;
}

/**
 * Whether a text can be a secret's value, all the way from GitHub to an environment variable.
 *
 * @returns undefined when it can, else why not. Never the value or any part of it.
 */
export function unfit(format: FormatName, value: string): string | undefined {
  const bytes = Buffer.byteLength(value, "utf8");
  if (bytes > LARGEST_VALUE) return `has ${bytes} bytes; GitHub's limit is ${LARGEST_VALUE}`;
  if (value.trim() === "") return value === "" ? "is empty" : "is only white space";
  if (isSentinel(value)) return "is the placeholder";
  if (value.includes("\0")) return "holds a NUL byte, which no environment variable can";
  if (!value.isWellFormed()) return "is not well-formed Unicode";
  return misfit(format, value);
}
