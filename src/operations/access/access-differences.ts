import { openDefault, openStackDefault } from "../../access/declared-access";
import type { ResolvedCatalog } from "../../catalog/entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import {
  createPulumiOrganization,
  type OrganizationMember,
  type OrganizationTeam,
  type PulumiOrganization,
  type StackPermission,
} from "../../clients/pulumi-organization";
import type { Context } from "../context";
import { type AccessDifference, declaredTeams } from "./access-difference";
import { environmentsOf, teamDifferences, undeclaredElsewhere } from "./team-differences";

/** What Pulumi Cloud said of an organization. */
export interface ObservedAccess {
  defaultPermission: string;
  /** Undefined: not told. */
  defaultStackPermission?: StackPermission;
  members: readonly OrganizationMember[];
  /** None where the edition has no teams. */
  teams: readonly OrganizationTeam[];
}

/**
 * What differs between the declaration of all stacks and Pulumi Cloud: a pure function.
 *
 * @param stacks config of every stack: each decides for its own environments.
 */
export function findAccessDifferences(
  catalog: ResolvedCatalog,
  settings: Settings,
  observed: ObservedAccess,
  stacks: readonly Settings[] = [settings],
): AccessDifference[] {
  const opened = openedByDefault(settings, observed);
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) return opened;
  const declared = declaredTeams(catalog, settings, stacks);
  const ours = environmentsOf(catalog, settings, stacks, [...declared.values()]);
  return [
    ...opened,
    ...withoutAccount(catalog, observed),
    ...[...declared.values()].flatMap((team) => teamDifferences(team, ours, observed.teams)),
    ...undeclaredElsewhere(declared, ours, observed.teams),
  ];
}

/** Team tokens "inherit the organization's default Member permissions" (docs, access and identity, RBAC): the sync's too. */
function openedByDefault(
  settings: Settings,
  { defaultPermission, defaultStackPermission: onStacks = "none" }: ObservedAccess,
): AccessDifference[] {
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) return [];
  const { pulumiOrganization } = settings;
  return [
    ...(defaultPermission === "none" ? [] : [openDefault(pulumiOrganization, defaultPermission)]),
    ...(onStacks === "none" ? [] : [openStackDefault(pulumiOrganization, onStacks)]),
  ];
}

function withoutAccount(catalog: ResolvedCatalog, { members }: ObservedAccess): AccessDifference[] {
  const known = new Set(members.map(({ login }) => login));
  return catalog.accessPolicies.flatMap(({ name, identities }) =>
    identities
      .filter(({ type, name: login }) => type === "user" && !known.has(login))
      .map(({ name: login }) => ({
        code: "account-missing" as const,
        subject: login,
        cause: `access policy ${name} names them, and they have no account in the organization`,
        remedy: "invite them there, or spell the login as its list of members has it",
      })),
  );
}

/** Members, teams and the default permission. Teams are not asked for where the edition has none. */
export async function observeAccess(
  context: Context,
  organization: PulumiOrganization = createPulumiOrganization(context.cloudCall()),
): Promise<ObservedAccess> {
  const hasTeams = EDITIONS_WITH_TEAMS.includes(context.project.settings.edition);
  const [{ defaultPermission, defaultStackPermission }, members, teams] = await Promise.all([
    organization.settings(),
    organization.members(),
    hasTeams ? organization.teams() : [],
  ]);
  const onStacks = defaultStackPermission === undefined ? {} : { defaultStackPermission };
  return { defaultPermission, ...onStacks, members, teams };
}
