import { type AccessPolicy, groupsOf, higher, type Level } from "../catalog/access-policy";
import {
  type Application,
  environmentsOfApplication,
  groupsOfApplication,
  isScoped,
  openingOf,
} from "../catalog/applications";
import { longerDuration } from "../catalog/dates";
import {
  applicationTeam,
  audienceEnvironment,
  compositeEnvironment,
  type EscEnvironmentId,
  ledgerEnvironment,
  type Naming,
  pathOf,
  policyTeam,
  syncTeam,
  valuesEnvironment,
} from "../catalog/layout";
import { type Rotator, rotatedEnvironment, rotatorsIn } from "../catalog/rotators";

/** One team's right on one ESC environment. */
export interface Grant {
  environment: EscEnvironmentId;
  level: Level;
  maxOpenDuration?: string;
}

/** A team and all that it may do in one environment. */
export interface TeamAccess {
  team: string;
  /** What this program makes of the team; undefined for one that people made in Pulumi Cloud. */
  own: { description: string /** Undefined: people's to manage. */; members?: readonly string[] } | undefined;
  /** On values environments and the ledger. */
  onValues: readonly Grant[];
  /** On composite environments, which only open where their imports do. */
  onComposites: readonly Grant[];
}

/** A composite environment of its own, for people or an application that may open some groups and not all. */
export interface Audience {
  /** Name of the access policy or the application. */
  policy: string;
  environment: EscEnvironmentId;
  groups: readonly string[];
}

/** Everything that access policies make of one environment. */
export interface EnvironmentAccess {
  teams: readonly TeamAccess[];
  audiences: readonly Audience[];
}

/**
 * What the policies come to in one environment, least first:
 * - the application's team opens the composite and all it imports; the sync's team writes values and ledger, and can
 *   not even see the composite;
 * - a policy's users are a team of its own; a team made elsewhere gets the union of all policies that name it;
 * - a policy of some groups gets a composite of its own, which imports those alone, and nothing on the whole one. So
 *   nobody reads a foreign group, whether or not the service asks for a right on each import;
 * - an application of some groups likewise: a team and a composite of its own;
 * - composites are opened, never written, whatever the level: their text is the stack's. The ledger is read: who may
 *   look at values may know how old they are.
 */
export function accessOf(
  naming: Naming,
  deployment: string,
  groups: readonly string[],
  policies: readonly AccessPolicy[] = [],
  applications: readonly Application[] = [],
): EnvironmentAccess {
  const here = policies.filter((policy) => policy.environments.includes(deployment));
  const place = { naming, environment: deployment, groups };
  const scoped = applications.filter(
    (each) => isScoped(each, groups) && environmentsOfApplication(each, [deployment]).length > 0,
  );
  return {
    teams: [
      ...pipelineTeams(place),
      ...scoped.map((application) => teamOfApplication(place, application)),
      ...here.flatMap((policy) => teamOfUsers(place, policy)),
      ...teamsElsewhere(place, here),
    ],
    audiences: [
      ...scoped.map((each) => audienceOf(place, each.name, groupsOfApplication(each, groups))),
      ...here
        .filter((policy) => !isWhole(policy, groups))
        .map((policy) => audienceOf(place, policy.name, groupsOf(policy, groups))),
    ],
  };
}

interface Place {
  naming: Naming;
  environment: string;
  groups: readonly string[];
}

function pipelineTeams({ naming, environment, groups }: Place): TeamAccess[] {
  const on = (id: EscEnvironmentId, level: Level): Grant => ({ environment: id, level });
  const values = groups.map((group) => valuesEnvironment(naming, environment, group));
  return [
    {
      team: applicationTeam(naming, environment),
      own: { description: `Opens every group of ${environment}: the application's loader` },
      onValues: values.map((id) => on(id, "open")),
      onComposites: [on(compositeEnvironment(naming, environment), "open")],
    },
    {
      team: syncTeam(naming, environment),
      own: { description: `Writes the values and the ledger of ${environment}: the sync job, by OIDC` },
      onValues: [...values, ledgerEnvironment(naming, environment)].map((id) => on(id, "write")),
      onComposites: [],
    },
  ];
}

function teamOfApplication(place: Place, application: Application): TeamAccess {
  const { naming, environment: deployment, groups } = place;
  const { environment, team } = openingOf(naming, deployment, application, groups);
  const some = groupsOfApplication(application, groups);
  const on = (id: EscEnvironmentId): Grant => ({ environment: id, level: "open" });
  return {
    team,
    own: {
      description: `Opens ${some.join(", ")} of ${deployment}: the loader of application ${application.name}`,
    },
    onValues: some.map((group) => on(valuesEnvironment(naming, deployment, group))),
    onComposites: [on(environment)],
  };
}

function teamOfUsers(place: Place, policy: AccessPolicy): TeamAccess[] {
  const members = policy.identities.filter(({ type }) => type === "user").map(({ name }) => name);
  if (members.length === 0) return [];
  const { name, why, level, maxOpenDuration } = policy;
  const terms = maxOpenDuration === undefined ? level : `${level}-${maxOpenDuration}`;
  const what = policy.groups === "all" ? "every group" : groupsOf(policy, place.groups).join(", ");
  const description = `${why} (policy ${name}: ${level} ${what} of ${place.environment})`;
  const team = policyTeam(place.naming, place.environment, name, terms);
  return [{ team, own: { description, members: [...members].sort() }, ...grantsOf(place, policy) }];
}

function teamsElsewhere(place: Place, policies: readonly AccessPolicy[]): TeamAccess[] {
  const names = policies.flatMap(({ identities }) =>
    identities.filter(({ type }) => type === "team").map(({ name }) => name),
  );
  return [...new Set(names)].sort().map((team) => {
    const grants = policies
      .filter(({ identities }) => identities.some((each) => each.type === "team" && each.name === team))
      .map((policy) => grantsOf(place, policy));
    return {
      team,
      own: undefined,
      onValues: union(grants.flatMap(({ onValues }) => onValues)),
      onComposites: union(grants.flatMap(({ onComposites }) => onComposites)),
    };
  });
}

function grantsOf(place: Place, policy: AccessPolicy): Pick<TeamAccess, "onValues" | "onComposites"> {
  const { naming, environment, groups } = place;
  const { level, maxOpenDuration } = policy;
  const limit = maxOpenDuration === undefined ? {} : { maxOpenDuration };
  const composite = isWhole(policy, groups)
    ? compositeEnvironment(naming, environment)
    : audienceOf(place, policy.name, groupsOf(policy, groups)).environment;
  return {
    onValues: [
      ...groupsOf(policy, groups).map((group) => ({
        environment: valuesEnvironment(naming, environment, group),
        level,
        ...limit,
      })),
      { environment: ledgerEnvironment(naming, environment), level: "read" },
    ],
    onComposites: [{ environment: composite, level: level === "read" ? "read" : "open", ...limit }],
  };
}

function audienceOf({ naming, environment }: Place, name: string, groups: readonly string[]): Audience {
  return { policy: name, environment: audienceEnvironment(naming, environment, name), groups };
}

function isWhole(policy: AccessPolicy, groups: readonly string[]): boolean {
  return groupsOf(policy, groups).length === groups.length;
}

/** One grant for each environment: the highest level, for the longest time. */
function union(grants: readonly Grant[]): Grant[] {
  const byPath = new Map<string, Grant>();
  for (const grant of grants) {
    const path = pathOf(grant.environment);
    const other = byPath.get(path);
    byPath.set(path, other === undefined ? grant : both(other, grant));
  }
  return [...byPath.values()];
}

function both(a: Grant, b: Grant): Grant {
  const level = higher(a.level, b.level);
  // A grant that opens nothing limits nothing.
  const opening = [a, b].filter((grant) => grant.level !== "read").map((grant) => grant.maxOpenDuration);
  const longest = opening.length === 0 ? undefined : opening.reduce(longerDuration);
  return {
    environment: a.environment,
    level,
    ...(longest === undefined ? {} : { maxOpenDuration: longest }),
  };
}

/** What a level on the values of a group comes to on what rotates in it, where changes need an approval or not. */
export function levelOnRotated(level: Level, approvals: boolean): Level {
  return approvals && level !== "read" ? "open" : level;
}

/**
 * Access to the values of groups, and with it to what rotates in them. The sync has no business there.
 *
 * @param approvals whether changes of values need an approval. None guards these, for the clock cannot wait for one, so
 *   nobody may change them by hand then: what a team may write there, it may open.
 */
export function withRotators(
  access: EnvironmentAccess,
  naming: Naming,
  deployment: string,
  { rotators, approvals }: { rotators: readonly Rotator[]; approvals: boolean },
): EnvironmentAccess {
  const here = rotatorsIn(rotators, deployment);
  const teams = access.teams.map((team) => {
    if (team.team === syncTeam(naming, deployment)) return team;
    const rotated = here.flatMap((rotator) => {
      const values = pathOf(valuesEnvironment(naming, deployment, rotator.group));
      const grant = team.onValues.find((each) => pathOf(each.environment) === values);
      if (grant === undefined) return [];
      const level = levelOnRotated(grant.level, approvals);
      return [{ ...grant, level, environment: rotatedEnvironment(naming, deployment, rotator) }];
    });
    return rotated.length === 0 ? team : { ...team, onValues: [...team.onValues, ...rotated] };
  });
  return { ...access, teams };
}
