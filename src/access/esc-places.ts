import type { ResolvedCatalog } from "../catalog/entry";
import {
  compositeEnvironment,
  ledgerEnvironment,
  type Naming,
  pathOf,
  syncTeam,
  valuesEnvironment,
} from "../catalog/layout";
import { managingEnvironment, rotatedEnvironment, rotatorsIn } from "../catalog/rotators";
import { accessOf } from "./team-access";

/** One ESC environment of the catalog, and the secrets that whoever opens it gets. */
export interface EscPlace {
  /** `project/name`. */
  path: string;
  /** The catalog's environment. */
  environment: string;
  secrets: ReadonlySet<string>;
  /** The team that the sync of this environment works as. */
  syncTeam: string;
}

/** Every ESC environment that the catalog makes, in the catalog's order. */
export function escPlaces(
  catalog: ResolvedCatalog,
  naming: Naming,
  environments: readonly string[] = catalog.environments,
): EscPlace[] {
  const secrets = catalog.entries.filter((secret) => !secret.bootstrap);
  const groups = Object.keys(catalog.groups);
  return environments.flatMap((deployment) => {
    const { audiences } = accessOf(naming, deployment, groups, catalog.accessPolicies, catalog.applications);
    const here = secrets.filter((secret) => secret.environments.includes(deployment));
    const namesOf = (of: readonly string[]) =>
      new Set(here.filter(({ group }) => of.includes(group)).map(({ name }) => name));
    const place = (path: string, names: Set<string>): EscPlace => ({
      path,
      environment: deployment,
      secrets: names,
      syncTeam: syncTeam(naming, deployment),
    });
    return [
      place(pathOf(compositeEnvironment(naming, deployment)), namesOf(groups)),
      ...groups.map((group) => place(pathOf(valuesEnvironment(naming, deployment, group)), namesOf([group]))),
      ...audiences.map((audience) => place(pathOf(audience.environment), namesOf(audience.groups))),
      // What ESC makes by itself is under no name of the catalog's.
      ...rotatorsIn(catalog.rotators, deployment).flatMap((rotator) =>
        [rotatedEnvironment, ...(rotator.kind === "password" ? [] : [managingEnvironment])].map((idOf) =>
          place(pathOf(idOf(naming, deployment, rotator)), new Set()),
        ),
      ),
      // Its one secret is the key of the fingerprints: with it a guess of a value can be tried.
      place(pathOf(ledgerEnvironment(naming, deployment)), new Set()),
    ];
  });
}
