import { RemedyError } from "../errors";
import type { Typed } from "./command";

/**
 * How many that `--limit` asks for.
 *
 * @param most the largest count, which the option's description names.
 * @returns undefined when it was not typed.
 * @throws RemedyError for what is no number from 1 to the largest.
 */
export function limitOption(typed: Typed, most: number): number | undefined {
  const text = typed.text("limit");
  if (text === undefined) return undefined;
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= most) return limit;
  throw new RemedyError("--limit", `is no number from 1 to ${most}: ${text}`, "write --limit 20");
}
