import type { Context } from "hono";

/** An answer other than success, in GitHub's JSON shape. Messages never carry what a request sent as a value. */
export class GitHubError extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 422,
    message: string,
    readonly extra: {
      errors?: unknown;
      headers?: Record<string, string>;
      /** Instead of the page of the endpoint. */
      documentation?: string;
    } = {},
  ) {
    super(message);
    this.name = "GitHubError";
  }
}

/** GitHub hides what a token may not see behind a 404. */
export const notFound = () => new GitHubError(404, "Not Found");

/** 403 for a user who is known but may not: the words GitHub uses for organization and repository secrets. */
export const needsAdmin = () => new GitHubError(403, "Must have admin rights to Repository.");

/** 403 for a GITHUB_TOKEN without the permission. */
export const notForIntegration = () => new GitHubError(403, "Resource not accessible by integration");

/** 403 for every write to an archived repository (cli/cli#7176). */
export const isArchived = () => new GitHubError(403, "Repository was archived so is read-only.");

/** 422 with GitHub's wording for a body that lacks a field. */
export const notSupplied = (field: string) =>
  new GitHubError(422, `Invalid request.\n\n"${field}" wasn't supplied.`);

/** 422 with GitHub's list of fields in error. */
export function validationFailed(
  resource: string,
  field: string,
  code: string,
  message?: string,
): GitHubError {
  const error = { resource, field, code, ...(message === undefined ? {} : { message }) };
  return new GitHubError(422, "Validation Failed", { errors: [error] });
}

const DOCUMENTATION = "https://docs.github.com/rest";

const PAGES: [pattern: RegExp, page: string][] = [
  [/\/actions\/secrets|\/environments\/[^/]+\/secrets/, "/actions/secrets"],
  [/\/actions\/variables/, "/actions/variables"],
  [/\/actions\/oidc/, "/actions/oidc"],
  [/\/actions\/workflows/, "/actions/workflows"],
  [/\/actions\/jobs|\/jobs$/, "/actions/workflow-jobs"],
  [/\/actions\/runs/, "/actions/workflow-runs"],
  [/\/environments/, "/deployments/environments"],
  [/\/(rules|rulesets)\b/, "/repos/rules"],
  [/\/contents\//, "/repos/contents"],
  [/\/branches/, "/branches/branches"],
  [/\/git\//, "/git/refs"],
  [/\/commits/, "/commits/commits"],
  [/\/teams/, "/teams/teams"],
  [/\/pulls/, "/pulls/pulls"],
  [/\/issues/, "/issues/issues"],
  [/\/audit-log/, "/orgs/orgs#get-the-audit-log-for-an-organization"],
];

/** Renders an error as GitHub would: `{message, errors?, documentation_url, status}`. */
export function errorResponse(error: unknown, context: Context): Response {
  if (!(error instanceof GitHubError)) {
    // A mistake of the sandbox's own: told on stderr, since GitHub's answer says nothing.
    console.error(`sandbox github: ${context.req.method} ${context.req.path}:`, error);
    return context.json({ message: "Server Error", documentation_url: DOCUMENTATION, status: "500" }, 500);
  }
  const page = PAGES.find(([pattern]) => pattern.test(context.req.path))?.[1] ?? "";
  const { errors, headers, documentation } = error.extra;
  const body = {
    message: error.message,
    ...(errors === undefined ? {} : { errors }),
    documentation_url: documentation ?? DOCUMENTATION + page,
    status: String(error.status),
  };
  return context.json(body, error.status, headers);
}
