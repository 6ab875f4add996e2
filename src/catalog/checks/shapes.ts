import * as z from "zod";
import type { Problem } from "../../errors";
import type { AccessPolicy } from "../access-policy";
import type { Catalog, Entry } from "../entry";
import { ROTATOR_KINDS, type Rotator } from "../rotators";

// A catalog that comes as data has passed no compiler. Each message is the form that is missing; other checks judge
// what a right form says.
const text = z.string("text");
const list = z.array(z.unknown(), "a list");
const texts = z.array(z.string("a list of texts"), "a list");
const mapping = z.record(z.string(), z.unknown(), "a mapping");
const flag = z.boolean("true or false");
const anything = z.unknown();

const ENTRY = z.strictObject({
  name: text,
  group: text,
  aliases: texts.optional(),
  appKey: text.optional(),
  appKeyAliases: texts.optional(),
  path: text.optional(),
  owner: text.optional(),
  rotationDays: z.number("a number").optional(),
  expires: text.optional(),
  credential: flag.optional(),
  page: text.optional(),
  format: text.optional(),
  visibility: text.optional(),
  repositories: texts.optional(),
  environments: texts.optional(),
  perEnvironment: flag.optional(),
  sharedBecause: text.optional(),
  leftoverUntil: text.optional(),
  required: flag.optional(),
  default: text.optional(),
  value: text.optional(),
  pulumiConfig: text.optional(),
  bootstrap: flag.optional(),
  tombstone: text.optional(),
  renamedFrom: z.union([z.string(), z.strictObject({ name: text, tombstone: text })], "a name").optional(),
  note: text.optional(),
});

const POLICY = z.strictObject({
  name: text,
  groups: z.union([z.literal("all"), list], "a list"),
  environments: list,
  identities: list,
  why: anything.optional(),
  level: anything.optional(),
  maxOpenDuration: anything.optional(),
});

const BASICS = { name: text, group: text, schedule: text, kind: text };
const DATABASE = z.strictObject({
  ...BASICS,
  users: list,
  databases: mapping,
  username: text,
  password: text,
});
const ROTATORS: Readonly<Record<string, z.ZodObject>> = {
  mysql: DATABASE,
  postgres: DATABASE,
  password: z.strictObject({
    ...BASICS,
    value: text,
    environments: list.optional(),
    length: anything.optional(),
    previous: text.optional(),
  }),
};

const ENTRY_REMEDY = "src/catalog/entry.ts says what an entry takes";
const POLICY_REMEDY = "src/catalog/access-policy.ts says what an access policy takes";
const ROTATOR_REMEDY = "src/catalog/rotators.ts says what a rotator takes";

/** Parts of a catalog that have the right form, and what the others lack. No problem quotes a value. */
interface Whole<Part> {
  whole: Part[];
  problems: Problem[];
}

/** The catalog without the entries that other checks could not read, and what is wrong with those. */
export function wholeCatalog(written: Catalog): {
  whole: Catalog;
  /** Whether the rest can be judged: without environments and groups each entry would name unknown ones. */
  isReadable: boolean;
  problems: Problem[];
} {
  const { environments, groups, secrets } = written;
  const wrong = [
    ...(texts.safeParse(environments).success ? [] : [notOf("environments", "a list of texts")]),
    ...(mapping.safeParse(groups).success ? [] : [notOf("groups", "a mapping")]),
  ];
  const entries = wholeParts<Entry>("secrets", secrets, ENTRY_REMEDY, checkEntryShape);
  const isReadable = wrong.length === 0;
  const basics = isReadable ? { environments, groups } : { environments: [], groups: {} };
  const problems = [...wrong, ...entries.problems];
  return { whole: { ...written, ...basics, secrets: entries.whole }, isReadable, problems };
}

/** The access policies that have all they need in the right form, and what the others lack. */
export function wholePolicies(given: readonly AccessPolicy[]): Whole<AccessPolicy> {
  return wholeParts("accessPolicies", given, POLICY_REMEDY, checkPolicyShape);
}

/** The rotators that have all they need in the right form, and what the others lack. */
export function wholeRotators(given: readonly Rotator[]): Whole<Rotator> {
  return wholeParts("rotators", given, ROTATOR_REMEDY, checkRotatorShape);
}

export function policyProblem(code: string, policy: string, cause: string, remedy: string): Problem {
  return { code, subject: `access policy ${policy}`, cause, remedy };
}

export function rotatorProblem(code: string, name: string, cause: string, remedy: string): Problem {
  return { code, subject: `rotator ${name}`, cause, remedy };
}

function wholeParts<Part>(
  subject: string,
  given: readonly Part[],
  remedy: string,
  check: (part: Part, index: number) => Problem[],
): Whole<Part> {
  if (!Array.isArray(given)) return { whole: [], problems: [{ ...notOf(subject, "a list"), remedy }] };
  const found = given.map((part, index) => ({ part, problems: check(part, index) }));
  return {
    whole: found.filter(({ problems }) => problems.length === 0).map(({ part }) => part),
    problems: found.flatMap(({ problems }) => problems),
  };
}

function notOf(subject: string, form: string): Problem {
  return {
    code: "shape-invalid",
    subject,
    cause: `are not ${form}`,
    remedy: "defineCatalog says what a catalog takes",
  };
}

/** A part by its name; by its place where it has none. */
function nameOf(part: unknown, index: number): string {
  const { name } = (part ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : `no. ${index + 1}`;
}

function checkEntryShape(entry: unknown, index: number): Problem[] {
  const { name } = (entry ?? {}) as { name?: unknown };
  const subject = typeof name === "string" ? name : `entry ${nameOf(entry, index)}`;
  const { causes, foreign } = misshapen(ENTRY, entry);
  return [...causes, ...foreign.map((key) => `has a ${key}, which no entry has`)].map((cause) => ({
    code: "shape-invalid",
    subject,
    cause,
    remedy: ENTRY_REMEDY,
  }));
}

function checkPolicyShape(policy: unknown, index: number): Problem[] {
  const { causes, foreign } = misshapen(POLICY, policy);
  const { identities } = (policy ?? {}) as { identities?: unknown };
  const isWrong = Array.isArray(identities) && !identities.every((each) => mapping.safeParse(each).success);
  return [
    ...causes,
    ...(isWrong ? ["one of its identities is not a mapping"] : []),
    ...foreign.map((key) => `has a ${key}, which no access policy has`),
  ].map((cause) => policyProblem("shape-invalid", nameOf(policy, index), cause, POLICY_REMEDY));
}

function checkRotatorShape(rotator: unknown, index: number): Problem[] {
  const say = (cause: string, remedy: string) =>
    rotatorProblem("shape-invalid", nameOf(rotator, index), cause, remedy);
  if (!mapping.safeParse(rotator).success) return [say("is not a mapping", ROTATOR_REMEDY)];
  const { kind } = rotator as { kind?: unknown };
  const schema = typeof kind === "string" && Object.hasOwn(ROTATORS, kind) ? ROTATORS[kind] : undefined;
  if (schema === undefined) {
    const remedy = `use one of ${ROTATOR_KINDS.join(", ")}; for anything else make an entry and rotate by hand`;
    return [say(`is of an unknown kind: ${kind}`, remedy)];
  }
  const { causes, foreign } = misshapen(schema, rotator);
  return [
    ...causes.map((cause) => say(cause, ROTATOR_REMEDY)),
    ...foreign.map((key) =>
      say(`has a ${key}, which a ${kind} rotator has not`, `remove ${key}: ESC makes the values`),
    ),
  ];
}

/** What a part lacks, and keys that it must not have. */
function misshapen(schema: z.ZodType, part: unknown): { causes: string[]; foreign: string[] } {
  if (!mapping.safeParse(part).success) return { causes: ["is not a mapping"], foreign: [] };
  const given = part as Record<string, unknown>;
  const issues = schema.safeParse(part).error?.issues ?? [];
  const causes = issues.flatMap((issue) => {
    const key = String(issue.path[0]);
    if (issue.code === "unrecognized_keys" && issue.path.length === 0) return [];
    return [given[key] === undefined ? `has no ${key}` : `${key} is not ${issue.message}`];
  });
  const foreign = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : [],
  );
  return { causes: [...new Set(causes)], foreign };
}
