import { isAdmin, teamsOf } from "./access";
import type { Principal, StackLevel, StackName } from "./principal";
import type { Organization } from "./state";

/**
 * Numbers of the levels a team can have on a stack (specification, StackPermission). Reading includes previews and
 * the decryption of the stack's secrets.
 */
export const STACK_PERMISSIONS = { 101: "read", 102: "write", 103: "admin" } as const;

const ORDER: readonly StackLevel[] = ["none", "read", "write", "admin"];

/** Whether a level includes another. */
export const includes = (level: StackLevel, needed: StackLevel): boolean =>
  ORDER.indexOf(level) >= ORDER.indexOf(needed);

/**
 * What a principal may do with a stack: the highest of the organization's default, which team tokens get as well
 * ("a team token also receives your organization's default Member permissions", docs, access tokens), of what their
 * teams were given, and of the administration of what they made themselves.
 *
 * @param creator who made the stack, as `creatorOf` names them.
 */
export function stackLevelOf(
  organization: Organization,
  principal: Principal,
  stack: StackName,
  creator: string | undefined,
): StackLevel {
  if (isAdmin(organization, principal) || creator === creatorOf(principal)) return "admin";
  const given = teamsOf(organization, principal).flatMap((team) => team.stacks ?? []);
  const levels = given
    .filter(({ projectName, stackName }) => projectName === stack.project && stackName === stack.stack)
    .map(({ permission }) => STACK_PERMISSIONS[permission]);
  return [organization.defaultStackPermission ?? "none", ...levels].reduce<StackLevel>(
    (best, level) => (includes(level, best) ? level : best),
    "none",
  );
}

/** A stack's creator is its administrator for good; a token's creator is the team or the organization it speaks for. */
export function creatorOf(principal: Principal): string {
  if (principal.kind === "personal") return `user:${principal.login}`;
  return principal.kind === "team" ? `team:${principal.team}` : "organization";
}
