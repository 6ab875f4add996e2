import type { GitHubCall } from "../../clients/github-call";
import { NotShownError } from "../../clients/github-refusal";
import type { Creation, Found } from "./creations";

/** Tells whether a creation exists, and whether what exists is this program's. */
type Find = (call: GitHubCall, creation: Creation) => Promise<Found>;

const NOTHING: Found = { orphans: [], foreign: [] };

/** How to find out whether an object of a type exists in GitHub, and under which id the provider knows it. */
export const IN_GITHUB: Readonly<Record<string, Find>> = {
  "github:index/repositoryFile:RepositoryFile": findFile,
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy": findBranchRule,
  "github:index/repositoryRuleset:RepositoryRuleset": findRuleset,
};

/**
 * A file is this program's when its content is what this run renders, or when the program committed it last: an `up`
 * that was interrupted may have written what an earlier catalog renders.
 */
async function findFile(call: GitHubCall, creation: Creation): Promise<Found> {
  const { repository = "", file = "", branch = "", content = "", commitMessage } = creation.inputs as Texts;
  const asked = call.ofRepository(repository);
  const path = `/repos/${call.organization}/${repository}`;
  const ref = `ref=${encodeURIComponent(branch)}`;
  const there = await call.get(asked, `${path}/contents/${encodePath(file)}?${ref}`).catch(ignoreAbsence);
  if (there === undefined) return NOTHING;
  const orphan = { orphans: [{ creation, id: `${repository}:${file}:${branch}` }], foreign: [] };
  const text = Buffer.from(String(there.content ?? ""), "base64").toString("utf8");
  if (text === content) return orphan;
  const query = `path=${encodeURIComponent(file)}&sha=${encodeURIComponent(branch)}&per_page=1`;
  const [last] = await listCommits(call, repository, query);
  if (last !== undefined && last.commit.message === commitMessage) return orphan;
  const place = `${call.organization}/${repository}: ${file}`;
  const cause = `has other content and ${differenceOf(text, content)}`;
  const remedy = "move its content elsewhere and delete it in GitHub, then pulumi up";
  return { orphans: [], foreign: [{ subject: place, cause, remedy }] };
}

/** A branch rule of a GitHub environment: GitHub creates none twice, and the provider takes its answer for a failure. */
async function findBranchRule(call: GitHubCall, creation: Creation): Promise<Found> {
  const { repository = "", environment = "", branchPattern } = creation.inputs as Texts;
  const path = `/repos/${call.organization}/${repository}/environments/${encodeURIComponent(environment)}`;
  const rules = await call
    .list<{ id: number; name: string }>(
      call.ofRepository(repository),
      `${path}/deployment-branch-policies`,
      "branch_policies",
    )
    .catch(ignoreAbsence);
  const found = rules?.find(({ name }) => name === branchPattern);
  if (found === undefined) return NOTHING;
  return { orphans: [{ creation, id: `${repository}:${environment}:${found.id}` }], foreign: [] };
}

/** A ruleset by its name, which begins with the application's: GitHub allows a name once in a repository. */
async function findRuleset(call: GitHubCall, creation: Creation): Promise<Found> {
  const { repository = "", name } = creation.inputs as Texts;
  const path = `/repos/${call.organization}/${repository}/rulesets?includes_parents=false&per_page=100`;
  const { text } = await call.send(call.ofRepository(repository), path);
  const found = (JSON.parse(text) as { id: number; name: string }[]).find((each) => each.name === name);
  if (found === undefined) return NOTHING;
  return { orphans: [{ creation, id: `${repository}:${found.id}` }], foreign: [] };
}

type Texts = Record<string, string | undefined>;

interface Commit {
  commit: { message: string };
}

async function listCommits(call: GitHubCall, repository: string, query: string): Promise<Commit[]> {
  const path = `/repos/${call.organization}/${repository}/commits?${query}`;
  return JSON.parse((await call.send(call.ofRepository(repository), path)).text) as Commit[];
}

/** Where two texts differ, without a word of either. */
export function differenceOf(there: string, declared: string): string {
  const [theirs, ours] = [there.split("\n"), declared.split("\n")];
  const first = theirs.findIndex((line, index) => line !== ours[index]);
  const from = (first === -1 ? theirs.length : first) + 1;
  return `differs from line ${from} on (${theirs.length} lines there, ${ours.length} in what up writes)`;
}

function encodePath(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}

function ignoreAbsence(error: unknown): undefined {
  if (!(error instanceof NotShownError)) throw error;
  return undefined;
}
