import { RemedyError } from "../errors";
import { type GitHubCall, refuseRepeats } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";

/** An open issue, as far as it is needed to find it again. */
export interface OpenIssue {
  number: number;
  title: string;
  body: string;
  url: string;
}

/** The issues of one repository. Every method throws RemedyError, naming the repository, the cause and the remedy. */
export interface GitHubIssues {
  /** Whether the token may label: GitHub drops labels of others in silence, or refuses the issue. @throws where issues are off. */
  mayLabel(): Promise<boolean>;
  /** The open ones that this token's own login opened, pull requests left out: someone else's are theirs. */
  ownOpen(): Promise<OpenIssue[]>;
  /** @returns its address. */
  create(issue: { title: string; body: string; labels: readonly string[] }): Promise<string>;
  update(number: number, change: { title: string; body: string }): Promise<void>;
  close(number: number, reason: "completed" | "not_planned"): Promise<void>;
}

const PAGE = 100;
const RIGHTS =
  "check its name; for its issues, give the token the scope repo (classic) or Issues, read and write, on it (fine-grained)";

/** @param repository `owner/name`. */
export function createGitHubIssues(call: GitHubCall, repository: string): GitHubIssues {
  const asked: Asked = { thing: `repository ${repository}`, kind: "repository", remedy: RIGHTS };
  const at = `/repos/${repository}`;
  const change = async (number: number, body: object) => {
    const write = { method: "PATCH", body: JSON.stringify(body), repeatable: true } as const;
    await call.send(asked, `${at}/issues/${number}`, write);
  };
  return {
    mayLabel: async () => {
      const found = await call.get(asked, at);
      if (found.has_issues === false)
        throw new RemedyError({
          code: "issues-disabled",
          subject: asked.thing,
          cause: "its issues are off",
          remedy: "turn them on in its settings",
        });
      return (found.permissions as { push?: unknown } | undefined)?.push === true;
    },
    ownOpen: async () => {
      const me = await gitHubViewer(call, asked);
      const found: OpenIssue[] = [];
      const look = refuseRepeats(asked);
      for (let page = 1; ; page += 1) {
        const path = `${at}/issues?state=open&per_page=${PAGE}&page=${page}`;
        const items = listIn(asked, (await call.send(asked, path)).text);
        look(items);
        const own = items.filter((each) => each.pull_request === undefined && each.user?.login === me);
        found.push(...own.map(openIssue));
        if (items.length < PAGE) return found;
      }
    },
    create: async (issue) => {
      // Not repeated: a second one would stand beside a first whose answer was lost.
      const write = { method: "POST", body: JSON.stringify(issue) } as const;
      const { text } = await call.send(asked, `${at}/issues`, write);
      return openIssue((JSON.parse(text) as Listed) ?? {}).url;
    },
    update: change,
    close: (number, reason) => change(number, { state: "closed", state_reason: reason }),
  };
}

interface Listed {
  number?: number;
  title?: string;
  body?: string | null;
  html_url?: string;
  /** Null where the account is gone. */
  user?: { login?: string } | null;
  pull_request?: unknown;
}

function openIssue({ number = 0, title = "", body, html_url: url = "" }: Listed): OpenIssue {
  return { number, title, body: body ?? "", url };
}

function listIn(asked: Asked, text: string): Listed[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list as Listed[];
  } catch {}
  throw notGitHub(asked);
}

/** Comments on the pull requests of one repository. */
export interface GitHubComments {
  /**
   * Writes a comment over the one that we wrote before, or a new one.
   *
   * @param marker text by which ours is known. Another login's comment that has it is left alone.
   * @throws RemedyError when GitHub refuses.
   */
  replace(pullRequest: number, marker: string, body: string): Promise<"written" | "updated">;
}

interface Comment {
  id: number;
  body?: string;
  user?: { login?: string } | null;
}

/** GitHub's largest page. */

/** @param repository `owner/name`. */
export function createGitHubComments(call: GitHubCall, repository: string): GitHubComments {
  const asked = { thing: `comments of ${repository}`, kind: "repository" as const };
  const below = `/repos/${repository}/issues`;

  const find = async (pullRequest: number, marker: string): Promise<Comment | undefined> => {
    const look = refuseRepeats(asked);
    const viewer = await gitHubViewer(call, asked);
    for (let page = 1; ; page += 1) {
      const path = `${below}/${pullRequest}/comments?per_page=${PAGE}&page=${page}`;
      const comments = parse((await call.send(asked, path)).text);
      if (comments === undefined) throw notGitHub(asked);
      look(comments);
      const ours = comments.find(
        ({ body, user }) => user?.login === viewer && body?.includes(marker) === true,
      );
      if (ours !== undefined || comments.length < PAGE) return ours;
    }
  };
  return {
    replace: async (pullRequest, marker, body) => {
      if (!/^[\w.-]+\/[\w.-]+$/.test(repository))
        throw new RemedyError({
          code: "github-repository-invalid",
          subject: "GITHUB_REPOSITORY",
          cause: "is not owner/name",
          remedy: "run this in a GitHub Actions job",
        });
      const there = await find(pullRequest, marker);
      const write = { body: JSON.stringify({ body }) };
      if (there !== undefined) {
        await call.send(asked, `${below}/comments/${there.id}`, {
          ...write,
          method: "PATCH",
          repeatable: true,
        });
        return "updated";
      }
      await call.send(asked, `${below}/${pullRequest}/comments`, { ...write, method: "POST" });
      return "written";
    },
  };
}

function parse(text: string): Comment[] | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return Array.isArray(found) ? (found as Comment[]) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The login of whoever's token this is, as their issues show it: `github-actions[bot]` for a job's own. Asked of GraphQL,
 * for REST's `GET /user` refuses an App (403, "Resource not accessible by integration").
 *
 * @throws RemedyError when GitHub does not say.
 */
export async function gitHubViewer(call: GitHubCall, asked: Asked): Promise<string> {
  const { data } = await call.graphql(asked, "{ viewer { login } }");
  const { login } = (data as { viewer?: { login?: unknown } | null } | null | undefined)?.viewer ?? {};
  if (typeof login === "string" && login !== "") return login;
  const remedy = "use a person's token, an App's or a GitHub Actions job's, and check what is in between";
  throw new RemedyError({
    code: "github-viewer-unknown",
    subject: "GITHUB_TOKEN",
    cause: "GitHub does not say who owns it",
    remedy,
  });
}
