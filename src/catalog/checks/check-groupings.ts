import * as z from "zod";
import type { Problem } from "../../errors";
import { nearestNames } from "../../text";
import { type Grouping, keysIn, kindOf } from "../applications";
import type { ResolvedCatalog } from "../entry";
import { rotatedValues } from "../rotators";
import { wholeRotators } from "./shapes";

/** What Python and TypeScript both take as a name. */
const IDENTIFIER = /^[a-z_][a-z0-9_]*$/;
const MAPPING = z.record(z.string(), z.unknown());

/** Groupings: well formed, and of app keys that the catalog has. */
export function checkGroupings(catalog: ResolvedCatalog): Problem[] {
  const { groupings } = catalog;
  if (!MAPPING.safeParse(groupings).success)
    return [
      problem(
        "groupings",
        "shape-invalid",
        "are not a mapping",
        "write { name: { field: app key } }, or leave them out",
      ),
    ];
  const keys = keysOfCatalog(catalog);
  return Object.entries(groupings).flatMap(([name, grouping]) =>
    isGrouping(grouping)
      ? checkGrouping(name, grouping, keys)
      : [
          problem(
            `grouping ${name}`,
            "shape-invalid",
            "a field is not text, constant or fields of its own",
            "give each field an app key, { constant: TEXT } or fields of its own",
          ),
        ],
  );
}

function problem(subject: string, code: string, cause: string, remedy: string): Problem {
  return { code, subject, cause, remedy };
}

function isGrouping(value: unknown): value is Grouping {
  if (!MAPPING.safeParse(value).success) return false;
  return Object.values(value as object).every((field) => {
    if (typeof field === "string") return true;
    const { constant, ...more } = (field ?? {}) as { constant?: unknown };
    return (typeof constant === "string" && Object.keys(more).length === 0) || isGrouping(field);
  });
}

function checkGrouping(name: string, grouping: Grouping, keys: readonly string[]): Problem[] {
  const subject = `grouping ${name}`;
  const names = [name, ...fieldsIn(grouping)].filter((each) => !IDENTIFIER.test(each));
  const unknown = keysIn(grouping).filter((key) => !keys.includes(key));
  return [
    ...names.map((each) =>
      problem(
        subject,
        "grouping-name",
        `${each} is not lower case, digits and _`,
        "use a-z, 0-9 and _, not beginning with a digit",
      ),
    ),
    ...unknown.map((key) =>
      problem(
        subject,
        "grouping-key",
        `the catalog has no app key ${key}`,
        `use ${nearestNames(key, keys).join(", ")}, or add an entry`,
      ),
    ),
    ...(Object.keys(grouping).length === 0
      ? [problem(subject, "grouping-empty", "it has no field", "give it one, or remove it")]
      : []),
  ];
}

function fieldsIn(grouping: Grouping): string[] {
  return Object.entries(grouping).flatMap(([name, field]) => {
    const found = kindOf(field);
    return found.kind === "fields" ? [name, ...fieldsIn(found.fields)] : [name];
  });
}

function keysOfCatalog(catalog: ResolvedCatalog): string[] {
  const entries = catalog.entries.filter(({ bootstrap }) => !bootstrap);
  const rotated = wholeRotators(catalog.rotators).whole.flatMap(rotatedValues);
  return [
    ...entries.flatMap(({ appKey, appKeyAliases }) => [appKey, ...appKeyAliases]),
    ...rotated.map(({ appKey }) => appKey),
  ];
}
