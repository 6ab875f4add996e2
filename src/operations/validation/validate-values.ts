import { createHash } from "node:crypto";
import { dayOf } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/entry";
import { valueNames } from "../../catalog/slots";
import { namesIn } from "../../text";
import type { Context } from "../context";
import { checkText } from "../values/check-value";
import { askVendors, type VendorAnswer } from "./ask-vendors";
import { type Place, placesOf } from "./places";

/** Something about a value that a person should look at: names, never the value. */
export interface ValueFinding {
  code:
    | "value-invalid"
    | "value-odd"
    | "value-repeated"
    | "value-in-several-environments"
    | "value-expired"
    | "value-missing";
  /** A warning changes no exit code. */
  state: "wrong" | "warning";
  subject: string;
  /** Deployment environments, or the file. */
  places: readonly string[];
  cause: string;
}

/** What was looked at, and what was found. */
export interface Validation {
  values: number;
  findings: ValueFinding[];
  /** What vendors say, where they were asked. */
  vendors?: VendorAnswer[];
}

/** Shorter values are guessable, so two that are equal say nothing: `true`, a port, a region. */
const SHORTEST_COMPARED = 8;

/**
 * Checks values by the rules of the sync, and against each other.
 *
 * @param file a .env file to look at instead of ESC.
 * @param environments deployment environments to open; needs the right to open each.
 * @param live whether vendors are asked too, or only named with what they would be asked.
 * @throws RemedyError when the file is wrong, or ESC refuses.
 */
export async function validateValues(
  context: Context,
  file: string | undefined,
  environments: readonly string[],
  live?: "ask" | "name",
): Promise<Validation> {
  const places = await placesOf(context, file, environments);
  const entries = context.catalog.entries.filter(({ bootstrap }) => !bootstrap);
  const today = dayOf(context.now());
  const findings = [
    ...places.flatMap((place) => entries.flatMap((entry) => eachValue(entry, place, today))),
    ...places.flatMap((place) => repeatedIn(entries, place)),
    ...entries.flatMap((entry) => sharedByEnvironments(entry, places)),
    ...entries.flatMap((entry) => expiredOn(entry, today)),
  ];
  const values = places.reduce((sum, { input }) => sum + Object.keys(input).length, 0);
  if (live === undefined) return { values, findings };
  return { values, findings, vendors: await askVendors(context, places, live === "name") };
}

function eachValue(
  entry: ResolvedEntry,
  { name: place, input, missing }: Place,
  today: string,
): ValueFinding[] {
  const about = { subject: entry.name, places: [place] };
  if (missing.includes(entry.name))
    return [{ ...about, code: "value-missing", state: "wrong", cause: "it is required, and has no value" }];
  const names = valueNames(entry, today);
  if (names.every((name) => input[name] === undefined)) return [];
  const { reason, warning } = {
    warning: undefined,
    ...checkText({ ...entry, aliases: names.slice(1) }, input),
  };
  if (reason !== undefined) return [{ ...about, code: "value-invalid", state: "wrong", cause: reason }];
  return warning === undefined ? [] : [{ ...about, code: "value-odd", state: "warning", cause: warning }];
}

/** One credential under the names of several entries: whoever rotates one forgets the others. */
function repeatedIn(entries: readonly ResolvedEntry[], { name: place, input }: Place): ValueFinding[] {
  const names = new Map<string, string[]>();
  for (const { name, credential } of entries) {
    const value = input[name];
    if (!credential || value === undefined || value.length < SHORTEST_COMPARED) continue;
    const key = digestOf(value);
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  return [...names.values()]
    .filter((same) => same.length > 1)
    .map((same) => ({
      code: "value-repeated",
      state: "wrong",
      subject: namesIn(same),
      places: [place],
      cause: "they hold one value; make it one entry with aliases, or give each its own",
    }));
}

/** What is declared to have a value per environment, and has the same in several. */
function sharedByEnvironments(entry: ResolvedEntry, places: readonly Place[]): ValueFinding[] {
  if (!entry.perEnvironment || !entry.credential) return [];
  const held = new Map<string, string[]>();
  for (const { name, input } of places) {
    const value = input[entry.name];
    if (value === undefined || value.length < SHORTEST_COMPARED) continue;
    const key = digestOf(value);
    held.set(key, [...(held.get(key) ?? []), name]);
  }
  return [...held.values()]
    .filter((same) => same.length > 1)
    .map((same) => ({
      code: "value-in-several-environments",
      state: "wrong",
      subject: entry.name,
      places: same,
      cause: "it is declared to have a value per environment, and has one value in these",
    }));
}

function expiredOn({ name, expires, environments }: ResolvedEntry, today: string): ValueFinding[] {
  if (expires === undefined || expires >= today) return [];
  const cause = `the vendor took it until ${expires}`;
  return [{ code: "value-expired", state: "wrong", subject: name, places: environments, cause }];
}

function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("base64");
}
