import type { Problem } from "../problem";

/** What must fit together between the stacks of one project. */
export interface StackClaim {
  /** Name of the stack: `Pulumi.<stack>.yaml`. */
  stack: string;
  environments: readonly string[];
  /** The stack that this one believes owns the organization-wide objects. */
  organizationStack: string;
}

/**
 * Every stack of the project against the others: one owner of the organization-wide objects, one owner of each
 * environment. Two owners would undo each other's writes; none would leave the workflow and the slots undeclared.
 */
export function checkStacks(claims: readonly StackClaim[], environments: readonly string[]): Problem[] {
  return [...checkOwner(claims), ...checkEnvironments(claims, environments)];
}

function checkOwner(claims: readonly StackClaim[]): Problem[] {
  const owners = [...new Set(claims.map((claim) => claim.organizationStack))].sort();
  if (owners.length > 1) {
    const who = claims.map((claim) => `${claim.stack} says ${claim.organizationStack}`).join(", ");
    return [
      {
        thing: "config organizationStack",
        cause: `the stacks disagree on who owns the organization-wide objects (${who})`,
        remedy: "write the same stack name into every Pulumi.<stack>.yaml",
      },
    ];
  }
  const owner = owners[0];
  if (owner === undefined || claims.some((claim) => claim.stack === owner)) return [];
  return [
    {
      thing: "config organizationStack",
      cause: `names the stack ${owner}, which has no Pulumi.${owner}.yaml, so no stack owns the organization-wide objects`,
      remedy: `name one of ${claims.map((claim) => claim.stack).join(", ")}`,
    },
  ];
}

function checkEnvironments(claims: readonly StackClaim[], environments: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  for (const claim of claims) {
    for (const environment of claim.environments.filter((each) => !environments.includes(each))) {
      problems.push({
        thing: `stack ${claim.stack}`,
        cause: `owns the environment ${environment}, which the catalog does not have`,
        remedy: `use one of ${environments.join(", ")}, or add it to secrets/environments.ts`,
      });
    }
  }
  for (const environment of environments) {
    const owners = claims
      .filter((claim) => claim.environments.includes(environment))
      .map((claim) => claim.stack);
    if (owners.length === 1) continue;
    problems.push({
      thing: `environment ${environment}`,
      cause: owners.length === 0 ? "no stack owns it" : `the stacks ${owners.join(" and ")} both own it`,
      remedy: "name it under environments in exactly one Pulumi.<stack>.yaml",
    });
  }
  return problems;
}
