import type { Secret } from "../../secret";
import type { FolderContext, Report } from "../context";
import { FILE_KINDS, type FileKind, type NamesInFile, readNames } from "./read-names";
import { type EnvironmentNames, type FoundOrganization, readOrganization } from "./read-organization";

/** What is there already. */
export interface Evidence {
  organization?: FoundOrganization;
  /** Secrets of GitHub environments of the carriers. */
  environments: EnvironmentNames;
  files: readonly NamesInFile[];
}

/** Where to look: an organization, and files by their kind. */
export type Sources = { organization: string | undefined } & Readonly<Record<FileKind, readonly string[]>>;

/** Reads all but the carriers' environments, for carriers may be asked for afterwards. @throws as what it calls. */
export async function readSources(
  context: Pick<FolderContext, "githubOf" | "readFile">,
  sources: Sources,
  report: Report,
): Promise<Omit<Evidence, "environments">> {
  const files = FILE_KINDS.flatMap((kind) => sources[kind].map((file) => readNames(context, file, kind)));
  if (sources.organization === undefined) return { files };
  return { files, organization: await readOrganization(context, sources.organization, report) };
}

/** All that is known of one name. */
export interface KnownName {
  organization?: { visibility: "all" | "private" | "selected"; repositories: readonly string[] };
  /** Deployment environments that have it as a secret of their own. */
  environments: Set<string>;
  values: Secret[];
  /** The name that applications know, where GitHub takes no secret of it. */
  appKey?: string;
}

/** Every name, in upper case as GitHub has it. @param environments deployment environments that count. */
export function gatherNames(
  environments: readonly string[],
  { organization, environments: held, files }: Evidence,
): Map<string, KnownName> {
  const known = new Map<string, KnownName>();
  const of = (name: string): KnownName => {
    const there = known.get(name) ?? { environments: new Set<string>(), values: [] };
    known.set(name, there);
    return there;
  };
  for (const { name, visibility, repositories } of organization?.secrets ?? [])
    of(name).organization = { visibility, repositories };
  for (const environment of environments)
    for (const name of held.get(environment) ?? []) of(name).environments.add(environment);
  for (const file of files) addFile(file, environments, of);
  return known;
}

function addFile(
  { values, environment }: NamesInFile,
  environments: readonly string[],
  of: (name: string) => KnownName,
): void {
  const place = environments.find((each) => each.toLowerCase() === environment);
  for (const [written, value] of values) {
    const upper = written.toUpperCase();
    const isTaken = upper.startsWith("GITHUB_");
    const known = of(isTaken ? upper.replace("GITHUB_", "GH_") : upper);
    if (isTaken) known.appKey = written.toLowerCase();
    if (value !== undefined) known.values.push(value);
    if (place !== undefined) known.environments.add(place);
  }
}
