import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dayOf } from "../../catalog/dates";
import type { ResolvedCatalog } from "../../catalog/entry";
import { startSync } from "../../catalog/layout";
import { rotatedValues } from "../../catalog/rotators";
import { valueNames } from "../../catalog/slots";
import { stackOf } from "../../catalog/stack-file";
import { knownByName } from "../../catalog/vendors";
import { RemedyError } from "../../errors";
import { COMMAND, shellPath } from "../../text";
import type { FolderContext } from "../context";
import { loadCatalog, type Project, projectName, readProject } from "../project";
import { isThere, writeWhole } from "../values/private-file";
import type { Answers, Proposal, ProposedEntry } from "./propose-catalog";
import { entryText, renderProposal } from "./render-secrets";

/** A project that stands in the folder already. */
export interface Standing {
  project: Project;
  catalog: ResolvedCatalog;
}

/**
 * The project that stands in a folder, if its catalog and stacks are there.
 *
 * @throws RemedyError when these are there and wrong, and where there is no Pulumi.yaml.
 */
export function standingProject({ dir }: Pick<FolderContext, "dir">): Standing | undefined {
  projectName(dir);
  if (!existsSync(join(dir, "secrets", "catalog.ts"))) return undefined;
  const project = readProject(dir);
  return { project, catalog: loadCatalog(project) };
}

/** @throws RemedyError when the project is of another organization than the one that was asked for. */
export function requireOrganization({ project }: Standing, asked: string | undefined): void {
  const { githubOrganization } = project.settings;
  if (asked === undefined || asked.toLowerCase() === githubOrganization.toLowerCase()) return;
  throw new RemedyError({
    code: "project-of-other-organization",
    subject: "secrets/ and Pulumi.<stack>.yaml",
    cause: `they are of ${githubOrganization}, not of ${asked}, and are kept`,
    remedy: `git rm -rq secrets 'Pulumi.*.yaml', which git can bring back, then run this again`,
  });
}

/** What a standing project has decided already. */
export function answersOfStanding({ project, catalog }: Standing): Answers {
  const { githubOrganization, pulumiOrganization, application, carriers } = project.settings;
  const { environments } = catalog;
  return { githubOrganization, pulumiOrganization, application, environments, carriers, owner: "" };
}

/** A file that would be written, or is there just so. */
export interface ProposedFile {
  path: string;
  text: string;
  state: "new" | "same";
}

/**
 * The files of a proposal.
 *
 * @throws RemedyError naming every file that is there and says something else: what people wrote is theirs.
 */
export function planFiles({ dir }: Pick<FolderContext, "dir">, proposal: Proposal): ProposedFile[] {
  const files = [...renderProposal(proposal, projectName(dir))].map(
    ([path, text]): ProposedFile & { there: boolean } => {
      const file = join(dir, path);
      const there = existsSync(dirname(file)) && isThere(file);
      const isSame = there && readFileSync(file, "utf8") === text;
      return { path, text, state: isSame ? "same" : "new", there };
    },
  );
  const planned = new Set(files.map(({ path }) => path));
  const others = readdirSync(dir).filter((file) => stackOf(file) !== undefined && !planned.has(file));
  const kept = [
    ...files.filter(({ there, state }) => there && state === "new").map(({ path }) => path),
    ...others,
  ];
  if (kept.length > 0)
    throw new RemedyError({
      code: "file-exists",
      subject: kept.join(", "),
      cause: "there already, and not what these answers give; nothing was written",
      remedy: `mkdir before-init && mv ${kept.map(shellPath).join(" ")} before-init, then run this again`,
    });
  return files.map(({ there: _, ...file }) => file);
}

/** Writes what is new, each file whole; an interrupted run is finished by the next. */
export function writeFiles({ dir }: Pick<FolderContext, "dir">, files: readonly ProposedFile[]): void {
  mkdirSync(join(dir, "secrets"), { recursive: true });
  for (const { path, text, state } of files) if (state === "new") writeWhole(join(dir, path), text, "public");
}

/** Lines to add to a catalog that stands, for what came since. */
export interface NewEntry {
  name: string;
  group: string;
  /** As it stands in the catalog. */
  line: string;
}

/** What a proposal has and a standing catalog does not; a group that the catalog lacks gives way to its likest. */
export function newSince({ catalog }: Standing, { entries }: Proposal, now: Date): NewEntry[] {
  const today = dayOf(now);
  const known = new Set([
    ...catalog.entries.flatMap((entry) => [...valueNames(entry, today), entry.name]),
    ...catalog.rotators.flatMap(rotatedValues).map(({ name }) => name),
  ]);
  return entries
    .filter(({ name }) => !known.has(name))
    .map((entry) => {
      const group = groupFor(entry, catalog);
      return { name: entry.name, group, line: entryText({ ...entry, group }).trim() };
    });
}

/** The proposed group, else the one that holds most secrets of the same kind, else the first. */
function groupFor({ name, group }: ProposedEntry, { groups, entries }: ResolvedCatalog): string {
  if (Object.hasOwn(groups, group)) return group;
  const { kind } = knownByName(name);
  const counts = new Map<string, number>();
  for (const each of entries)
    if (knownByName(each.name).kind === kind) counts.set(each.group, (counts.get(each.group) ?? 0) + 1);
  const [best] = [...counts].sort(([, a], [, b]) => b - a);
  return best?.[0] ?? Object.keys(groups)[0] ?? group;
}

/** The three steps from the files to a green `verify`, each a list of commands. */
export function nextSteps({ answers, stacks, entries }: Proposal, exist: boolean): string[][] {
  const owner = stacks.at(-1)?.name ?? "";
  const names = stacks.map(({ name }) => name);
  const adopts = names
    .filter((name) => name === owner || entries.some(({ perEnvironment }) => perEnvironment))
    .map((name) => `${COMMAND} adopt --all${name === owner ? "" : ` --stack ${name}`}`);
  return [
    [
      ...names.map((name) => `pulumi stack init ${answers.pulumiOrganization}/${name}`),
      ...(exist ? adopts : []),
    ],
    [...names.map((name) => `pulumi up -s ${name}`), `${COMMAND} access --close-default`],
    [...answers.carriers.map((carrier) => startSync(answers, carrier)), `${COMMAND} verify`],
  ];
}
