import type { Problem } from "../../errors";
import type { AccessPolicy } from "../access-policy";
import { ROTATOR_KINDS, type Rotator } from "../rotators";

/** Forms of what a catalog says; one that comes as data has passed no compiler. */
const FORMS = {
  text: (value: unknown) => typeof value === "string",
  list: (value: unknown) => Array.isArray(value),
  mapping: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
};
export type Form = keyof typeof FORMS;

export function hasForm(value: unknown, form: Form): boolean {
  return FORMS[form](value);
}

/** The entries of a list that have all they need in the right form, and what the others lack. */
export function wholeEntries<Entry>(
  thing: string,
  given: readonly Entry[],
  remedy: string,
  check: (entry: Entry, index: number) => Problem[],
): { whole: Entry[]; problems: Problem[] } {
  if (!hasForm(given, "list"))
    return { whole: [], problems: [{ code: "shape-invalid", subject: thing, cause: "are no list", remedy }] };
  const found = given.map((entry, index) => ({ entry, problems: check(entry, index) }));
  return {
    whole: found.filter(({ problems }) => problems.length === 0).map(({ entry }) => entry),
    problems: found.flatMap(({ problems }) => problems),
  };
}
const POLICY_KEYS = ["name", "why", "groups", "environments", "identities", "level", "maxOpenDuration"];
const POLICY_FORM_OF: Readonly<Record<string, Form>> = {
  name: "text",
  groups: "list",
  environments: "list",
  identities: "list",
};
const POLICY_REMEDY = "secrets/access.ts says what an access policy takes";

/** The access policies that have all they need in the right form, and what the others lack. */
export function wholePolicies(given: readonly AccessPolicy[]): {
  whole: AccessPolicy[];
  problems: Problem[];
} {
  return wholeEntries("accessPolicies", given, POLICY_REMEDY, checkPolicyShape);
}

export function policyProblem(code: string, policy: string, cause: string, remedy: string): Problem {
  return { code, subject: `access policy ${policy}`, cause, remedy };
}

function checkPolicyShape(policy: AccessPolicy, index: number): Problem[] {
  if (!hasForm(policy, "mapping"))
    return [policyProblem("shape-invalid", `no. ${index + 1}`, "is no mapping", POLICY_REMEDY)];
  const given = policy as unknown as Record<string, unknown>;
  const causes = Object.entries(POLICY_FORM_OF)
    .filter(([key, form]) => !hasForm(given[key], form) && !(key === "groups" && given.groups === "all"))
    .map(([key, form]) => (given[key] === undefined ? `has no ${key}` : `${key} is no ${form}`));
  const nobody =
    hasForm(given.identities, "list") && policy.identities.some((each) => !hasForm(each, "mapping"));
  const foreign = Object.keys(given).filter((key) => !POLICY_KEYS.includes(key));
  return [
    ...causes,
    ...(nobody ? ["one of its identities is no mapping"] : []),
    ...foreign.map((key) => `has a ${key}, which no access policy has`),
  ].map((cause) => policyProblem("shape-invalid", String(given.name), cause, POLICY_REMEDY));
}
const BASICS = ["name", "group", "schedule", "kind"];
const DATABASE = [...BASICS, "users", "databases", "username", "password"];

/** What a rotator of each kind says. */
const ROTATOR_KEYS: Record<string, { required: readonly string[]; optional: readonly string[] }> = {
  mysql: { required: DATABASE, optional: [] },
  postgres: { required: DATABASE, optional: [] },
  password: { required: [...BASICS, "value"], optional: ["environments", "length", "previous"] },
};
const ROTATOR_FORM_OF: Readonly<Record<string, Form>> = {
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
const ROTATOR_REMEDY = "secrets/rotators.ts says what it takes";

/** The rotators that have all they need in the right form, and what the others lack. */
export function wholeRotators(given: readonly Rotator[]): { whole: Rotator[]; problems: Problem[] } {
  return wholeEntries("rotators", given, ROTATOR_REMEDY, checkRotatorShape);
}

export function rotatorProblem(code: string, name: string, cause: string, remedy: string): Problem {
  return { code, subject: `rotator ${name}`, cause, remedy };
}

function checkRotatorShape(rotator: Rotator, index: number): Problem[] {
  if (!hasForm(rotator, "mapping"))
    return [rotatorProblem("shape-invalid", `no. ${index + 1}`, "is no mapping", ROTATOR_REMEDY)];
  const given = rotator as unknown as Record<string, unknown>;
  const name = String(given.name);
  const say = (cause: string, remedy: string) => rotatorProblem("shape-invalid", name, cause, remedy);
  const kind = String(given.kind);
  const keys = Object.hasOwn(ROTATOR_KEYS, kind) ? ROTATOR_KEYS[kind] : undefined;
  if (keys === undefined) {
    const remedy = `use one of ${ROTATOR_KINDS.join(", ")}; for anything else make an entry and rotate by hand`;
    return [say(`is of an unknown kind: ${kind}`, remedy)];
  }
  const known = [...keys.required, ...keys.optional];
  return known
    .flatMap((key) => checkKey(key, given[key], keys.required.includes(key)))
    .map((cause) => say(cause, ROTATOR_REMEDY))
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
  const form = ROTATOR_FORM_OF[key];
  return form === undefined || hasForm(value, form) ? [] : [`${key} is no ${form}`];
}
