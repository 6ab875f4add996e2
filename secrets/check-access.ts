import { type AccessPolicy, accessOf, groupsOf, LEVELS } from "./access";
import { secondsOf } from "./duration";
import type { Catalog } from "./entry";
import {
  audienceEnvironment,
  compositeEnvironment,
  ledgerEnvironment,
  type Naming,
  valuesEnvironment,
} from "./layout";
import type { Problem } from "./problem";
import { EDITIONS_WITH_TEAMS, type Settings } from "./settings";
import { programTeam } from "./trust";

const POLICY_NAME = /^[a-z0-9][a-z0-9-]*$/;

/**
 * Every rule of the access policies, each over all of them. Whether the people and teams they name are there only
 * Pulumi Cloud can say.
 */
export function checkAccess(catalog: Catalog): Problem[] {
  const policies = catalog.accessPolicies ?? [];
  const names = policies.map(({ name }) => name);
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...doubled.map((name) => ({
      thing: `access policy ${name}`,
      cause: "stands twice",
      remedy: "give one of them another name, or make one policy of both",
    })),
    ...policies.flatMap((policy) => [
      ...checkTexts(policy),
      ...checkReferences(policy, catalog),
      ...checkIdentities(policy),
      ...checkLevel(policy),
      ...checkAudience(policy, catalog),
    ]),
  ];
}

/** What only shows beside a stack's config: teams that this program owns itself, teams that the edition lacks. */
export function checkAccessHere(catalog: Catalog, settings: Settings): Problem[] {
  const policies = catalog.accessPolicies ?? [];
  const groups = Object.keys(catalog.groups);
  const own = catalog.environments.flatMap((environment) =>
    accessOf(settings, environment, groups, policies)
      .teams.filter((team) => team.own !== undefined)
      .map(({ team }) => team),
  );
  own.push(programTeam(settings, "preview"), programTeam(settings, "audit"));
  return policies.flatMap(({ name, identities }) =>
    identities
      .filter(({ type }) => type === "team")
      .flatMap(({ name: team }) => {
        if (!EDITIONS_WITH_TEAMS.includes(settings.edition))
          return [teamWithoutEdition(name, team, settings)];
        if (!own.includes(team)) return [];
        return [
          problemOf(name, `names ${team}, a team of this program's own`, "name the people or another team"),
        ];
      }),
  );
}

function problemOf(policy: string, cause: string, remedy: string): Problem {
  return { thing: `access policy ${policy}`, cause, remedy };
}

function teamWithoutEdition(policy: string, team: string, { edition }: Settings): Problem {
  return problemOf(
    policy,
    `names the team ${team}, and the edition ${edition} has no teams`,
    `name its people, or set edition to ${EDITIONS_WITH_TEAMS.join(" or ")} when the organization has it`,
  );
}

function checkTexts({ name, why }: AccessPolicy): Problem[] {
  const problems: Problem[] = [];
  if (!POLICY_NAME.test(name))
    problems.push(problemOf(name, "its name is not lower case, digits and hyphens", "rename it so"));
  if (typeof why !== "string" || why.trim() === "")
    problems.push(problemOf(name, "does not say why", "write one sentence in why"));
  return problems;
}

function checkReferences(policy: AccessPolicy, catalog: Catalog): Problem[] {
  const groups = Object.keys(catalog.groups);
  const unknown = (what: string, names: readonly string[], known: readonly string[]) =>
    names
      .filter((name) => !known.includes(name))
      .map((name) =>
        problemOf(policy.name, `names an unknown ${what}: ${name}`, `use one of ${known.join(", ")}`),
      );
  const none = (what: string, remedy: string) =>
    problemOf(policy.name, `grants nothing: it names no ${what}`, `${remedy}, or remove the policy`);
  return [
    ...(policy.groups === "all" ? [] : unknown("group", policy.groups, groups)),
    ...unknown("environment", policy.environments, catalog.environments),
    ...(policy.groups.length === 0 ? [none("groups", 'name one, or write "all"')] : []),
    ...(policy.environments.length === 0 ? [none("environments", "name one")] : []),
    ...(policy.identities.length === 0 ? [none("identities", "name who it is for")] : []),
  ];
}

function checkIdentities({ name, identities }: AccessPolicy): Problem[] {
  const told = identities.map(({ type, name: who }) => `${type} ${who}`);
  const doubled = [...new Set(told.filter((each, index) => told.indexOf(each) !== index))];
  const wrong = identities.filter(({ type, name: who }) => {
    return (type !== "user" && type !== "team") || typeof who !== "string" || !/^[\w.@+-]+$/.test(who);
  });
  return [
    ...wrong.map(({ type, name: who }) =>
      problemOf(
        name,
        `its identity ${type} ${who} is none`,
        'write { type: "user", name: LOGIN } or { type: "team", name: TEAM }, as Pulumi Cloud spells them',
      ),
    ),
    ...doubled.map((each) => problemOf(name, `names ${each} twice`, "name it once")),
  ];
}

function checkLevel({ name, level, maxOpenDuration }: AccessPolicy): Problem[] {
  if (!LEVELS.includes(level))
    return [problemOf(name, `names an unknown level: ${level}`, `use one of ${LEVELS.join(", ")}`)];
  if (maxOpenDuration === undefined) return [];
  if (secondsOf(maxOpenDuration) === undefined)
    return [
      problemOf(name, "its maxOpenDuration is no duration", "write hours, minutes and seconds: 8h, 1h30m"),
    ];
  if (level !== "read") return [];
  return [
    problemOf(name, "limits how long it opens, and level read opens nothing", "leave maxOpenDuration out"),
  ];
}

/** An environment of its own must not be one that is there already: a group named for-x, an environment x-for-y. */
function checkAudience(policy: AccessPolicy, catalog: Catalog): Problem[] {
  const naming: Naming = { escProject: "", application: "" };
  const groups = Object.keys(catalog.groups);
  if (groupsOf(policy, groups).length === groups.length) return [];
  const taken = new Set(
    catalog.environments.flatMap((environment) =>
      [
        compositeEnvironment(naming, environment),
        ledgerEnvironment(naming, environment),
        ...groups.map((group) => valuesEnvironment(naming, environment, group)),
      ].map((id) => id.name),
    ),
  );
  return policy.environments
    .filter((environment) => taken.has(audienceEnvironment(naming, environment, policy.name).name))
    .map((environment) =>
      problemOf(
        policy.name,
        `its composite of ${environment} would have the name of another environment`,
        `rename the policy, or the group for-${policy.name}`,
      ),
    );
}
