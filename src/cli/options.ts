import { RemedyError } from "../errors";
import type { Context } from "../operations/context";
import type { Typed } from "./command";

/**
 * The environments that were typed after the command; all of the catalog's when none was.
 *
 * @throws RemedyError naming those that the catalog does not have.
 */
export function environmentArguments({ catalog }: Context, typed: Typed): readonly string[] {
  const asked = [...new Set(typed.names)];
  const unknown = asked.filter((name) => !catalog.environments.includes(name));
  if (unknown.length > 0) {
    const known = catalog.environments.join(", ");
    throw new RemedyError({
      code: "?",
      subject: unknown.join(", "),
      cause: "the catalog has no such environment",
      remedy: `use one of ${known}`,
    });
  }
  return asked.length === 0 ? catalog.environments : asked;
}

/** The one environment that was typed. @throws RemedyError as above, and when it is not one. */
export function environmentArgument(context: Context, typed: Typed, command: string): string {
  const [environment, ...more] = environmentArguments(context, typed);
  if (environment !== undefined && typed.names.length > 0 && more.length === 0) return environment;
  throw new RemedyError({
    code: "?",
    subject: command,
    cause: "takes one environment",
    remedy: "name one, and options after it",
  });
}

/** The group that `--group` names, or all. @throws RemedyError when the catalog has none of that name. */
export function groupOption({ catalog }: Context, typed: Typed): readonly string[] {
  const groups = Object.keys(catalog.groups).sort();
  const asked = typed.text("group");
  if (asked === undefined) return groups;
  if (groups.includes(asked)) return [asked];
  throw new RemedyError({
    code: "?",
    subject: "--group",
    cause: `names no group of the catalog: ${asked}`,
    remedy: `use one of ${groups.join(", ")}`,
  });
}

/** The environment that `--environment` names, if any. @throws RemedyError when the catalog has none of that name. */
export function environmentOption({ catalog }: Context, typed: Typed): string | undefined {
  const asked = typed.text("environment");
  if (asked === undefined || catalog.environments.includes(asked)) return asked;
  const known = catalog.environments.join(", ");
  throw new RemedyError({
    code: "?",
    subject: "--environment",
    cause: `names no environment of the catalog: ${asked}`,
    remedy: `set it to one of ${known}`,
  });
}

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
  throw new RemedyError({
    code: "?",
    subject: "--limit",
    cause: `is no number from 1 to ${most}: ${text}`,
    remedy: "write --limit 20",
  });
}

/** At most so many names in one line; the rest is counted. */
