import { type AccessPolicy, groupsOf, higher, type Identity, type Level } from "./access";
import { longerDuration } from "./duration";
import type { Catalog } from "./entry";
import { applicationTeam, syncTeam } from "./layout";
import type { Settings } from "./settings";
import { programTeam } from "./trust";

/** What somebody may do with the values of one group in one environment, and by which policies. */
export interface Right {
  environment: string;
  group: string;
  identity: Identity;
  level: Level;
  maxOpenDuration?: string;
  because: readonly { policy: string; why: string }[];
}

/** What of the config decides the matrix. */
export type MatrixSettings = Pick<Settings, "escProject" | "application" | "programRepository">;

/**
 * The whole matrix of identity x group x environment as it is declared: somebody whom several policies name has the
 * union of them. The program's own teams are in it as well.
 *
 * @returns by environment and group in the catalog's order, then by identity.
 */
export function rightsOf(catalog: Catalog, settings: MatrixSettings): Right[] {
  const groups = Object.keys(catalog.groups);
  const policies = catalog.accessPolicies ?? [];
  return catalog.environments.flatMap((environment) => {
    const all = [...ownPolicies(settings, environment), ...policies];
    const here = all.filter((policy) => policy.environments.includes(environment));
    return groups.flatMap((group) =>
      rightsOn(
        environment,
        group,
        here.filter((policy) => groupsOf(policy, groups).includes(group)),
      ),
    );
  });
}

function rightsOn(environment: string, group: string, policies: readonly AccessPolicy[]): Right[] {
  const found = new Map<string, Right>();
  for (const policy of policies) {
    for (const { type, name } of policy.identities) {
      const right = rightBy(policy, environment, group, { type, name });
      const other = found.get(`${type} ${name}`);
      found.set(`${type} ${name}`, other === undefined ? right : joined(other, right));
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, right]) => right);
}

function rightBy(policy: AccessPolicy, environment: string, group: string, identity: Identity): Right {
  const { name, why, level, maxOpenDuration } = policy;
  const limit = maxOpenDuration === undefined ? {} : { maxOpenDuration };
  return { environment, group, identity, level, ...limit, because: [{ policy: name, why }] };
}

function joined(a: Right, b: Right): Right {
  const { maxOpenDuration: _, ...rest } = a;
  const opening = [a, b].filter(({ level }) => level !== "read").map((right) => right.maxOpenDuration);
  const longest = opening.length === 0 ? undefined : opening.reduce(longerDuration);
  return {
    ...rest,
    level: higher(a.level, b.level),
    ...(longest === undefined ? {} : { maxOpenDuration: longest }),
    because: [...a.because, ...b.because],
  };
}

/** What the program's own teams may do, said as policies are. */
function ownPolicies(settings: MatrixSettings, environment: string): AccessPolicy[] {
  const team = (name: string): Identity[] => [{ type: "team", name }];
  const everywhere = { groups: "all", environments: [environment] } as const;
  const audit: AccessPolicy = {
    ...everywhere,
    name: "(audit job)",
    why: "The program's nightly audit reads definitions and opens nothing",
    identities: team(programTeam(settings, "audit")),
    level: "read",
  };
  return [
    {
      ...everywhere,
      name: "(application)",
      why: "The application's loader opens what it runs with",
      identities: team(applicationTeam(settings, environment)),
      level: "open",
    },
    {
      ...everywhere,
      name: "(sync)",
      why: "The sync job writes what people set in GitHub",
      identities: team(syncTeam(settings, environment)),
      level: "write",
    },
    ...(settings.programRepository === undefined ? [] : [audit]),
  ];
}
