import type { CatalogChange, CatalogEdit, CatalogPlan } from "../../operations/catalog-edit/edit-catalog";
import type { Usage, UsageReport } from "../../operations/usage/find-unused";
import { counted, namesIn } from "../../text";
import { byHandLines, changeLines } from "../catalog-changes";
import { defineCommand, EXIT } from "../command";
import { flag, text, usageError, words } from "../options";
import type { SarifResult } from "../sarif";
import { fittedLines, tableLines } from "../table";

/** The codes of SARIF's rules. */
const RULES = {
  unused: "A secret that nothing reads",
  "over-granted": "A repository with access to a secret that nothing in it reads",
  undeclared: "A secret that a workflow takes and the catalog does not have",
  shadowed: "Something else of a secret's name that stands before it",
  "reads-everything": "A file that may read any secret",
};

const PLACE = { command: "unused", name: "unused" };

/** Shows secrets that nothing reads. */
export const unusedCommand = defineCommand({
  name: "unused",
  topic: "look",
  summary: "Show secrets that nothing reads in these repositories",
  details: [
    "Searches clones, on every branch that they have, for readers of each secret: its GitHub names, app keys, Pulumi config key and the loader's functions. Workflows are read by GitHub's own parser, also through reusable workflows of other repositories; code in Python, TypeScript, JavaScript, Go, Java, Ruby, Rust, PHP, C#, shell and PowerShell by its syntax; YAML and JSON by their structure. Comments, sentences and documentation only mention. Of other files, and of those with a syntax error, every word counts: it says which. Of the repository that holds secrets/catalog.ts only workflows count. So a secret in use is rather found once too often. For clones, fetch first: without --organization it asks no server.",
    "--organization fetches the newest commit of every branch of every repository of the organization with git, and removes it after the search; it takes a GITHUB_TOKEN that may read contents. A repository that cannot be fetched is named. It also asks GitHub for the names of own secrets, of repositories and their environments, that stand before the organization's.",
    "It cannot see repositories that are not given, binary files and those in UTF-16, submodules, and files that take everything: secrets: inherit to a workflow elsewhere, toJSON(secrets), names that code computes, pulumi env run. It lists those. So it never deletes: it proposes a tombstone. --write puts the tombstones into secrets/, after a look at the lines and a question; where something was not searched it takes those of --only alone.",
    "Ends with 1 if nothing reads a secret. --json prints { secrets: [{ name, readers, mentions, overGranted, tombstone }], searched, notSearched, openToAll, readEverything, undeclared, shadowed, byWords, unseen, edits }; a reader is { repository, path, line }.",
  ],
  positionals: {
    folders: words("[folders...]", "clones of repositories, or folders that hold clones", {
      completes: "file",
    }),
  },
  options: {
    organization: flag("search every repository of the organization instead of clones"),
    write: flag("add the proposed tombstones to secrets/"),
    only: text("<names>", "with --write: these secrets alone, separated by commas", { completes: "secret" }),
    dryRun: flag("with --write: show the lines and stop"),
    yes: flag("with --write: do it without asking"),
    json: flag("print every secret with its uses as JSON"),
    sarif: flag("print what was found as SARIF 2.1.0"),
  },
  examples: [
    "unused --organization",
    "unused ../sophia-main ../sophia-frontend",
    "unused --organization --write --dry-run",
    "unused .. --json | jq -r '.secrets[] | select(.tombstone) | .name'",
  ],
  load: () => ({
    ...(require("../../operations/usage/find-unused") as typeof import("../../operations/usage/find-unused")),
    ...(require("../../operations/catalog-edit/edit-catalog") as typeof import("../../operations/catalog-edit/edit-catalog")),
    ...(require("../confirm") as typeof import("../confirm")),
    ...(require("../sarif") as typeof import("../sarif")),
  }),
  run: async ({ terminal, ...context }, asked, work) => {
    const { folders, organization, json, sarif, write, dryRun, yes } = asked;
    const only = requireFitting(asked);
    const found = organization
      ? await work.findUnusedInOrganization(context, terminal.progress)
      : await work.findUnused(context, folders, terminal.progress);
    const unused = found.secrets.filter(({ tombstone }) => tombstone !== undefined);
    const { dir } = context.project;
    const plan = write ? work.planCatalogEdits(dir, tombstonesOf(found, unused, only)) : NOTHING;
    if (json) terminal.print(JSON.stringify({ ...found, edits: plan.changes }));
    else if (sarif) terminal.print(work.sarifOf("unused", resultsOf(found, unused), RULES));
    else {
      for (const line of linesOf(found, unused, terminal.width)) terminal.print(line);
      for (const line of editLines(plan.changes, dryRun)) terminal.print(line);
    }
    for (const line of found.unseen) terminal.say(`not seen: ${line}`);
    for (const line of byHandLines(plan)) terminal.say(line);
    if (plan.changes.length > 0 && !dryRun) {
      await work.confirm(terminal, `Write ${counted(plan.changes.length, "tombstone")} to secrets/?`, yes);
      work.writeCatalogEdits(dir, plan);
      terminal.say("Written. pulumi preview shows what it does; nothing is deleted before the day");
    }
    return unused.length === 0 ? EXIT.done : EXIT.found;
  },
});

const NOTHING: CatalogPlan = { changes: [], notPlaced: [], files: new Map() };

/** @returns the names of --only. @throws RemedyError for options that do not go together. */
function requireFitting(asked: {
  folders: readonly string[];
  organization: boolean;
  write: boolean;
  dryRun: boolean;
  yes: boolean;
  only: string | undefined;
}): string[] {
  const { folders, organization, write, dryRun, yes } = asked;
  if (organization === folders.length > 0)
    throw usageError(PLACE, "takes either clones, or folders of clones, or --organization");
  const only = namesOf(asked.only);
  if (!write && (dryRun || yes || only.length > 0))
    throw usageError({ ...PLACE, name: "--dry-run, --yes and --only" }, "go with --write");
  return only;
}

function namesOf(typed: string | undefined): string[] {
  return (typed ?? "")
    .split(",")
    .map((name) => name.trim().toUpperCase())
    .filter(Boolean);
}

/** @throws RemedyError for a name that something reads, and for all of them where something was not searched. */
function tombstonesOf(found: UsageReport, unused: readonly Usage[], only: readonly string[]): CatalogEdit[] {
  const blind = found.notSearched.length + found.readEverything.length + found.unseen.length;
  if (only.length === 0 && blind > 0)
    throw usageError(
      { ...PLACE, name: "--write" },
      `needs --only NAMES: ${namesIn([...found.notSearched, ...found.readEverything.map(({ repository, path }) => `${repository}/${path}`)])} may read what nothing else does`,
    );
  const wrong = only.filter((name) => !unused.some((each) => each.name === name));
  if (wrong.length > 0)
    throw usageError(
      { ...PLACE, name: "--only" },
      `names ${namesIn(wrong)}, for which no tombstone is proposed`,
    );
  return unused
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .map(({ name, tombstone }) => ({ kind: "set", entry: name, key: "tombstone", value: `"${tombstone}"` }));
}

function editLines(changes: readonly CatalogChange[], dryRun: boolean): string[] {
  if (changes.length === 0) return [];
  return ["", ...changeLines(changes), ...(dryRun ? ["", "Nothing was written"] : [])];
}

function resultsOf(found: UsageReport, unused: readonly Usage[]): SarifResult[] {
  const { secrets, searched, undeclared, readEverything, shadowed } = found;
  const catalog = { path: "secrets/catalog.ts", level: "warning" as const };
  return [
    ...unused.map(({ name, tombstone }) => ({
      ...catalog,
      rule: "unused",
      message: `No use of ${name} was found in ${counted(searched.length, "repository", "repositories")}. To remove it: tombstone: "${tombstone}".`,
    })),
    ...secrets.flatMap(({ name, overGranted }) =>
      overGranted.map((repository) => ({
        ...catalog,
        rule: "over-granted",
        message: `${repository} has access to ${name}, and nothing in it reads that.`,
      })),
    ),
    ...undeclared.map(({ name, repository, path, line }) => ({
      rule: "undeclared",
      level: "warning" as const,
      message: `The catalog has no ${name}.`,
      path: `${repository}/${path}`,
      line,
    })),
    ...shadowed.map((each) => ({
      rule: "shadowed",
      level: "warning" as const,
      message: `${each.name} of the catalog is hidden here by a ${whatHides(each)}.`,
      path: `${each.repository}/${each.path}`,
      line: each.line,
    })),
    ...readEverything.map(({ repository, path, line }) => ({
      rule: "reads-everything",
      level: "note" as const,
      message: "This file may read any secret.",
      path: `${repository}/${path}`,
      line,
    })),
  ];
}

function whatHides({ by, environment }: UsageReport["shadowed"][number]): string {
  return environment === undefined ? by : `${by} (${environment})`;
}

function linesOf(found: UsageReport, unused: readonly Usage[], width: number | undefined): string[] {
  const { secrets, searched, notSearched, openToAll, readEverything, undeclared, shadowed, byWords } = found;
  const all = searched.length + notSearched.length;
  const overGranted = secrets.flatMap(({ name, overGranted: of }) =>
    of.map((repository) => [name, repository]),
  );
  const places = readEverything.map(({ repository, path, line }) => `${repository}/${path}:${line}`);
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
    ...(byWords.length > 0 ? [`read by words alone: ${namesIn(byWords)}`] : []),
  ];
  const none = `no use found in ${searched.length} of ${all} repositories for ${unused.length} of ${counted(secrets.length, "secret")}`;
  const lines = [
    [none, ...blind].join("; "),
    ...section(
      "No use found; to remove one, give its entry the tombstone (--write does), then pulumi up:",
      unused.map(({ name, tombstone, mentions }) => [
        name,
        `tombstone: "${tombstone}"`,
        ...(mentions.length === 0
          ? []
          : [`mentioned in ${namesIn(mentions.map(({ repository, path }) => `${repository}/${path}`))}`]),
      ]),
    ),
    ...section("Access without a use; take the repository from the entry:", overGranted),
    ...section(
      "Not in the catalog, but used by a workflow:",
      undeclared.map(({ name, repository, path, line }) => [name, `${repository}/${path}:${line}`]),
    ),
    ...section(
      "Hidden by something else of the name; rename that, or delete it where it is not meant:",
      shadowed.map((each) => [each.name, `${each.repository}/${each.path}:${each.line}`, whatHides(each)]),
    ),
  ];
  return fittedLines(lines, width);
}
