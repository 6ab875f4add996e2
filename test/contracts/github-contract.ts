import { readFileSync } from "node:fs";
import { Contract, type Exception } from "./contract";
import { Description } from "./description";
import type { Json } from "./json-schema";

/** GitHub's description of any operation lists few of its errors. */
const ERRORS: readonly Exception[] = [
  {
    status: 400,
    code: "undescribed-status",
    reason: "JSON that cannot be read and an unsupported API version (docs, Troubleshooting the REST API)",
  },
  { status: 401, code: "undescribed-status", reason: "bad credentials (docs, Troubleshooting the REST API)" },
  {
    status: 403,
    code: "undescribed-status",
    reason: "rights, scopes and rate limits (docs, Troubleshooting the REST API)",
  },
  {
    status: 404,
    code: "undescribed-status",
    reason: "what is not there, or may not be seen (docs, Troubleshooting the REST API)",
  },
  {
    status: 422,
    code: "undescribed-status",
    reason: "values that do not fit (docs, Troubleshooting the REST API)",
  },
  { status: 304, code: "undescribed-status", reason: "conditional requests (docs, Best practices)" },
  {
    status: 301,
    code: "undescribed-status",
    reason: "a repository that was renamed or transferred (docs, Best practices)",
  },
  {
    status: 307,
    code: "undescribed-status",
    reason: "the same, for what is no read (docs, Best practices; google/go-github#184)",
  },
  {
    status: 422,
    code: "undeclared-property",
    detail: /^\/: status is not declared$/,
    reason:
      "every error has its status as text; the schema validation-error leaves it out, basic-error has it",
  },
];

const EXCEPTIONS: readonly Exception[] = [
  ...ERRORS,
  {
    operation: "PUT /orgs/{org}/actions/secrets/{secret_name}/repositories",
    status: 409,
    code: "undescribed-status",
    reason: "answered when the visibility is not selected (google/go-github#2036)",
  },
  {
    operation: /\/environments(\/\{environment_name\})?$/,
    code: "undeclared-property",
    detail: /can_admins_bypass/,
    reason: "answered since 2023 (go-github, Environment.CanAdminsBypass); providers read it",
  },
  {
    operation: "GET /orgs/{org}/audit-log",
    code: "undeclared-property",
    detail: /^\/\*: /,
    reason: "fields of single events (docs, Audit log events for your organization)",
  },
  {
    operation: "DELETE /repos/{owner}/{repo}",
    status: 403,
    detail: /^\/: status is not declared$/,
    reason: "every error has its status as text, as the schema basic-error says",
  },
  {
    operation: "GET /repos/{owner}/{repo}/contents/{path}",
    code: "wrong-type",
    reason: "application/vnd.github.raw+json is in the operation's text alone",
  },
  {
    operation: "GET /meta",
    detail: /^\/: installed_version is not declared$/,
    reason: "a self-hosted server's answer, described for it alone",
  },
  {
    operation: "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
    detail: /^\/: status is not declared$/,
    reason: "every error has its status as text, as the schema basic-error says",
  },
  {
    operation: "PUT /repos/{owner}/{repo}/contents/{path}",
    status: 409,
    detail: /oneOf/,
    reason: "exactly one of two schemas that both take any error: no answer can fit",
  },
];

/** All of the sandbox's GitHub that is not in GitHub's descriptions. */
const IGNORED = new RegExp(
  [
    "^/_sandbox/", // the sandbox's own
    "^/_actions/", // what the API redirects to, and the issuer's documents
    "^(/api/v3)?/repositories/\\d+(/|$)", // GitHub's other address of a repository, not documented, used by go-github
    "^(/api/v3)?/organizations/\\d+/team/", // the same for teams
    "/graphql$", // judged by GitHub's GraphQL schema
    "^/(?!api/v3/)[^/]+/[^/]+/(actions/runs|issues)/", // pages
    "^/[^/]+/[^/]+\\.git/", // git itself
  ].join("|"),
);

let contract: Contract | undefined;

/** GitHub's descriptions, of github.com and of GitHub Enterprise Cloud. */
export function gitHubContract(): Contract {
  contract ??= new Contract({
    descriptions: ["api.github.com", "ghec"].map(read),
    exceptions: EXCEPTIONS,
    ignored: IGNORED,
    describedPath: (path) => path.replace(/^\/api\/v3/, "") || "/",
    errorProblem,
  });
  return contract;
}

function read(name: string): Description {
  const file = require.resolve(`@octokit/openapi/generated/${name}.json`);
  return new Description(JSON.parse(readFileSync(file, "utf8")));
}

/** The schema basic-error. */
function errorProblem(body: Json): string | undefined {
  const { message, documentation_url, status } = body as Record<string, Json>;
  const fits = [message, documentation_url, status].every((each) => typeof each === "string");
  return fits ? undefined : "an error without message, documentation_url and status";
}
