import type { AccessPolicy } from "../access";
import type { Problem } from "../problem";
import { type Form, hasForm, wholeEntries } from "./forms";

const KEYS = ["name", "why", "groups", "environments", "identities", "level", "maxOpenDuration"];
const FORM_OF: Readonly<Record<string, Form>> = {
  name: "text",
  groups: "list",
  environments: "list",
  identities: "list",
};
const REMEDY = "secrets/access.ts says what an access policy takes";

/** The access policies that have all they need in the right form, and what the others lack. */
export function wholePolicies(given: readonly AccessPolicy[]): {
  whole: AccessPolicy[];
  problems: Problem[];
} {
  return wholeEntries("accessPolicies", given, REMEDY, checkShape);
}

export function policyProblem(policy: string, cause: string, remedy: string): Problem {
  return { thing: `access policy ${policy}`, cause, remedy };
}

function checkShape(policy: AccessPolicy, index: number): Problem[] {
  if (!hasForm(policy, "mapping")) return [policyProblem(`no. ${index + 1}`, "is no mapping", REMEDY)];
  const given = policy as unknown as Record<string, unknown>;
  const causes = Object.entries(FORM_OF)
    .filter(([key, form]) => !hasForm(given[key], form) && !(key === "groups" && given.groups === "all"))
    .map(([key, form]) => (given[key] === undefined ? `has no ${key}` : `${key} is no ${form}`));
  const nobody =
    hasForm(given.identities, "list") && policy.identities.some((each) => !hasForm(each, "mapping"));
  const foreign = Object.keys(given).filter((key) => !KEYS.includes(key));
  return [
    ...causes,
    ...(nobody ? ["one of its identities is no mapping"] : []),
    ...foreign.map((key) => `has a ${key}, which no access policy has`),
  ].map((cause) => policyProblem(String(given.name), cause, REMEDY));
}
