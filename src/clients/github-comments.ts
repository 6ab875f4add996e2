import { RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { notGitHub } from "./github-refusal";
import { gitHubViewer } from "./github-viewer";
import { refuseRepeats } from "./refuse-repeats";

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
const PAGE = 100;

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
        throw new RemedyError("GITHUB_REPOSITORY", "is not owner/name", "run this in a GitHub Actions job");
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
