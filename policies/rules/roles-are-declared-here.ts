import type { PolicyResource } from "@pulumi/policy";
import { TYPES } from "../resource-types";
import { configOf, each, ifKnown, stackRule, texts } from "../rule";

const DEFAULTS = { roles: [] as string[] };
/** Where each type says which role it gives. */
const ASSIGNMENTS: Readonly<Record<string, string>> = {
  [TYPES.roleOfTeam]: "roleId",
  [TYPES.roleOfTeamByApi]: "roleID",
  [TYPES.member]: "roleId",
  [TYPES.organizationTokenByApi]: "roleID",
  [TYPES.githubRoleOfTeam]: "roleId",
  [TYPES.githubRoleAssignment]: "roleId",
  [TYPES.githubRoleOfUser]: "roleId",
};
const ROLES: readonly string[] = [TYPES.role, TYPES.roleByApi, TYPES.githubRole];

/** An id says nothing of what a role may; one that the stack declares is looked at where it is declared. */
export const rolesAreDeclaredHere = stackRule(
  {
    name: "roles-are-declared-here",
    description: "A role that the stack gives to a team, a person or a token is one that the stack declares.",
    remedy: "declare the role beside its assignment and pass its id, or name the id in the pack's config",
    enforcementLevel: "mandatory",
    config: { roles: texts("Ids of roles of other stacks and of people that may be given", DEFAULTS.roles) },
  },
  function* (args) {
    const allowed = configOf(args, DEFAULTS).roles;
    const declared = new Set(args.resources.filter(({ type }) => ROLES.includes(type)).flatMap(idsOf));
    const given = args.resources.filter(({ type }) => Object.hasOwn(ASSIGNMENTS, type));
    yield* each(given, function* (resource) {
      const { urn, type, props, propertyDependencies } = resource;
      const property = ASSIGNMENTS[type] ?? "";
      // By what the program passed: a preview of a new role does not know its id.
      if (propertyDependencies[property]?.some((each) => ROLES.includes(each.type))) return;
      const id = String(props[property] ?? "");
      if (id === "" || declared.has(id) || allowed.includes(id)) return;
      yield {
        cause: "it assigns a role that this stack does not declare, so its rights are not visible here",
        urn,
      };
    });
  },
);

function idsOf({ props }: PolicyResource): string[] {
  const ids = [ifKnown(() => props.roleId), ifKnown(() => props.roleID), ifKnown(() => props.id)];
  return ids.flatMap((each) => (each === undefined || each === "" ? [] : [String(each)]));
}
