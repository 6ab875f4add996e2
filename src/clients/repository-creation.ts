import { RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { type Asked, NotShownError, notGitHub } from "./github-refusal";

/** A repository as GitHub has it. */
export interface FoundRepository {
  defaultBranch: string;
  isArchived: boolean;
}

const RIGHTS =
  "give the token the scopes repo and workflow (classic) or Administration, Contents, Pull requests and Workflows, read and write (fine-grained)";

/** Undefined: there is none that GitHub shows. @throws RemedyError where GitHub spells its name otherwise. */
export async function findRepository(call: GitHubCall, name: string): Promise<FoundRepository | undefined> {
  const asked: Asked = { ...call.ofRepository(name), remedy: RIGHTS };
  try {
    return readIn(call, name, asked, await call.get(asked, `/repos/${call.organization}/${name}`));
  } catch (error) {
    if (error instanceof NotShownError) return undefined;
    throw error;
  }
}

/**
 * Makes a repository of the organization, private, with a first commit (GitHub's documentation, "Create an organization
 * repository").
 */
export async function createRepository(call: GitHubCall, name: string): Promise<FoundRepository> {
  const asked: Asked = { ...call.ofRepository(name), remedy: `create it in GitHub, or ${RIGHTS}` };
  const body = JSON.stringify({ name, private: true, auto_init: true });
  const { text } = await call.send(asked, `/orgs/${call.organization}/repos`, { method: "POST", body });
  try {
    return readIn(call, name, asked, { ...(JSON.parse(text) as Record<string, unknown>) });
  } catch (error) {
    throw error instanceof SyntaxError ? notGitHub(asked) : error;
  }
}

function readIn(
  { organization }: GitHubCall,
  name: string,
  asked: Asked,
  found: Record<string, unknown>,
): FoundRepository {
  const { default_branch: defaultBranch, full_name: fullName, archived } = found;
  if (typeof defaultBranch !== "string" || typeof fullName !== "string") throw notGitHub(asked);
  if (fullName === `${organization}/${name}`) return { defaultBranch, isArchived: archived === true };
  throw new RemedyError({
    code: "github-name-differs",
    subject: name,
    cause: `GitHub spells it ${fullName}, and trust compares names by letter`,
    remedy: `name it so: --name ${fullName.split("/").at(-1)}`,
  });
}
