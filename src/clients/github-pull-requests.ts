import { createHash } from "node:crypto";
import { type Problem, RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { type ListedPull, repositoryCalls } from "./github-repository";

/** Files that one branch of a repository is to have, and how a pull request brings them there. */
export interface ProposedFiles {
  repository: string;
  /** Branch that people merge into. */
  branch: string;
  /** Our own branch. A new one gets a number behind it where that name was used before. */
  head: string;
  /** Path to text. */
  files: Readonly<Record<string, string>>;
  title: string;
  body: string;
  /** Message of the commit of one file; by it a commit is known for ours. */
  message(path: string): string;
  /** Whether a text is one that this program wrote, of whichever version. */
  isOurs(path: string, text: string): boolean;
}

export interface PullRequest {
  number: number;
  url: string;
  /** Its branch. */
  head: string;
}

/** How far the files are. */
export type Standing =
  /** The branch has them. */
  | { state: "current" }
  /** A pull request brings them, and people have not merged it yet. `conflicts`: nor can they. */
  | { state: "waiting" | "conflicts"; pull: PullRequest }
  /** People closed the pull request that brings them, and left its branch. */
  | { state: "declined"; pull: PullRequest }
  /** To be proposed, by that open pull request or a new one; the obstacle is what forbids that. */
  | { state: "missing"; pull: PullRequest | undefined; obstacle: Problem | undefined };

/** Files by pull request. Every method throws RemedyError. */
export interface GitHubPullRequests {
  /** Reads only: two requests for files that are there. */
  look(wanted: ProposedFiles): Promise<Standing>;
  /** Our open pull request into a branch, whatever it brings. */
  open(place: Pick<ProposedFiles, "repository" | "branch" | "head">): Promise<PullRequest | undefined>;
  /**
   * Brings the files into one pull request: a commit a file that differs, on top of what the branch has. Never forces,
   * deletes no branch, and changes no file that people put there.
   */
  propose(wanted: ProposedFiles): Promise<Standing>;
}

/** Pull requests of our branches into the one of people, and the branches that there are. */
interface Found {
  branches: readonly string[];
  open: ListedPull | undefined;
  /** The newest one that is closed. */
  closed: ListedPull | undefined;
  /** Branches that had a pull request. */
  used: ReadonlySet<string>;
}

export function createGitHubPullRequests(call: GitHubCall): GitHubPullRequests {
  const repositoryOf = (wanted: ProposedFiles) => repositoryCalls(call, wanted.repository);

  const missingAt = async (wanted: ProposedFiles, ref: string): Promise<string[]> => {
    const { blob } = repositoryOf(wanted);
    const found = await Promise.all(
      Object.entries(wanted.files).map(async ([path, text]) =>
        (await blob(path, ref))?.sha === shaOf(text) ? [] : [path],
      ),
    );
    return found.flat();
  };

  const obstacleOf = async (wanted: ProposedFiles, open: ListedPull | undefined) => {
    const { blob, lastMessage } = repositoryOf(wanted);
    for (const path of await missingAt(wanted, wanted.branch)) {
      const base = await blob(path, wanted.branch);
      if (base !== undefined && !wanted.isOurs(path, base.text)) return fileOfPeople(call, wanted, path);
      if (open === undefined) continue;
      const ours = await blob(path, open.head.sha);
      if (ours === undefined || ours.sha === base?.sha || ours.sha === shaOf(wanted.files[path] ?? ""))
        continue;
      if ((await lastMessage(path, open.head.sha)) !== wanted.message(path))
        return editedByPeople(call, wanted, path, open);
    }
    return undefined;
  };

  const look = async (wanted: ProposedFiles): Promise<Standing> => {
    if ((await missingAt(wanted, wanted.branch)).length === 0) return { state: "current" };
    const { open, closed, branches } = await findPulls(call, wanted);
    if (open !== undefined && (await missingAt(wanted, open.head.sha)).length === 0) {
      const isStuck = await repositoryOf(wanted).conflicts(open.number);
      return { state: isStuck ? "conflicts" : "waiting", pull: pullOf(open) };
    }
    const isDeclined =
      open === undefined &&
      closed?.merged_at === null &&
      branches.includes(closed.head.ref) &&
      (await missingAt(wanted, closed.head.sha)).length === 0;
    if (isDeclined) return { state: "declined", pull: pullOf(closed) };
    const obstacle = await obstacleOf(wanted, open);
    return { state: "missing", pull: open && pullOf(open), obstacle };
  };

  const propose = async (wanted: ProposedFiles): Promise<Standing> => {
    const before = await look(wanted);
    if (before.state !== "missing") return before;
    if (before.obstacle !== undefined) throw new RemedyError(before.obstacle);
    const { blob, head, createBranch, commit, open } = repositoryOf(wanted);
    const branch = before.pull?.head ?? (await freeBranch(wanted));
    if ((await head(branch)) === undefined) await createBranch(branch, wanted.branch);
    // One after the other: each commit moves the branch.
    for (const [path, text] of Object.entries(wanted.files)) {
      const standing = await blob(path, branch);
      if (standing?.sha !== shaOf(text))
        await commit({ branch, path, text, sha: standing?.sha, message: wanted.message(path) });
    }
    const pull = before.pull ?? pullOf(await open(branch, wanted));
    return { state: "waiting", pull };
  };

  /** One that never had a pull request, such as of a run that was interrupted; else a name that is free. */
  const freeBranch = async (wanted: ProposedFiles): Promise<string> => {
    const { branches, used } = await findPulls(call, wanted);
    const left = branches.find((each) => !used.has(each));
    if (left !== undefined) return left;
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted.head : `${wanted.head}-${number}`;
      if (!branches.includes(name)) return name;
    }
  };

  const open: GitHubPullRequests["open"] = async (place) => {
    const found = await findPulls(call, place);
    return found.open && pullOf(found.open);
  };

  return { look, open, propose };
}

/** @returns the newest of our pull requests into the branch. A branch of a fork is never ours, whatever its name. */
async function findPulls(
  call: GitHubCall,
  { repository, branch, head }: Pick<ProposedFiles, "repository" | "branch" | "head">,
): Promise<Found> {
  const { branchesLike, pulls } = repositoryCalls(call, repository);
  const branches = await branchesLike(head);
  const full = `${call.organization}/${repository}`.toLowerCase();
  const names = [...new Set([head, ...branches])];
  const listed = await Promise.all(names.map((name) => pulls(name, branch)));
  const own = listed
    .flat()
    .filter((pull) => pull.base.ref === branch && pull.head.repo?.full_name?.toLowerCase() === full)
    .sort((a, b) => b.number - a.number);
  return {
    branches,
    open: own.find(({ state }) => state === "open"),
    closed: own.find(({ state }) => state !== "open"),
    used: new Set(own.map((pull) => pull.head.ref)),
  };
}

function pullOf({ number, html_url: url, head }: ListedPull): PullRequest {
  return { number, url, head: head.ref };
}

/** git's name of a file's text. GitHub answers it also for files whose text it leaves out. */
function shaOf(text: string): string {
  const bytes = Buffer.from(text);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function fileOfPeople(call: GitHubCall, { repository, branch }: ProposedFiles, path: string): Problem {
  return {
    code: "file-of-people",
    subject: `${path} in ${call.organization}/${repository}`,
    cause: `on ${branch} it is not a file of this program, and no pull request replaces it`,
    remedy: `in ${repository}: git mv ${path} ${path}.old, commit it to ${branch}; then pulumi up`,
  };
}

function editedByPeople(
  call: GitHubCall,
  { repository }: ProposedFiles,
  path: string,
  { number, head }: ListedPull,
): Problem {
  const place = `${call.organization}/${repository}`;
  return {
    code: "pull-request-edited",
    subject: `pull request #${number} of ${place}`,
    cause: `people changed ${path} on its branch ${head.ref}; nothing was written over that`,
    remedy: `take their change to ${path} back on that branch, or gh pr close ${number} --delete-branch -R ${place}; then pulumi up`,
  };
}
