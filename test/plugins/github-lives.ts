import type { Properties } from "../../toolchain/plugins/provider/wire";
import type { Life } from "./life-of-resource";
import type { Routes } from "./recorder";

const times = { created_at: "2026-01-02T03:04:05Z", updated_at: "2026-01-02T03:04:05Z" };
// Any 32 bytes make a key to seal for; nobody opens these boxes.
const key = { body: { key_id: "k1", key: Buffer.alloc(32, 9).toString("base64") } };
const secret = { body: { name: "TOKEN", ...times, visibility: "all" } };
const file = "GET /api/v3/repos/acme/app/contents/.github/workflows/sync.yml";
const deployment = "/api/v3/repos/acme/app/environments/production";
const policies = `${deployment}/deployment-branch-policies`;

function contents(content: string) {
  return {
    type: "file",
    encoding: "base64",
    content: Buffer.from(content).toString("base64"),
    sha: "b1",
    path: ".github/workflows/sync.yml",
    name: "sync.yml",
    url: "https://example.com/contents?ref=main",
  };
}

/** A GitHub that answers the same whatever was written. */
export function githubRoutes(): Routes {
  const committer = { name: "a", email: "a@example.com" };
  const commit = {
    sha: "c1",
    commit: { message: "Add .github/workflows/sync.yml", committer },
    files: [{ filename: ".github/workflows/sync.yml" }],
  };
  let written = false;
  const routes: Routes = {
    "GET /api/v3/orgs/acme": { body: { login: "acme", id: 1 } },
    "GET /api/v3/repos/acme/app": {
      body: { id: 7, name: "app", full_name: "acme/app", default_branch: "main", owner: { login: "acme" } },
    },
    "GET /api/v3/repos/acme/app/branches/main": { body: { name: "main", commit: { sha: "c0" } } },
    [file]: () =>
      written ? { body: contents("on: push\n") } : { status: 404, body: { message: "Not Found" } },
    "PUT /api/v3/repos/acme/app/contents/.github/workflows/sync.yml": () => {
      written = true;
      return { status: 201, body: { content: contents("on: push\n"), commit: { sha: "c1" } } };
    },
    "DELETE /api/v3/repos/acme/app/contents/.github/workflows/sync.yml": { body: { commit: { sha: "c2" } } },
    "GET /api/v3/repos/acme/app/commits/c1": { body: commit },
    "GET /api/v3/repos/acme/app/commits": { body: [commit] },
    [`PUT ${deployment}`]: { body: { id: 3, name: "production" } },
    [`GET ${deployment}`]: {
      body: {
        id: 3,
        name: "production",
        can_admins_bypass: true,
        protection_rules: [],
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
      },
    },
    [`DELETE ${deployment}`]: { status: 204 },
    [`POST ${policies}`]: { body: { id: 5, name: "main", type: "branch" } },
    [`GET ${policies}/5`]: { body: { id: 5, name: "main", type: "branch" } },
    [`PUT ${policies}/5`]: { body: { id: 5, name: "release", type: "branch" } },
    [`DELETE ${policies}/5`]: { status: 204 },
    "PUT /api/v3/orgs/acme/actions/secrets/TOKEN/repositories": { status: 204 },
    "GET /api/v3/orgs/acme/actions/secrets/TOKEN/repositories": {
      body: { total_count: 1, repositories: [{ id: 8 }] },
    },
  };
  const folders = ["orgs/acme/actions", "repos/acme/app/actions", "repositories/7/environments/production"];
  for (const folder of folders.map((one) => `/api/v3/${one}/secrets`)) {
    routes[`GET ${folder}/public-key`] = key;
    routes[`GET ${folder}/TOKEN`] = secret;
    routes[`PUT ${folder}/TOKEN`] = { status: 204 };
    routes[`DELETE ${folder}/TOKEN`] = { status: 204 };
  }
  return routes;
}

/** What goes wrong at GitHub, by the life it goes wrong in. */
export const githubFaults: Record<string, { life: string; routes: Routes }> = {
  "a secret that may not be written": {
    life: "an organization secret",
    routes: {
      "PUT /api/v3/orgs/acme/actions/secrets/TOKEN": {
        status: 403,
        body: { message: "Resource not accessible", documentation_url: "https://docs.github.com/rest" },
      },
    },
  },
  "a secret that GitHub finds invalid": {
    life: "an organization secret",
    routes: {
      "PUT /api/v3/orgs/acme/actions/secrets/TOKEN": { status: 422, body: { message: "Validation Failed" } },
    },
  },
  "no public key": {
    life: "a repository's secret",
    routes: {
      "GET /api/v3/repos/acme/app/actions/secrets/public-key": {
        status: 404,
        body: { message: "Not Found" },
      },
    },
  },
  "a secret that is gone when its repositories are read": {
    life: "access to an organization secret",
    routes: {
      "GET /api/v3/orgs/acme/actions/secrets/TOKEN/repositories": {
        status: 404,
        body: { message: "Not Found" },
      },
    },
  },
  "a file that exists": {
    life: "a file in a repository",
    routes: { [file]: { body: contents("by hand") } },
  },
  "a branch that does not": {
    life: "a file in a repository",
    routes: { "GET /api/v3/repos/acme/app/branches/main": { status: 404, body: { message: "Not Found" } } },
  },
  "a protected branch": {
    life: "a file in a repository",
    routes: {
      "PUT /api/v3/repos/acme/app/contents/.github/workflows/sync.yml": {
        status: 409,
        body: { message: "Repository rule violations found" },
      },
    },
  },
  "an environment that is gone": {
    life: "a deployment environment",
    routes: { [`GET ${deployment}`]: { status: 404, body: { message: "Not Found" } } },
  },
};

const value = { secretName: "TOKEN", value: "placeholder" };

export const githubLives: Record<string, Life> = {
  "an organization secret": {
    type: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    inputs: { ...value, visibility: "all" },
    changes: [{ visibility: "private" }, { value: "other" }, { secretName: "OTHER" }],
  },
  "an organization secret without a value": {
    type: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    inputs: { secretName: "TOKEN", visibility: "all" },
    changes: [],
  },
  "an organization secret with two values": {
    type: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    inputs: { ...value, plaintextValue: "other", visibility: "all" },
    changes: [],
  },
  "an organization secret without a name": {
    type: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    inputs: { value: "v", visibility: "all" },
    changes: [],
  },
  "an organization secret with a name and a visibility that are none": {
    type: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
    inputs: { value: "v", visibility: "public", secretName: "GITHUB-1" },
    changes: [],
  },
  "access to an organization secret": {
    type: "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories",
    inputs: { secretName: "TOKEN", selectedRepositoryIds: [8] },
    changes: [{ selectedRepositoryIds: [9] }],
  },
  "a repository's secret": {
    type: "github:index/actionsSecret:ActionsSecret",
    inputs: { ...value, repository: "app" },
    changes: [{ value: "other" }],
  },
  "an environment's secret": {
    type: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
    inputs: { ...value, repository: "app", environment: "production" },
    changes: [{ value: "other" }, { environment: "staging" }],
  },
  "a file in a repository": {
    type: "github:index/repositoryFile:RepositoryFile",
    inputs: { repository: "app", file: ".github/workflows/sync.yml", branch: "main", content: "on: push\n" },
    changes: [{ content: "on: push # changed\n" }, { branch: "other" }],
  },
  "a deployment environment": {
    type: "github:index/repositoryEnvironment:RepositoryEnvironment",
    inputs: {
      repository: "app",
      environment: "production",
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    },
    changes: [{ canAdminsBypass: false }],
  },
  "a deployment policy": {
    type: "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    inputs: { repository: "app", environment: "production", branchPattern: "main" },
    changes: [{ branchPattern: "release" }],
  },
};

const FUNCTION = (name: string) => `github:index/${name}:${name}`;
const readable = "GET /api/v3/repos/acme/app/actions/organization-secrets";
const team = {
  id: 77,
  name: "Security",
  slug: "security",
  description: "Approves",
  privacy: "closed",
  notification_setting: "notifications_enabled",
  permission: "pull",
  node_id: "T_1",
};
const requestId = { headers: { "x-github-request-id": "r1" } };

/** Functions of the provider that the program calls: what is asked, and GitHub's answers besides the usual ones. */
export const githubFunctions: Record<string, { token: string; args: Properties; routes?: Routes }> = {
  "any list of the API": {
    token: FUNCTION("getRestApi"),
    args: { endpoint: "repos/acme/app/actions/organization-secrets?per_page=100&page=2" },
    routes: {
      [readable]: { ...requestId, body: { total_count: 1, secrets: [{ name: "TOKEN", ...times }] } },
    },
  },
  "a path of the API that is not there": {
    token: FUNCTION("getRestApi"),
    args: { endpoint: "repos/acme/app/actions/organization-secrets" },
    routes: { [readable]: { ...requestId, status: 404, body: { message: "Not Found" } } },
  },
  "a path of the API that may not be read": {
    token: FUNCTION("getRestApi"),
    args: { endpoint: "repos/acme/app/actions/organization-secrets" },
    routes: { [readable]: { ...requestId, status: 403, body: { message: "Must have admin rights" } } },
  },
  "an answer of the API without an id": {
    token: FUNCTION("getRestApi"),
    args: { endpoint: "repos/acme/app/actions/organization-secrets" },
  },
  "the organization's secrets": {
    token: FUNCTION("getActionsOrganizationSecrets"),
    args: {},
    routes: {
      "GET /api/v3/orgs/acme/actions/secrets": {
        body: { total_count: 1, secrets: [{ name: "TOKEN", ...times, visibility: "private" }] },
      },
    },
  },
  "a team": {
    token: FUNCTION("getTeam"),
    args: { slug: "security", summaryOnly: true },
    routes: { "GET /api/v3/orgs/acme/teams/security": { body: team } },
  },
  "a team that says little of itself": {
    token: FUNCTION("getTeam"),
    args: { slug: "security", summaryOnly: true },
    routes: {
      "GET /api/v3/orgs/acme/teams/security": { body: { id: 77, name: "Security", slug: "security" } },
    },
  },
  "a team that is not there": { token: FUNCTION("getTeam"), args: { slug: "nobody", summaryOnly: true } },
};
