import { dayOf, isDue } from "../../catalog/dates";
import { compositeEnvironment, pathOf, SENTINEL } from "../../catalog/layout";
import { rotatedValues, rotatorsIn, UNROTATED } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import { valueAt } from "../../clients/pulumi-cloud";
import { Secret } from "../../secret";
import { type Context, requireCloud } from "../context";

/** What an application of a deployment environment gets from ESC. */
export interface OpenedValues {
  /** By name, in the order of the groups and names. */
  values: ReadonlyMap<string, Secret>;
  /** Required secrets without a value. */
  missing: readonly string[];
}

/** A declared variable of an application, and its place below the root key in ESC. */
interface Variable {
  name: string;
  group: string;
  path: readonly string[];
  required: boolean;
}

/**
 * Opens what an application of a deployment environment opens. Needs the right to open it.
 *
 * @throws RemedyError when there is no token, or ESC refuses.
 */
export async function openValues(context: Context, deployment: string): Promise<OpenedValues> {
  const { settings } = context.project;
  const document = await requireCloud(context).open(pathOf(compositeEnvironment(settings, deployment)));
  const found = variablesOf(context, deployment).map((variable) => ({
    ...variable,
    value: realValue(valueAt(document, [settings.appRoot, ...variable.path])),
  }));
  return {
    values: new Map(
      found.flatMap(({ name, value }) => (value === undefined ? [] : [[name, new Secret(value)]])),
    ),
    missing: found.filter(({ value, required }) => value === undefined && required).map(({ name }) => name),
  };
}

/** The variables of a deployment environment, by group; without those whose tombstone is due. */
export function variablesOf(
  { catalog, now }: Pick<Context, "catalog" | "now">,
  deployment: string,
): Variable[] {
  const today = dayOf(now());
  const own = catalog.entries
    .filter((entry) => !entry.bootstrap && entry.environments.includes(deployment))
    .filter(({ tombstone }) => !isDue(tombstone, today))
    .map(({ name, group, path, required }) => ({ name, group, path: path.split("."), required }));
  const rotated = rotatorsIn(catalog.rotators, deployment).flatMap((rotator) =>
    rotatedValues(rotator).map(({ name, appKey, required }) => ({
      name,
      group: rotator.group,
      path: [appKey],
      required,
    })),
  );
  return Object.keys(catalog.groups).flatMap((group) =>
    [...own, ...rotated].filter((each) => each.group === group),
  );
}

/** Undefined for what is not a value: nothing, and the texts that stand where one is to come. */
function realValue(found: unknown): string | undefined {
  return typeof found === "string" && found !== "" && found !== SENTINEL && found !== UNROTATED
    ? found
    : undefined;
}

/** The address of what is opened, for people. */
export function openedPath(settings: Settings, deployment: string): string {
  return `${settings.pulumiOrganization}/${pathOf(compositeEnvironment(settings, deployment))}`;
}
