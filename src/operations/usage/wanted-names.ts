import { basename } from "node:path";
import { type Groupings, keysIn } from "../../catalog/applications";
import { dayOf } from "../../catalog/dates";
import {
  audienceEnvironment,
  compositeEnvironment,
  pathOf,
  SCRIPT_PATH,
  WORKFLOW_PATH,
} from "../../catalog/layout";
import type { ResolvedEntry } from "../../catalog/resolved-entry";
import { valueNames } from "../../catalog/slots";
import type { Context } from "../context";
import { nameKey } from "./file-names";
import type { Wanted } from "./look-into-repository";

/** What repositories are searched for. */
export function wantedOf(context: Context): Wanted {
  const { catalog, project } = context;
  const { settings } = project;
  const composites = catalog.environments.flatMap((deployment) => [
    pathOf(compositeEnvironment(settings, deployment)),
    ...catalog.accessPolicies.map(({ name }) => pathOf(audienceEnvironment(settings, deployment, name))),
  ]);
  return {
    words: new Set([...wordsByEntry(context).values()].flat()),
    composites: [...new Set(composites)],
    loadersOf: (name) =>
      catalog.applications
        .filter(({ repository }) => repository === name)
        .map(({ path }) => basename(path).replace(/\.\w+$/, "")),
    isLeftOut: (repository, path) =>
      (settings.carriers.includes(repository) && [WORKFLOW_PATH, SCRIPT_PATH].includes(path)) ||
      catalog.applications.some((each) => each.repository === repository && each.path === path),
  };
}

/** By entry, every word that a reader of it would have, in lower case. */
export function wordsByEntry({ catalog, now }: Context): Map<ResolvedEntry, string[]> {
  const today = dayOf(now());
  return new Map(catalog.entries.map((entry) => [entry, wordsOf(entry, catalog.groupings, today)]));
}

/** Words that a reader would have, in lower case: git looks for them in any. */
function wordsOf(entry: ResolvedEntry, groupings: Groupings, today: string): string[] {
  const keys = [entry.appKey, ...entry.appKeyAliases];
  const functions = Object.entries(groupings)
    .filter(([, grouping]) => keysIn(grouping).some((key) => keys.includes(key)))
    .flatMap(([name]) => [`get_${name}_config`, `get${name.replaceAll("_", "")}config`]);
  const names = [
    ...valueNames(entry, today),
    ...keys,
    ...(entry.pulumiConfig === undefined ? [] : [entry.pulumiConfig]),
  ];
  // Terraform takes TF_VAR_name from the environment as the variable `name`.
  return [...new Set([...names, ...names.map((name) => `tf_var_${name}`), ...functions].map(nameKey))];
}
