import { type Application, groupsOfApplication } from "../../catalog/applications";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import {
  applicationTeam,
  audienceEnvironment,
  compositeEnvironment,
  pathOf,
  SENTINEL,
  scopedApplicationTeam,
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
  application: Pick<Application, "groups" | "environments"> & { name?: string } = {},
): LoaderSpec {
  // In the order of names: the catalog's own order must change no file.
  const all = Object.keys(catalog.groups).sort();
  const groups = groupsOfApplication(application as Application, all);
  const environments = catalog.environments
    .filter((each) => application.environments?.includes(each) ?? true)
    .sort();
  const own = groups.length === all.length ? undefined : application.name;
  const place = (environment: string) => placeOf(catalog, settings, { environment, groups, own });
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

function placeOf(
  catalog: ResolvedCatalog,
  settings: LoaderSettings,
  of: { environment: string; groups: readonly string[]; own: string | undefined },
): LoaderPlace {
  const { environment, groups, own } = of;
  const opens =
    own === undefined
      ? compositeEnvironment(settings, environment)
      : audienceEnvironment(settings, environment, own);
  const rotated = rotatorsIn(catalog.rotators, environment, groups);
  const watches = [
    ...groups.map((group) => valuesEnvironment(settings, environment, group)),
    ...rotated.map((rotator) => rotatedEnvironment(settings, environment, rotator)),
  ];
  const team =
    own === undefined
      ? applicationTeam(settings, environment)
      : scopedApplicationTeam(settings, environment, own);
  return { opens: pathOf(opens), watches: watches.map(pathOf), team };
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
