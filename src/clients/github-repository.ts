import { RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { type Asked, NotShownError, notGitHub } from "./github-refusal";

const RIGHTS =
  "check its name; give the token the scopes repo and workflow (classic) or Contents, Pull requests and Workflows, read and write, on it (fine-grained)";

/** A file at a commit. */
export interface Blob {
  sha: string;
  text: string;
}

/** A pull request as GitHub lists it. */
export interface ListedPull {
  number: number;
  state: string;
  merged_at: string | null;
  html_url: string;
  head: { ref: string; sha: string; repo: { full_name?: string } | null };
  base: { ref: string };
}

/** Files, branches and pull requests of one repository. Each throws RemedyError. */
export function repositoryCalls(call: GitHubCall, repository: string) {
  const asked: Asked = { ...call.ofRepository(repository), remedy: RIGHTS };
  const at = `/repos/${call.organization}/${repository}`;
  const json = async (path: string): Promise<unknown> => {
    try {
      return JSON.parse((await call.send(asked, `${at}${path}`)).text) as unknown;
    } catch (error) {
      if (error instanceof NotShownError) return undefined;
      throw error instanceof SyntaxError ? notGitHub(asked) : error;
    }
  };
  const list = async <Item>(path: string): Promise<Item[]> => {
    const found = await json(path);
    if (!Array.isArray(found)) throw notGitHub(asked);
    return found as Item[];
  };
  const write = async (method: "POST" | "PUT", path: string, body: object) =>
    JSON.parse(
      (await call.send(asked, `${at}${path}`, { method, body: JSON.stringify(body) })).text,
    ) as Record<string, unknown>;
  const refSha = async (branch: string): Promise<string | undefined> => {
    const found = (await json(`/git/ref/heads/${encodeURI(branch)}`)) as
      | { object?: { sha?: string } }
      | undefined;
    return found?.object?.sha;
  };
  return {
    head: refSha,
    blob: async (path: string, ref: string): Promise<Blob | undefined> => {
      const found = (await json(`/contents/${encodeURI(path)}?ref=${encodeURIComponent(ref)}`)) as
        | { sha?: string; content?: string }
        | undefined;
      if (found?.sha === undefined) return undefined;
      return { sha: found.sha, text: Buffer.from(found.content ?? "", "base64").toString("utf8") };
    },
    lastMessage: async (path: string, ref: string): Promise<string | undefined> => {
      const query = `sha=${encodeURIComponent(ref)}&path=${encodeURIComponent(path)}&per_page=1`;
      const [last] = await list<{ commit: { message: string } }>(`/commits?${query}`);
      return last?.commit.message;
    },
    branchesLike: async (name: string): Promise<string[]> => {
      const found = await list<{ ref: string }>(`/git/matching-refs/heads/${encodeURI(name)}`);
      const names = found.map(({ ref }) => ref.replace(/^refs\/heads\//, ""));
      return names.filter((each) => each === name || /^-\d+$/.test(each.slice(name.length)));
    },
    pulls: (name: string, branch: string): Promise<ListedPull[]> => {
      const head = encodeURIComponent(`${call.organization}:${name}`);
      return list(`/pulls?state=all&head=${head}&base=${encodeURIComponent(branch)}&per_page=100`);
    },
    /** GitHub works that out after it is asked for the first time; until then it is unknown, and no conflict. */
    conflicts: async (number: number): Promise<boolean> =>
      ((await json(`/pulls/${number}`)) as { mergeable?: boolean | null } | undefined)?.mergeable === false,
    createBranch: async (branch: string, from: string): Promise<void> => {
      const sha = await refSha(from);
      if (sha === undefined) throw noBranch(asked, from);
      await write("POST", "/git/refs", { ref: `refs/heads/${branch}`, sha });
    },
    commit: async (file: {
      branch: string;
      path: string;
      text: string;
      sha: string | undefined;
      message: string;
    }): Promise<void> => {
      const { path, text, ...rest } = file;
      const content = Buffer.from(text).toString("base64");
      await write("PUT", `/contents/${encodeURI(path)}`, { ...rest, content });
    },
    open: async (
      head: string,
      { branch, title, body }: { branch: string; title: string; body: string },
    ): Promise<ListedPull> =>
      (await write("POST", "/pulls", { title, body, head, base: branch })) as unknown as ListedPull,
  };
}

function noBranch(asked: Asked, branch: string): RemedyError {
  return new RemedyError({
    code: "branch-missing",
    subject: `branch ${branch} of ${asked.thing}`,
    cause: "GitHub has no such branch, so no pull request can go into it",
    remedy: "set branch in every stack's config, or the application's branch in secrets/applications.ts",
  });
}
