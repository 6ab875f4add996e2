import { type Problem, RemedyError } from "../errors";
import type { GitHubCall } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";

/** A repository, with the workflows of its default branch. */
export interface RepositoryWorkflows {
  name: string;
  isArchived: boolean;
  workflows: readonly { path: string; text: string }[];
}

/** What an organization's repositories hold, as far as GitHub told. */
export interface OrganizationWorkflows {
  repositories: readonly RepositoryWorkflows[];
  /** How many there are. */
  total: number;
  /** Why not all were read. */
  stopped?: Problem;
}

/** GitHub's own spelling of the organization. @throws RemedyError when it is not shown. */
export async function organizationLogin({ get, organization }: GitHubCall): Promise<string> {
  const asked: Asked = {
    thing: `organization ${organization}`,
    kind: "organization",
    remedy: "check its name, and that GITHUB_TOKEN is of one of its members",
  };
  const { login } = await get(asked, `/orgs/${organization}`);
  if (typeof login !== "string") throw notGitHub(asked);
  return login;
}

/** Repositories in one answer. GitHub ends a request after 10 seconds, and each brings all of its workflows. */
const PAGE = 25;

/**
 * Reads every repository's workflows by GraphQL: 3,000 repositories are 120 requests, by REST they were 9,000, more than
 * a token has in an hour. A repository that goes meanwhile is left out; one that comes meanwhile may be.
 *
 * @param onPage told after each answer how many of how many were read.
 * @returns what was read before GitHub stopped answering, and why it ended there.
 * @throws RemedyError when not even the first answer came.
 */
export async function organizationWorkflows(
  call: GitHubCall,
  onPage: (read: number, total: number) => void,
): Promise<OrganizationWorkflows> {
  const asked: Asked = {
    thing: `repositories of ${call.organization}`,
    kind: "repository",
    remedy: "give the token the scope repo (classic) or Contents, read, on all repositories (fine-grained)",
  };
  const repositories = new Map<string, RepositoryWorkflows>();
  let [after, total] = ["", 0];
  for (;;) {
    let page: Page;
    try {
      page = pageIn(asked, await call.graphql(asked, queryOf(call.organization, after)));
    } catch (error) {
      if (total === 0 || !(error instanceof RemedyError)) throw error;
      return { repositories: [...repositories.values()], total, stopped: error.problem };
    }
    total = page.totalCount;
    for (const node of page.nodes) if (node !== null) repositories.set(node.name, repositoryIn(node));
    onPage(repositories.size, total);
    const { hasNextPage, endCursor } = page.pageInfo;
    const next = JSON.stringify(endCursor);
    // A server that repeats a page would be asked without end.
    if (!hasNextPage || next === after) return { repositories: [...repositories.values()], total };
    after = next;
  }
}

interface Node {
  name: string;
  isArchived: boolean;
  /** Null without the folder, and in an empty repository. */
  object: { entries?: { name: string; object: { text?: string | null } | null }[] } | null;
}

interface Page {
  totalCount: number;
  nodes: (Node | null)[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

function queryOf(organization: string, after: string): string {
  const workflows =
    'object(expression: "HEAD:.github/workflows") { ... on Tree { entries { name object { ... on Blob { text } } } } }';
  const page = `first: ${PAGE}${after && `, after: ${after}`}, orderBy: { field: NAME, direction: ASC }`;
  return `{ organization(login: ${JSON.stringify(organization)}) { repositories(${page}) { totalCount pageInfo { hasNextPage endCursor } nodes { name isArchived ${workflows} } } } }`;
}

/** @throws RemedyError for what is not a page. GraphQL answers 200 also when the limit is used up. */
function pageIn(asked: Asked, answer: Record<string, unknown>): Page {
  const { data, errors } = answer as {
    data?: { organization?: { repositories?: Page } | null } | null;
    errors?: { type?: string }[];
  };
  const page = data?.organization?.repositories;
  if (page !== undefined && Array.isArray(page.nodes)) return page;
  if (errors?.some(({ type }) => type === "RATE_LIMITED"))
    throw new RemedyError({
      code: "github-rate-limited",
      subject: asked.thing,
      cause: "GitHub's rate limit for GraphQL is used up",
      remedy: "run again in an hour",
    });
  throw notGitHub(asked, "has no repositories");
}

function repositoryIn({ name, isArchived, object }: Node): RepositoryWorkflows {
  const files = (object?.entries ?? []).filter(({ name }) => /\.ya?ml$/.test(name));
  const workflows = files.map((file) => ({
    path: `.github/workflows/${file.name}`,
    text: file.object?.text ?? "",
  }));
  return { name, isArchived, workflows };
}
