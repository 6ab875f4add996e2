import type { Problem } from "../problem";
import { ROTATOR_KINDS, type Rotator } from "../rotators";
import { type Form, hasForm, wholeEntries } from "./forms";

const BASICS = ["name", "group", "schedule", "kind"];
const DATABASE = [...BASICS, "users", "databases", "username", "password"];
/** What a rotator of each kind says. */
const KEYS: Record<string, { required: readonly string[]; optional: readonly string[] }> = {
  mysql: { required: DATABASE, optional: [] },
  postgres: { required: DATABASE, optional: [] },
  password: { required: [...BASICS, "value"], optional: ["environments", "length", "previous"] },
};
const FORM_OF: Readonly<Record<string, Form>> = {
  name: "text",
  group: "text",
  schedule: "text",
  users: "list",
  databases: "mapping",
  username: "text",
  password: "text",
  environments: "list",
  value: "text",
  previous: "text",
};
const REMEDY = "secrets/rotators.ts says what it takes";

/** The rotators that have all they need in the right form, and what the others lack. */
export function wholeRotators(given: readonly Rotator[]): { whole: Rotator[]; problems: Problem[] } {
  return wholeEntries("rotators", given, REMEDY, checkShape);
}

export function rotatorProblem(name: string, cause: string, remedy: string): Problem {
  return { thing: `rotator ${name}`, cause, remedy };
}

function checkShape(rotator: Rotator, index: number): Problem[] {
  if (!hasForm(rotator, "mapping")) return [rotatorProblem(`no. ${index + 1}`, "is no mapping", REMEDY)];
  const given = rotator as unknown as Record<string, unknown>;
  const name = String(given.name);
  const say = (cause: string, remedy: string) => rotatorProblem(name, cause, remedy);
  const kind = String(given.kind);
  const keys = Object.hasOwn(KEYS, kind) ? KEYS[kind] : undefined;
  if (keys === undefined) {
    const remedy = `use one of ${ROTATOR_KINDS.join(", ")}; for anything else make an entry and rotate by hand`;
    return [say(`is of an unknown kind: ${kind}`, remedy)];
  }
  const known = [...keys.required, ...keys.optional];
  return known
    .flatMap((key) => checkKey(key, given[key], keys.required.includes(key)))
    .map((cause) => say(cause, REMEDY))
    .concat(
      Object.keys(given)
        .filter((key) => !known.includes(key))
        .map((key) =>
          say(`has a ${key}, which a ${kind} rotator has not`, `remove ${key}: ESC makes the values`),
        ),
    );
}

function checkKey(key: string, value: unknown, isRequired: boolean): string[] {
  if (value === undefined) return isRequired ? [`has no ${key}`] : [];
  const form = FORM_OF[key];
  return form === undefined || hasForm(value, form) ? [] : [`${key} is no ${form}`];
}
