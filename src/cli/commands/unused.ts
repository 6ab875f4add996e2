import type { Usage, UsageReport } from "../../operations/usage/find-unused";
import { counted, namesIn } from "../../text";
import { defineCommand, EXIT, type PositionalSpec } from "../command";
import { flag, usageError } from "../options";
import { tableLines } from "../table";

const folders: PositionalSpec<readonly string[]> = {
  notation: "<folders...>",
  description: "clones of repositories, or folders that hold clones",
  completes: "file",
  parse: (typed, _, place) => {
    if (typed.length === 0) throw usageError(place, "takes a clone, or a folder of clones");
    return [...new Set(typed)];
  },
};

/** Shows secrets that nothing reads. */
export const unusedCommand = defineCommand({
  name: "unused",
  topic: "look",
  summary: "Show secrets that nothing reads in these repositories",
  details: [
    "Searches clones with git, on every branch that they have, for each secret's GitHub names, app keys, Pulumi config key and the loader's functions. A word in any text file counts, so a secret in use is rather found once too often. Documentation, env.example, and what this program writes (the sync workflow, loaders) do not count. Fetch first: it asks no server.",
    "It cannot see repositories that are not given, names that code computes, and files that take everything: secrets: inherit, toJSON(secrets), pulumi env run. It lists those. So it never deletes: it proposes a tombstone, which you add to the catalog. It also lists names that workflows take and the catalog does not have, and repositories with access that never name the secret.",
    "Ends with 1 if nothing reads a secret. --json prints { secrets: [{ name, readers, overGranted, tombstone }], searched, notSearched, openToAll, readEverything, undeclared }; a reader is { repository, path }.",
  ],
  positionals: { folders },
  options: { json: flag("print every secret with its readers as JSON") },
  examples: [
    "unused ../sophia-main ../sophia-frontend",
    "unused ~/work --json | jq -r '.secrets[] | select(.tombstone) | .name'",
  ],
  load: () =>
    require("../../operations/usage/find-unused") as typeof import("../../operations/usage/find-unused"),
  run: async ({ terminal, ...context }, { folders, json }, { findUnused }) => {
    const found = findUnused(context, folders, terminal.progress);
    const unused = found.secrets.filter(({ tombstone }) => tombstone !== undefined);
    if (json) terminal.print(JSON.stringify(found));
    else for (const line of linesOf(found, unused, terminal.width)) terminal.print(line);
    return unused.length === 0 ? EXIT.done : EXIT.found;
  },
});

function linesOf(found: UsageReport, unused: readonly Usage[], width: number | undefined): string[] {
  const { secrets, searched, notSearched, openToAll, readEverything, undeclared } = found;
  const all = searched.length + notSearched.length;
  const overGranted = secrets.flatMap(({ name, overGranted: of }) =>
    of.map((repository) => [name, repository]),
  );
  const places = readEverything.map(({ repository, path }) => `${repository}/${path}`);
  const section = (heading: string, rows: string[][]) =>
    rows.length === 0
      ? []
      : [
          "",
          heading,
          ...tableLines(
            rows.map((row) => ["", ...row]),
            width,
          ),
        ];
  const blind = [
    ...(notSearched.length > 0 ? [`not searched: ${namesIn(notSearched)}`] : []),
    ...(openToAll.length > 0
      ? [`repositories that are not in the catalog may use ${namesIn(openToAll)}`]
      : []),
    ...(places.length > 0 ? [`may read any secret: ${namesIn(places)}`] : []),
  ];
  const none = `no reader found in ${searched.length} of ${all} repositories for ${unused.length} of ${counted(secrets.length, "secret")}`;
  return [
    [none, ...blind].join("; "),
    ...section(
      "No reader found; to remove one, give its entry the tombstone, then pulumi up:",
      unused.map(({ name, tombstone }) => [name, `tombstone: "${tombstone}"`]),
    ),
    ...section("Access without a reader; take the repository from the entry:", overGranted),
    ...section(
      "Not in the catalog, but used by a workflow:",
      undeclared.map(({ name, repository, path }) => [name, `${repository}/${path}`]),
    ),
  ];
}
