import { settingsOf } from "../../access/declared-access";
import { escPlaces } from "../../access/esc-places";
import type { Grant, TeamAccess } from "../../access/team-access";
import { secondsOf } from "../../catalog/dates";
import type { ResolvedCatalog } from "../../catalog/entry";
import { escLayout } from "../../catalog/esc-environments";
import { pathOf } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import type { OrganizationTeam, TeamPermission } from "../../clients/pulumi-organization";
import { COMMAND } from "../../text";
import { type AccessDifference, pathsOf, type Terms, termsOf } from "./access-difference";

/** What differs between a team's declaration and the team in Pulumi Cloud. */
export function teamDifferences(
  declared: TeamAccess,
  ours: Ours,
  teams: readonly OrganizationTeam[],
): AccessDifference[] {
  const found = teams.find(({ name }) => name === declared.team);
  const subject = `team ${declared.team}`;
  if (found === undefined && declared.own === undefined) {
    const remedy = "make it in Pulumi Cloud, or spell it as there";
    const cause = "an access policy names it, and there is no such team";
    return [{ code: "team-missing", subject, cause, remedy }];
  }
  const grants = [...declared.onValues, ...declared.onComposites];
  const where = { paths: pathsOf(declared) };
  if (found === undefined)
    return [
      {
        code: "team-not-created",
        subject,
        cause: "it is not there, or not any more",
        remedy: `${COMMAND} repair --all, then pulumi up --refresh, for the stack that owns it`,
        ...where,
      },
    ];
  return [
    ...memberDifferences(subject, declared, found).map((difference) => ({ ...difference, ...where })),
    ...grants.flatMap((grant) => grantDifference(subject, grant, found)),
    ...found.permissions
      .filter(({ environment }) => grants.every((grant) => pathOf(grant.environment) !== environment))
      // What someone else's team has elsewhere is theirs.
      .filter(() => declared.own !== undefined)
      .map((permission) => undeclared(declared.team, permission, ours)),
  ];
}

function memberDifferences(
  subject: string,
  { own }: TeamAccess,
  found: OrganizationTeam,
): AccessDifference[] {
  const { members } = own ?? {};
  if (members === undefined) return [];
  const more = found.members.filter((login) => !members.includes(login));
  const less = members.filter((login) => !found.members.includes(login));
  const remedy = "pulumi up --refresh";
  return [
    ...more.map((login) => ({
      code: "team-member-undeclared" as const,
      subject,
      cause: `${login} is in it and not declared (Pulumi Cloud also adds the person who created the team)`,
      remedy: `${remedy} takes them out`,
    })),
    ...less.map((login) => ({
      code: "team-member-missing" as const,
      subject,
      cause: `${login} is not in it`,
      remedy,
    })),
  ];
}

function grantDifference(
  subject: string,
  grant: Grant,
  { permissions }: OrganizationTeam,
): AccessDifference[] {
  const path = pathOf(grant.environment);
  const found = permissions.find(({ environment }) => environment === path);
  const remedy = "pulumi up --refresh";
  if (found === undefined)
    return [
      {
        code: "team-permission-missing",
        subject,
        cause: `it has no right on ${path}, declared ${termsOf(grant)}`,
        remedy,
        paths: [path],
      },
    ];
  const same = found.level === grant.level && secondsIn(found) === secondsIn(grant);
  if (same) return [];
  const cause = `it has ${termsOf(found)} on ${path}, declared ${termsOf(grant)}`;
  return [{ code: "team-permission-differs", subject, cause, remedy, paths: [path] }];
}

/** Undeclared permissions of someone else's teams on our environments. */
export function undeclaredElsewhere(
  declared: ReadonlyMap<string, TeamAccess>,
  ours: Ours,
  teams: readonly OrganizationTeam[],
): AccessDifference[] {
  return teams
    .filter(({ name }) => declared.get(name)?.own === undefined)
    .flatMap(({ name, permissions }) => {
      const team = declared.get(name);
      const granted = team === undefined ? [] : pathsOf(team);
      return permissions
        .filter(({ environment, level }) => ours.all.has(environment) && level !== "none")
        .filter(({ environment }) => !granted.includes(environment))
        .map((permission) => undeclared(name, permission, ours));
    });
}

function undeclared(
  team: string,
  permission: TeamPermission,
  { managing, application }: Ours,
): AccessDifference {
  const { environment } = permission;
  const cause = `it has ${termsOf(permission)} on ${environment}, which no policy says`;
  const remedy = managing.has(environment)
    ? "take it away in Pulumi Cloud: a managing user is administrators' alone"
    : team.startsWith(`${application}-`)
      ? "pulumi up, if its policy was removed and up has not run since; else take it away in Pulumi Cloud"
      : "take it away in Pulumi Cloud, or add a policy that says why";
  return {
    code: "team-permission-undeclared",
    subject: `team ${team}`,
    cause,
    remedy,
    paths: [environment],
  };
}

function secondsIn({ maxOpenDuration }: Terms): number | undefined {
  return maxOpenDuration === undefined ? undefined : secondsOf(maxOpenDuration);
}

/** Paths of the ESC environments that are this program's. */
export interface Ours {
  all: ReadonlySet<string>;
  /** Of managing users: no policy gives a right on them. */
  managing: ReadonlySet<string>;
  /** How the names of the program's own teams begin. */
  application: string;
}

/** @param declared teams with rights: composites of policies are known by them. */
export function environmentsOf(
  catalog: ResolvedCatalog,
  settings: Settings,
  stacks: readonly Settings[],
  declared: readonly TeamAccess[],
): Ours {
  const here = catalog.environments.map((deployment) =>
    escLayout(catalog, settingsOf(deployment, settings, stacks), deployment),
  );
  const whole = here.flatMap(({ kept, composite }) => [...kept, composite]).map(pathOf);
  return {
    all: new Set([...whole, ...declared.flatMap(pathsOf)]),
    managing: new Set(here.flatMap(({ managing }) => managing).map(pathOf)),
    application: settings.application,
  };
}

/**
 * Differences without those that are about other environments alone.
 *
 * @param deployment undefined: all of them.
 */
export function differencesIn(
  deployment: string | undefined,
  all: readonly AccessDifference[],
  catalog: ResolvedCatalog,
  settings: Settings,
): readonly AccessDifference[] {
  if (deployment === undefined) return all;
  const others = catalog.environments.filter((each) => each !== deployment);
  const elsewhere = new Set(escPlaces(catalog, settings, others).map(({ path }) => path));
  return all.filter(({ paths = [] }) => paths.length === 0 || paths.some((path) => !elsewhere.has(path)));
}
