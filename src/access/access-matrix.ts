import { type AccessPolicy, groupsOf, higher, type Identity, type Level } from "../catalog/access-policy";
import { type Application, groupsOfApplication, isScoped, openingOf } from "../catalog/applications";
import { longerDuration } from "../catalog/dates";
import type { ResolvedCatalog } from "../catalog/entry";
import { applicationTeam, syncTeam } from "../catalog/layout";
import { rotatorsIn } from "../catalog/rotators";
import type { Settings } from "../catalog/settings";
import { settingsOf } from "./declared-access";
import { oversightOf } from "./oversight";
import { levelOnRotated } from "./team-access";
import { programTeam } from "./trust";

/**
 * What somebody may do in one environment with the values of one group that come from GitHub, or with those that one
 * rotator of it makes; and by which policies.
 */
export interface Right {
  environment: string;
  group: string;
  /** Name of the rotator, where ESC makes the values. */
  rotator?: string;
  identity: Identity;
  level: Level;
  maxOpenDuration?: string;
  because: readonly { policy: string; why: string }[];
}

/**
 * The whole matrix of identity x group x environment as it is declared, what ESC rotates included: somebody whom several
 * policies name has the union of them. The program's own teams are in it as well. A rotator's managing user is in no
 * row: administrators alone may open it.
 *
 * @param stacks config of every stack: whether changes need an approval each decides for its own environments.
 * @returns by environment and group in the catalog's order, then by identity; what rotates after all groups.
 */
export function rightsOf(
  catalog: ResolvedCatalog,
  settings: Settings,
  stacks: readonly Settings[] = [settings],
): Right[] {
  const groups = Object.keys(catalog.groups);
  const policies = catalog.accessPolicies;
  return catalog.environments.flatMap((deployment) => {
    const { sync, ...others } = ownPolicies(settings, deployment);
    const loaders = catalog.applications
      .filter((application) => isScoped(application, groups))
      .map((application) => loaderPolicy(settings, deployment, application, groups));
    const here = [...Object.values(others), ...loaders, ...policies].filter((policy) =>
      policy.environments.includes(deployment),
    );
    const on = (group: string, all: readonly AccessPolicy[]) =>
      rightsOn(
        deployment,
        group,
        all.filter((policy) => groupsOf(policy, groups).includes(group)),
      );
    const { approvals } = oversightOf(settingsOf(deployment, settings, stacks));
    return [
      ...groups.flatMap((group) => on(group, [sync, ...here])),
      ...rotatorsIn(catalog.rotators, deployment).flatMap(({ name, group }) =>
        on(group, here).map((right) => ({
          ...right,
          rotator: name,
          level: levelOnRotated(right.level, approvals),
        })),
      ),
    ];
  });
}

function rightsOn(deployment: string, group: string, policies: readonly AccessPolicy[]): Right[] {
  const found = new Map<string, Right>();
  for (const policy of policies) {
    for (const { type, name } of policy.identities) {
      const right = rightBy(policy, deployment, group, { type, name });
      const other = found.get(`${type} ${name}`);
      found.set(`${type} ${name}`, other === undefined ? right : joined(other, right));
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, right]) => right);
}

function rightBy(policy: AccessPolicy, deployment: string, group: string, identity: Identity): Right {
  const { name, why, level, maxOpenDuration } = policy;
  const limit = maxOpenDuration === undefined ? {} : { maxOpenDuration };
  return { environment: deployment, group, identity, level, ...limit, because: [{ policy: name, why }] };
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

/** What the loader of an application with groups of its own may do, said as a policy is. */
function loaderPolicy(
  settings: Settings,
  deployment: string,
  application: Application,
  groups: readonly string[],
): AccessPolicy {
  const { name, environments = [deployment] } = application;
  const { team } = openingOf(settings, deployment, application, groups);
  return {
    name: `(application ${name})`,
    why: `The loader of application ${name} opens what it runs with`,
    groups: groupsOfApplication(application, groups),
    environments,
    identities: [{ type: "team", name: team }],
    level: "open",
  };
}

/** What the program's own teams may do, said as policies are. */
function ownPolicies(
  settings: Settings,
  deployment: string,
): Record<string, AccessPolicy> & { sync: AccessPolicy } {
  const everywhere = { groups: "all", environments: [deployment] } as const;
  const team = (name: string): Identity[] => [{ type: "team", name }];
  const audit: AccessPolicy = {
    ...everywhere,
    name: "(audit job)",
    why: "The program's nightly audit reads definitions and opens nothing",
    identities: team(programTeam(settings, "audit")),
    level: "read",
  };
  return {
    application: {
      ...everywhere,
      name: "(application)",
      why: "The application's loader opens what it runs with",
      identities: team(applicationTeam(settings, deployment)),
      level: "open",
    },
    sync: {
      ...everywhere,
      name: "(sync)",
      why: "The sync job writes what people set in GitHub",
      identities: team(syncTeam(settings, deployment)),
      level: "write",
    },
    ...(settings.programRepository === undefined ? {} : { audit }),
  };
}
