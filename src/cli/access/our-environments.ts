import type { TeamAccess } from "../../../secrets/access";
import { settingsOf } from "../../../secrets/declared-access";
import type { Catalog } from "../../../secrets/entry";
import { escEnvironments } from "../../../secrets/esc-environments";
import { pathOf } from "../../../secrets/layout";
import type { Settings } from "../../../secrets/settings";
import { auditPlaces } from "../audit/audit-places";
import type { AccessDifference } from "./access-difference";
import { pathsOf } from "./access-teams";

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
  catalog: Catalog,
  settings: Settings,
  stacks: readonly Settings[],
  declared: readonly TeamAccess[],
): Ours {
  const here = catalog.environments.map((environment) =>
    escEnvironments(catalog, settingsOf(environment, settings, stacks), environment),
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
 * @param environment undefined: all of them.
 */
export function differencesIn(
  environment: string | undefined,
  all: readonly AccessDifference[],
  catalog: Catalog,
  settings: Settings,
): readonly AccessDifference[] {
  if (environment === undefined) return all;
  const others = catalog.environments.filter((each) => each !== environment);
  const elsewhere = new Set(auditPlaces(catalog, settings, others).map(({ path }) => path));
  return all.filter(({ paths = [] }) => paths.length === 0 || paths.some((path) => !elsewhere.has(path)));
}
