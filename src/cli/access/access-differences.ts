import type { Grant, TeamAccess } from "../../../secrets/access";
import { secondsOf } from "../../../secrets/duration";
import type { Catalog } from "../../../secrets/entry";
import { pathOf } from "../../../secrets/layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../../secrets/settings";
import type { OrganizationMember, OrganizationTeam, TeamPermission } from "../../clients/pulumi-organization";
import { declaredTeams, pathsOf } from "./access-teams";
import { environmentsOf, type Ours } from "./our-environments";

/** What Pulumi Cloud said of an organization. */
export interface ObservedAccess {
  defaultPermission: string;
  members: readonly OrganizationMember[];
  /** None where the edition has no teams. */
  teams: readonly OrganizationTeam[];
}

/** Something that is not as declared. */
export interface AccessDifference {
  kind: "default" | "account" | "team" | "member" | "missing" | "permission";
  /** An organization, a login, a team. */
  thing: string;
  what: string;
  remedy: string;
}

/**
 * What differs between the declaration of all stacks and Pulumi Cloud: a pure function. `missing` is what somebody
 * declared is not there yet; the other kinds give more or other rights than declared.
 *
 * @param stacks config of every stack: each decides for its own environments.
 */
export function findAccessDifferences(
  catalog: Catalog,
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
    ...[...declared.values()].flatMap((team) => teamDifferences(team, ours, observed)),
    ...undeclaredElsewhere(declared, ours, observed),
  ];
}

function openedByDefault(settings: Settings, { defaultPermission }: ObservedAccess): AccessDifference[] {
  if (defaultPermission === "none" || !EDITIONS_WITH_TEAMS.includes(settings.edition)) return [];
  return [
    {
      kind: "default",
      thing: settings.pulumiOrganization,
      what: `its default environment permission is ${defaultPermission}: every member, and every team's token, has it on every environment, whatever the policies say`,
      remedy: "npx sophia-secrets access --close-default",
    },
  ];
}

function withoutAccount(catalog: Catalog, { members }: ObservedAccess): AccessDifference[] {
  const known = new Set(members.map(({ login }) => login));
  return (catalog.accessPolicies ?? []).flatMap(({ name, identities }) =>
    identities
      .filter(({ type, name: login }) => type === "user" && !known.has(login))
      .map(({ name: login }) => ({
        kind: "account" as const,
        thing: login,
        what: `access policy ${name} names them, and they have no account in the organization`,
        remedy: "invite them there, or spell the login as its list of members has it",
      })),
  );
}

function teamDifferences(declared: TeamAccess, ours: Ours, { teams }: ObservedAccess): AccessDifference[] {
  const found = teams.find(({ name }) => name === declared.team);
  const thing = `team ${declared.team}`;
  if (found === undefined && declared.own === undefined) {
    const remedy = "make it in Pulumi Cloud, or spell it as there";
    return [{ kind: "team", thing, what: "an access policy names it, and there is no such team", remedy }];
  }
  if (found === undefined)
    return [{ kind: "missing", thing, what: "it is not there yet", remedy: "pulumi up" }];
  const grants = [...declared.onValues, ...declared.onComposites];
  return [
    ...memberDifferences(thing, declared, found),
    ...grants.flatMap((grant) => grantDifference(thing, grant, found)),
    ...found.permissions
      .filter(({ environment }) => grants.every((grant) => pathOf(grant.environment) !== environment))
      // What a team of other people's has elsewhere is theirs.
      .filter(() => declared.own !== undefined)
      .map((permission) => undeclared(thing, permission, ours)),
  ];
}

function memberDifferences(thing: string, { own }: TeamAccess, found: OrganizationTeam): AccessDifference[] {
  const { members } = own ?? {};
  if (members === undefined) return [];
  const more = found.members.filter((login) => !members.includes(login));
  const less = members.filter((login) => !found.members.includes(login));
  const remedy = "pulumi up --refresh";
  return [
    ...more.map((login) => ({
      kind: "member" as const,
      thing,
      what: `${login} is in it and not declared (Pulumi Cloud also adds whoever made the team)`,
      remedy: `${remedy} takes them out`,
    })),
    ...less.map((login) => ({ kind: "missing" as const, thing, what: `${login} is not in it`, remedy })),
  ];
}

function grantDifference(thing: string, grant: Grant, { permissions }: OrganizationTeam): AccessDifference[] {
  const path = pathOf(grant.environment);
  const found = permissions.find(({ environment }) => environment === path);
  const remedy = "pulumi up --refresh";
  if (found === undefined)
    return [
      { kind: "missing", thing, what: `it has no right on ${path}, declared ${termsOf(grant)}`, remedy },
    ];
  const same = found.level === grant.level && secondsIn(found) === secondsIn(grant);
  if (same) return [];
  const what = `it has ${termsOf(found)} on ${path}, declared ${termsOf(grant)}`;
  return [{ kind: "permission", thing, what, remedy }];
}

/** Permissions on environments of ours that teams of other people's have and nothing declares. */
function undeclaredElsewhere(
  declared: ReadonlyMap<string, TeamAccess>,
  ours: Ours,
  { teams }: ObservedAccess,
): AccessDifference[] {
  return teams
    .filter(({ name }) => declared.get(name)?.own === undefined)
    .flatMap(({ name, permissions }) => {
      const team = declared.get(name);
      const granted = team === undefined ? [] : pathsOf(team);
      return permissions
        .filter(({ environment, level }) => ours.all.has(environment) && level !== "none")
        .filter(({ environment }) => !granted.includes(environment))
        .map((permission) => undeclared(`team ${name}`, permission, ours));
    });
}

function undeclared(
  thing: string,
  permission: TeamPermission,
  { managing, application }: Ours,
): AccessDifference {
  const { environment } = permission;
  const what = `it has ${termsOf(permission)} on ${environment}, which no policy says`;
  const remedy = managing.has(environment)
    ? "take it away in Pulumi Cloud: a managing user is administrators' alone"
    : thing.startsWith(`team ${application}-`)
      ? "pulumi up, if its policy was removed and up has not run since; else take it away in Pulumi Cloud"
      : "take it away in Pulumi Cloud, or add a policy that says why";
  return { kind: "permission", thing, what, remedy };
}

interface Terms {
  level: string;
  maxOpenDuration?: string;
}

/** A right in words: `open`, `open for 8h`. */
export function termsOf({ level, maxOpenDuration }: Terms): string {
  return maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
}

function secondsIn({ maxOpenDuration }: Terms): number | undefined {
  return maxOpenDuration === undefined ? undefined : secondsOf(maxOpenDuration);
}
