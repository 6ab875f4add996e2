import type { GitHubCall } from "./github-call";
import { type Asked, NotShownError, notGitHub } from "./github-refusal";

/** A workflow file on a repository's default branch. */
export interface WorkflowFile {
  path: string;
  text: string;
}

/** What GitHub shows of repositories' workflows. */
export interface GitHubWorkflows {
  /**
   * All workflow files on the default branch: a request, and one a file. None where there is no such folder.
   *
   * @throws RemedyError when the token may not read the repository's contents.
   */
  filesOf(repository: string): Promise<WorkflowFile[]>;
}

const FOLDER = ".github/workflows";

export function createGitHubWorkflows({ send, ofRepository, organization }: GitHubCall): GitHubWorkflows {
  const read = async (repository: string, path: string): Promise<unknown> => {
    const asked: Asked = { ...ofRepository(repository), thing: `contents of ${organization}/${repository}` };
    const answer = await send(asked, `/repos/${organization}/${repository}/contents/${path}`);
    try {
      return JSON.parse(answer.text) as unknown;
    } catch {
      throw notGitHub(asked);
    }
  };
  const list = async (repository: string): Promise<{ type: string; path: string }[]> => {
    try {
      const found = await read(repository, FOLDER);
      return Array.isArray(found) ? found : [];
    } catch (error) {
      if (error instanceof NotShownError) return [];
      throw error;
    }
  };
  const text = async (repository: string, path: string): Promise<string> => {
    const { content } = (await read(repository, encodeURI(path))) as { content?: unknown };
    return Buffer.from(typeof content === "string" ? content : "", "base64").toString("utf8");
  };
  return {
    filesOf: async (repository) => {
      const files = (await list(repository)).filter(
        ({ type, path }) => type === "file" && /\.ya?ml$/.test(path),
      );
      return Promise.all(files.map(async ({ path }) => ({ path, text: await text(repository, path) })));
    },
  };
}
