import {
  environmentsOfApplication,
  groupsOfApplication,
  type Loading,
  openingOf,
} from "../../catalog/applications";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import {
  type EscEnvironmentId,
  pathOf,
  SENTINEL,
  valuesEnvironment,
  WORKFLOW_PATH,
} from "../../catalog/layout";
import { isIn, rotatedEnvironment, rotatedValues, rotatorsIn, UNROTATED } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import type { LoaderEntry, LoaderPlace, LoaderSpec } from "./loader-spec";

/** What of the stacks' config decides where secrets are; the same in every stack. */
export type LoaderSettings = Pick<Settings, "pulumiOrganization" | "escProject" | "application" | "appRoot">;

/** Environment variable that names the deployment environment: SOPHIA_ENVIRONMENT for the root key `sophia`. */
export function environmentVariable({ appRoot }: Pick<Settings, "appRoot">): string {
  return `${appRoot.toUpperCase()}_ENVIRONMENT`;
}

/**
 * The spec of one application's loader.
 *
 * @param application which groups and environments; all of them when left out.
 */
export function loaderSpec(
  catalog: ResolvedCatalog,
  settings: LoaderSettings,
  application: Loading = {},
): LoaderSpec {
  // In the order of names: the catalog's own order must change no file.
  const all = Object.keys(catalog.groups).sort();
  const groups = groupsOfApplication(application, all);
  const environments = environmentsOfApplication(application, catalog.environments).sort();
  const place = (environment: string): LoaderPlace => {
    const { environment: opens, team } = openingOf(settings, environment, application, all);
    const watches = watchedBy(catalog, settings, environment, groups);
    return { opens: pathOf(opens), watches: watches.map(pathOf), team };
  };
  return {
    organization: settings.pulumiOrganization,
    variable: environmentVariable(settings),
    root: settings.appRoot,
    placeholder: SENTINEL,
    unrotated: UNROTATED,
    workflow: WORKFLOW_PATH,
    environments: Object.fromEntries(environments.map((each) => [each, place(each)])),
    entries: entriesOf(catalog, groups, environments),
  };
}

function watchedBy(
  catalog: ResolvedCatalog,
  settings: LoaderSettings,
  environment: string,
  groups: readonly string[],
): EscEnvironmentId[] {
  const rotated = rotatorsIn(catalog.rotators, environment, groups);
  return [
    ...groups.map((group) => valuesEnvironment(settings, environment, group)),
    ...rotated.map((rotator) => rotatedEnvironment(settings, environment, rotator)),
  ];
}

function entriesOf(
  catalog: ResolvedCatalog,
  groups: readonly string[],
  environments: readonly string[],
): LoaderEntry[] {
  const synced = catalog.entries
    .filter(({ bootstrap, group }) => !bootstrap && groups.includes(group))
    .map((entry) => ({
      name: entry.name,
      keys: [entry.appKey, ...entry.appKeyAliases],
      path: entry.path,
      requiredIn: environments.filter((environment) => isRequiredIn(entry, environment)),
    }));
  const rotated = catalog.rotators
    .filter(({ group }) => groups.includes(group))
    .flatMap((rotator) =>
      rotatedValues(rotator).map(({ name, appKey, required }) => ({
        name,
        keys: [appKey],
        path: appKey,
        requiredIn: environments.filter((environment) => required && isIn(rotator, environment)),
      })),
    );
  return [...synced, ...rotated].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The sync writes a value or the default for these, or fails. One that is about to be deleted may be gone any day. */
function isRequiredIn(entry: ResolvedEntry, environment: string): boolean {
  if (entry.tombstone !== undefined) return false;
  return (entry.required || entry.default !== undefined) && entry.environments.includes(environment);
}
