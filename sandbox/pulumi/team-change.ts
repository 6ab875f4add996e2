import { z } from "zod";
import { own } from "./cloud";
import { parseGoDuration } from "./go-duration";
import { badRequest, notFound } from "./service-error";
import { LEVELS, type Organization, type Team, type TeamStack } from "./state";

const DISPLAY_NAME_LIMIT = 100; // "Display name too long. Max length 100 characters." (operation CreatePulumiTeam)
const EnvironmentName = z.object({ projectName: z.string(), envName: z.string() });
const Permission = EnvironmentName.extend({
  permission: z.enum(LEVELS),
  // A string in Go's form: the provider sends it so, and its reader refuses a number.
  maxOpenDuration: z.string().nullish(),
});
const StackName = z.object({ projectName: z.string(), stackName: z.string() });
const StackPermission = StackName.extend({
  permission: z.union([z.literal(101), z.literal(102), z.literal(103)]),
});
/** The body of PATCH teams/{team}: several operations in one. */
export const TeamChange = z.object({
  newDisplayName: z.string().optional(),
  newDescription: z.string().optional(),
  member: z.string().optional(),
  memberAction: z.enum(["add", "remove", "promote", "demote"]).optional(),
  addEnvironmentPermission: Permission.optional(),
  editEnvironmentPermission: Permission.optional(),
  removeEnvironment: EnvironmentName.optional(),
  addStackPermission: StackPermission.optional(),
  editStackPermission: StackPermission.optional(),
  removeStack: StackName.optional(),
});

export type TeamChange = z.infer<typeof TeamChange>;

/**
 * Carries out a change of a team.
 * @throws 400 for what does not fit, 404 for members and environments that are not the organization's.
 */
export function applyChange(organization: Organization, team: Team, change: TeamChange): void {
  if (change.newDisplayName !== undefined) team.displayName = shortEnough(change.newDisplayName);
  if (change.newDescription !== undefined) team.description = change.newDescription;
  if (change.memberAction !== undefined)
    changeMember(organization, team, change.memberAction, change.member ?? "");
  const permission = change.addEnvironmentPermission ?? change.editEnvironmentPermission;
  if (permission !== undefined) grant(organization, team, permission);
  if (change.removeEnvironment !== undefined) revoke(team, change.removeEnvironment);
  const stack = change.addStackPermission ?? change.editStackPermission;
  if (stack !== undefined) team.stacks = [...withoutStack(team, stack), stack];
  if (change.removeStack !== undefined) team.stacks = withoutStack(team, change.removeStack);
}

/** Whether the stack exists is not asked: stacks are kept in a store of their own. */
function withoutStack(team: Team, { projectName, stackName }: z.infer<typeof StackName>): TeamStack[] {
  return (team.stacks ?? []).filter((s) => s.projectName !== projectName || s.stackName !== stackName);
}

function changeMember(organization: Organization, team: Team, action: string, login: string): void {
  if (team.kind === "github") throw badRequest("the members of a GitHub team are managed in GitHub");
  if (action === "remove") {
    team.members = team.members.filter((member) => member !== login);
    return;
  }
  if (!organization.members.some((member) => member.login === login)) throw notFound(`member '${login}'`);
  if (action === "add" && !team.members.includes(login)) team.members.push(login);
}

function grant(organization: Organization, team: Team, given: z.infer<typeof Permission>): void {
  const { projectName, envName, permission, maxOpenDuration } = given;
  if (own(organization.environments, `${projectName}/${envName}`) === undefined)
    throw notFound(`environment '${organization.name}/${projectName}/${envName}'`);
  if (typeof maxOpenDuration === "string" && parseGoDuration(maxOpenDuration) === undefined)
    throw badRequest("addEnvironmentPermission.maxOpenDuration must be a Go duration such as 1h30m0s");
  revoke(team, given);
  const limit = typeof maxOpenDuration === "string" ? { maxOpenDuration } : {};
  team.environments.push({ projectName, envName, permission, ...limit });
}

function revoke(team: Team, { projectName, envName }: z.infer<typeof EnvironmentName>): void {
  team.environments = team.environments.filter((e) => e.projectName !== projectName || e.envName !== envName);
}

/** A display name that fits. @throws 400 */
export function shortEnough(displayName: string): string {
  if (displayName.length > DISPLAY_NAME_LIMIT)
    throw badRequest("Display name too long. Max length 100 characters.");
  return displayName;
}

/** The names in a change, for the audit log. */
export function namesIn(change: TeamChange): Record<string, string> {
  const given = change.addEnvironmentPermission ?? change.editEnvironmentPermission;
  const stack = change.addStackPermission ?? change.editStackPermission;
  return {
    ...(stack && { stack: `${stack.projectName}/${stack.stackName}`, permission: String(stack.permission) }),
    ...(change.removeStack && {
      removedStack: `${change.removeStack.projectName}/${change.removeStack.stackName}`,
    }),
    ...(change.memberAction === undefined
      ? {}
      : { memberAction: change.memberAction, member: change.member ?? "" }),
    ...(given && { environment: `${given.projectName}/${given.envName}`, permission: given.permission }),
    ...(change.removeEnvironment && {
      removedEnvironment: `${change.removeEnvironment.projectName}/${change.removeEnvironment.envName}`,
    }),
  };
}
