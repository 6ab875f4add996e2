import type { ResolvedCatalog } from "../catalog/entry";
import { rotatedValues } from "../catalog/rotators";
import { RemedyError } from "../errors";
import { COMMAND, nearestNames } from "../text";
import type { Completes, OptionSpec, Place, PositionalSpec } from "./command";
import { parseSince } from "./time-options";

/** An option that is there or not. */
export function flag(description: string): OptionSpec<boolean> {
  return { description, parse: (typed) => typed === true };
}

/** What an option may say besides its text. */
interface More {
  completes?: Completes;
}

/** An option with any text. */
export function text(
  argument: `<${string}>`,
  description: string,
  more: More = {},
): OptionSpec<string | undefined> {
  return {
    argument,
    description,
    ...more,
    parse: (typed, { catalog }) => spelled(textIn(typed), more, catalog),
  };
}

/** The same, and it must be typed. */
export function requiredText(
  argument: `<${string}>`,
  description: string,
  more: More = {},
): OptionSpec<string> {
  return { argument, description, required: true, ...more, parse: (typed) => textIn(typed) ?? "" };
}

/** An option whose text may be left out: `true` then. */
export function optionalText(
  argument: `[${string}]`,
  description: string,
): OptionSpec<string | true | undefined> {
  return { argument, description, parse: (typed) => typed };
}

/** A whole number. @param to the largest; the description names it. */
export function wholeNumber(
  argument: `<${string}>`,
  description: string,
  { from, to }: { from: number; to: number },
): OptionSpec<number | undefined> {
  return {
    argument,
    description,
    parse: (typed, _, place) => {
      const written = textIn(typed);
      if (written === undefined) return undefined;
      const number = /^\d{1,15}$/.test(written) ? Number(written) : Number.NaN;
      if (number >= from && number <= to) return number;
      throw usageError(place, `must be a whole number from ${from} to ${to}, not ${written}`);
    },
  };
}

/** A deployment environment of the catalog. */
export function environment(description: string): OptionSpec<string | undefined> {
  return {
    argument: "<name>",
    description,
    completes: "environment",
    parse: (typed, { catalog }, place) => {
      const name = textIn(typed);
      if (name !== undefined) requireKnown([name], catalog.environments, "environment", place);
      return name;
    },
  };
}

/** The same; left out, it is the catalog's first. */
export function environmentOrFirst(description: string): OptionSpec<string> {
  const { parse, ...spec } = environment(`${description} (default: the catalog's first)`);
  return {
    ...spec,
    parse: (typed, known, place) => parse(typed, known, place) ?? known.catalog.environments[0] ?? "",
  };
}

/** One deployment environment; left out, all of the catalog's. */
export function environmentOrAll(description: string): OptionSpec<readonly string[]> {
  const { parse, ...spec } = environment(description);
  return {
    ...spec,
    parse: (typed, known, place) => {
      const name = parse(typed, known, place);
      return name === undefined ? known.catalog.environments : [name];
    },
  };
}

/** Deployment environments of the catalog, separated by commas, or `all`. It must be typed. */
export function requiredEnvironments(description: string): OptionSpec<readonly string[]> {
  return {
    argument: "<names>",
    description,
    required: true,
    completes: "environment",
    parse: (typed, { catalog }, place) => {
      const names = (textIn(typed) ?? "").split(",").map((name) => name.trim());
      if (names.length === 1 && names[0] === "all") return catalog.environments;
      requireKnown(names, catalog.environments, "environment", place);
      return [...new Set(names)];
    },
  };
}

/** The same, and it must be typed. */
export function requiredEnvironment(description: string): OptionSpec<string> {
  const { parse, ...spec } = environment(description);
  return { ...spec, required: true, parse: (...typed) => parse(...typed) ?? "" };
}

/** A group of the catalog. */
export function group(description: string): OptionSpec<string | undefined> {
  return {
    argument: "<name>",
    description,
    completes: "group",
    parse: (typed, { catalog }, place) => {
      const name = textIn(typed);
      if (name !== undefined) requireKnown([name], Object.keys(catalog.groups), "group", place);
      return name;
    },
  };
}

/** Any words, each once: what they must be, the operation knows. */
export function words(
  notation: string,
  description: string,
  more: More = {},
): PositionalSpec<readonly string[]> {
  return {
    notation,
    description,
    ...more,
    parse: (typed, { catalog }) => [...new Set(typed.map((word) => spelled(word, more, catalog)))],
  };
}

/** A secret's name in any case as the catalog spells it, as GitHub takes one; every other text as it was typed. */
function spelled<Typed extends string | undefined>(
  typed: Typed,
  { completes }: More,
  catalog: ResolvedCatalog,
): Typed | string {
  if (typed === undefined || completes !== "secret") return typed;
  const upper = typed.toUpperCase();
  const known = catalog.entries.flatMap(({ name, aliases, renamedFrom }) => [
    name,
    ...aliases,
    ...(renamedFrom === undefined ? [] : [renamedFrom.name]),
  ]);
  const rotated = catalog.rotators.flatMap(rotatedValues).map(({ name }) => name);
  return [...known, ...rotated].includes(upper) ? upper : typed;
}

/** Names of secrets. */
export function secretNames(description: string): PositionalSpec<readonly string[]> {
  return words("[names...]", description, { completes: "secret" });
}

/** Deployment environments of the catalog: all when none is typed. */
export function environments(description: string): PositionalSpec<readonly string[]> {
  return {
    notation: "[environments...]",
    description,
    completes: "environment",
    parse: (typed, { catalog }, place) => {
      requireKnown(typed, catalog.environments, "environment", place);
      return typed.length === 0 ? catalog.environments : [...new Set(typed)];
    },
  };
}

/** One deployment environment of the catalog. */
export function oneEnvironment(description: string): PositionalSpec<string> {
  return {
    notation: "[environment]",
    description,
    completes: "environment",
    parse: (typed, { catalog }, place) => {
      const [name, ...others] = typed;
      if (name === undefined || others.length > 0)
        throw usageError({ ...place, name: place.command }, "takes one environment");
      requireKnown([name], catalog.environments, "environment", place);
      return name;
    },
  };
}

/** A time in the past: so long ago, or a day or a time. @param fallback what counts when none is typed. */
export function since(description: string, fallback: string): OptionSpec<Date> {
  return {
    argument: "<time>",
    description: `${description} (default: ${fallback})`,
    parse: (typed, { now }) => parseSince(textIn(typed) ?? fallback, now()),
  };
}

/** Wrong usage of a command, whose help says what is right. */
export function usageError({ command, name }: Place, cause: string): RemedyError {
  const remedy = `${COMMAND} ${command} --help shows what it takes`;
  return new RemedyError({ code: "usage-invalid", subject: name, cause, remedy });
}

function textIn(typed: string | true | undefined): string | undefined {
  return typeof typed === "string" ? typed : undefined;
}

const WORDS = { environment: "deployment environment", group: "group" } as const;
const UNKNOWN = { environment: "environment-unknown", group: "group-unknown" } as const;

function requireKnown(
  names: readonly string[],
  known: readonly string[],
  kind: keyof typeof WORDS,
  { name }: Place,
): void {
  const unknown = names.filter((each) => !known.includes(each));
  if (unknown.length === 0) return;
  throw new RemedyError({
    code: UNKNOWN[kind],
    subject: name.startsWith("--") ? name : unknown.join(", "),
    cause: `the catalog has no ${WORDS[kind]}${name.startsWith("--") ? ` ${unknown.join(", ")}` : " of this name"}`,
    remedy: useOneOf(unknown, known),
  });
}

/** Names that one line lists whole; of more, the nearest comes first. */
const LISTED = 3;

function useOneOf([unknown = ""]: readonly string[], known: readonly string[]): string {
  const sorted = [...known].sort();
  const [nearest = ""] = nearestNames(unknown.toLowerCase(), sorted);
  if (sorted.length <= LISTED) return `use one of ${sorted.join(", ")}`;
  return `use ${nearest}, or one of ${sorted.filter((each) => each !== nearest).join(", ")}`;
}
