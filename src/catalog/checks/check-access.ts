import { accessOf } from "../../access/team-access";
import { programTeam } from "../../access/trust";
import type { Problem } from "../../errors";
import { type AccessPolicy, LEVELS } from "../access-policy";
import { secondsOf } from "../dates";
import type { ResolvedCatalog } from "../entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../settings";
import { wholeApplications } from "./check-applications";
import { policyProblem, wholePolicies } from "./shapes";

const POLICY_NAME = /^[a-z0-9][a-z0-9-]*$/;

/** In seconds. */
const YEAR = 366 * 86_400;

/**
 * Every rule of the access policies, each over all of them. Whether the people and teams they name are there only
 * Pulumi Cloud can say.
 */
export function checkAccess(catalog: ResolvedCatalog): Problem[] {
  const { whole, problems } = wholePolicies(catalog.accessPolicies);
  const doubled = repeated(whole.map(({ name }) => name));
  return [
    ...problems,
    ...doubled.map((name) =>
      policyProblem(
        "name-repeated",
        name,
        "is listed twice",
        "give one of them another name, or make one policy of both",
      ),
    ),
    ...whole.flatMap((policy) => [
      ...checkTexts(policy),
      ...checkReferences(policy, catalog),
      ...checkIdentities(policy),
      ...checkLevel(policy),
    ]),
  ];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** What only shows beside a stack's config: teams that this program owns itself, teams that the edition lacks. */
export function checkAccessHere(catalog: ResolvedCatalog, settings: Settings): Problem[] {
  const { whole } = wholePolicies(catalog.accessPolicies);
  const own = ownTeams(catalog, settings);
  return whole.flatMap(({ name, identities }) =>
    identities
      .filter(({ type }) => type === "team")
      .flatMap(({ name: team }) => {
        if (!EDITIONS_WITH_TEAMS.includes(settings.edition))
          return [teamWithoutEdition(name, team, settings)];
        if (!own.includes(team)) return [];
        return [
          policyProblem(
            "identity-own-team",
            name,
            `names ${team}, a team of this program's own`,
            "name the people or another team",
          ),
        ];
      }),
  );
}

function teamWithoutEdition(policy: string, team: string, { edition }: Settings): Problem {
  return policyProblem(
    "edition-without-teams",
    policy,
    `names the team ${team}, and the edition ${edition} has no teams`,
    `name its people, or set edition to ${EDITIONS_WITH_TEAMS.join(" or ")} when the organization has it`,
  );
}

function checkTexts({ name, why }: AccessPolicy): Problem[] {
  const problems: Problem[] = [];
  if (!POLICY_NAME.test(name))
    problems.push(
      policyProblem("name-invalid", name, "its name is not lower case, digits and hyphens", "rename it so"),
    );
  if (typeof why !== "string" || why.trim() === "")
    problems.push(policyProblem("reason-missing", name, "does not say why", "write one sentence in why"));
  return problems;
}

/** What a policy names and the catalog does not have. */
const UNKNOWN = { group: "group-unknown", environment: "environment-unknown" } as const;

function checkReferences(policy: AccessPolicy, catalog: ResolvedCatalog): Problem[] {
  const groups = Object.keys(catalog.groups);
  const unknown = (what: keyof typeof UNKNOWN, names: readonly string[], known: readonly string[]) =>
    names
      .filter((name) => !known.includes(name))
      .map((name) =>
        policyProblem(
          UNKNOWN[what],
          policy.name,
          `names an unknown ${what}: ${name}`,
          `use one of ${known.join(", ")}`,
        ),
      );
  const none = (what: string, remedy: string) =>
    policyProblem(
      "policy-empty",
      policy.name,
      `grants nothing: it names no ${what}`,
      `${remedy}, or remove the policy`,
    );
  return [
    ...(policy.groups === "all" ? [] : unknown("group", policy.groups, groups)),
    ...unknown("environment", policy.environments, catalog.environments),
    ...repeated([...(policy.groups === "all" ? [] : policy.groups), ...policy.environments]).map((each) =>
      policyProblem("name-repeated", policy.name, `names ${each} twice`, "name it once"),
    ),
    ...(policy.groups.length === 0 ? [none("groups", 'name one, or write "all"')] : []),
    ...(policy.environments.length === 0 ? [none("environments", "name one")] : []),
    ...(policy.identities.length === 0 ? [none("identities", "name who it is for")] : []),
  ];
}

function checkIdentities({ name, identities }: AccessPolicy): Problem[] {
  const doubled = repeated(identities.map(({ type, name: who }) => `${type} ${who}`));
  const wrong = identities.filter(({ type, name: who }) => {
    return (type !== "user" && type !== "team") || typeof who !== "string" || !/^[\w.@+-]+$/.test(who);
  });
  return [
    ...wrong.map(({ type, name: who }) =>
      policyProblem(
        "identity-invalid",
        name,
        `its identity ${type} ${who} is none`,
        'write { type: "user", name: LOGIN } or { type: "team", name: TEAM }, as Pulumi Cloud spells them',
      ),
    ),
    ...doubled.map((each) => policyProblem("name-repeated", name, `names ${each} twice`, "name it once")),
  ];
}

function checkLevel({ name, level, maxOpenDuration }: AccessPolicy): Problem[] {
  if (!LEVELS.includes(level))
    return [
      policyProblem(
        "level-unknown",
        name,
        `names an unknown level: ${level}`,
        `use one of ${LEVELS.join(", ")}`,
      ),
    ];
  if (maxOpenDuration === undefined) return [];
  const seconds = secondsOf(maxOpenDuration);
  if (seconds === undefined)
    return [
      policyProblem(
        "duration-invalid",
        name,
        "its maxOpenDuration is not a duration",
        "write hours, minutes and seconds: 8h, 1h30m",
      ),
    ];
  if (seconds > YEAR)
    return [
      policyProblem(
        "duration-invalid",
        name,
        "its maxOpenDuration is longer than a year, which limits nothing",
        "write a shorter one, or leave it out",
      ),
    ];
  if (level !== "read") return [];
  return [
    policyProblem(
      "duration-without-open",
      name,
      "limits how long it opens, and level read opens nothing",
      "leave maxOpenDuration out",
    ),
  ];
}

/** Every team of Pulumi Cloud that this program makes, whichever stack does. */
export function ownTeams(catalog: ResolvedCatalog, settings: Settings): string[] {
  const { whole } = wholePolicies(catalog.accessPolicies);
  const applications = wholeApplications(catalog.applications).whole;
  const groups = Object.keys(catalog.groups);
  const ofEnvironments = catalog.environments.flatMap((deployment) =>
    accessOf(settings, deployment, groups, whole, applications)
      .teams.filter((team) => team.own !== undefined)
      .map(({ team }) => team),
  );
  return [...ofEnvironments, programTeam(settings, "preview"), programTeam(settings, "audit")];
}
