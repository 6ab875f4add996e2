import type { Usage, UsageReport } from "../../operations/usage/find-unused";
import { counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, usageError, words } from "../options";
import type { SarifResult } from "../sarif";
import { tableLines } from "../table";

/** Where a search found more than nothing, as a person reads it; the codes of SARIF's rules. */
const RULES = {
  unused: "A secret that nothing reads",
  "over-granted": "A repository with access to a secret that it never names",
  undeclared: "A secret that a workflow takes and the catalog does not have",
  "reads-everything": "A file that may read any secret",
};

/** Shows secrets that nothing reads. */
export const unusedCommand = defineCommand({
  name: "unused",
  topic: "look",
  summary: "Show secrets that nothing reads in these repositories",
  details: [
    "Searches clones with git, on every branch that they have, for each secret's GitHub names, app keys, Pulumi config key and the loader's functions. A word in any text file counts, so a secret in use is rather found once too often. Documentation, env.example, and what this program writes (the sync workflow, loaders) do not count. For clones, fetch first: without --organization it asks no server.",
    "--organization fetches the newest commit of every branch of every repository of the organization with git, and removes it after the search; it takes a GITHUB_TOKEN that may read contents. A repository that cannot be fetched is named.",
    "It cannot see repositories that are not given, names that code computes, and files that take everything: secrets: inherit, toJSON(secrets), pulumi env run. It lists those. So it never deletes: it proposes a tombstone, which you add to the catalog. It also lists names that workflows take and the catalog does not have, and repositories with access that never name the secret.",
    "Ends with 1 if nothing reads a secret. --json prints { secrets: [{ name, readers, overGranted, tombstone }], searched, notSearched, openToAll, readEverything, undeclared }; a reader is { repository, path }.",
  ],
  positionals: {
    folders: words("[folders...]", "clones of repositories, or folders that hold clones", {
      completes: "file",
    }),
  },
  options: {
    organization: flag("search every repository of the organization instead of clones"),
    json: flag("print every secret with its readers as JSON"),
    sarif: flag("print what was found as SARIF 2.1.0"),
  },
  examples: [
    "unused --organization",
    "unused ../sophia-main ../sophia-frontend",
    "unused .. --json | jq -r '.secrets[] | select(.tombstone) | .name'",
  ],
  load: () => ({
    ...(require("../../operations/usage/find-unused") as typeof import("../../operations/usage/find-unused")),
    ...(require("../sarif") as typeof import("../sarif")),
  }),
  run: async ({ terminal, ...context }, { folders, organization, json, sarif }, work) => {
    if (organization === folders.length > 0)
      throw usageError(
        { command: "unused", name: "unused" },
        "takes either clones, or folders of clones, or --organization",
      );
    const found = organization
      ? await work.findUnusedInOrganization(context, terminal.progress)
      : work.findUnused(context, folders, terminal.progress);
    const unused = found.secrets.filter(({ tombstone }) => tombstone !== undefined);
    if (json) terminal.print(JSON.stringify(found));
    else if (sarif) terminal.print(work.sarifOf("unused", resultsOf(found, unused), RULES));
    else for (const line of linesOf(found, unused, terminal.width)) terminal.print(line);
    return unused.length === 0 ? EXIT.done : EXIT.found;
  },
});

function resultsOf(found: UsageReport, unused: readonly Usage[]): SarifResult[] {
  const { secrets, searched, undeclared, readEverything } = found;
  const catalog = { path: "secrets/catalog.ts", level: "warning" as const };
  return [
    ...unused.map(({ name, tombstone }) => ({
      ...catalog,
      rule: "unused",
      message: `No reader of ${name} was found in ${counted(searched.length, "repository", "repositories")}. To remove it: tombstone: "${tombstone}".`,
    })),
    ...secrets.flatMap(({ name, overGranted }) =>
      overGranted.map((repository) => ({
        ...catalog,
        rule: "over-granted",
        message: `${repository} has access to ${name}, and no file of it names that.`,
      })),
    ),
    ...undeclared.map(({ name, repository, path }) => ({
      rule: "undeclared",
      level: "warning" as const,
      message: `The catalog has no ${name}.`,
      path: `${repository}/${path}`,
    })),
    ...readEverything.map(({ repository, path }) => ({
      rule: "reads-everything",
      level: "note" as const,
      message: "This file may read any secret.",
      path: `${repository}/${path}`,
    })),
  ];
}

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
