import { createHash, randomInt } from "node:crypto";
import type { GitHubSeed, OrganizationSeed, Plan, RepositoryPermission, RepositorySeed } from "./github-seed";
import { toSeconds } from "./timestamps";

export type Visibility = "all" | "private" | "selected";

/** A secret as it is kept: its value only ever as AES-256-GCM ciphertext. */
export interface StoredSecret {
  name: string;
  createdAt: string;
  updatedAt: string;
  ciphertext: string;
}

export interface OrganizationSecret extends StoredSecret {
  visibility: Visibility;
  /** Ids; empty unless the visibility is `selected`. */
  selected: number[];
}

export interface Variable {
  name: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}

export interface Team {
  id: number;
  name: string;
  slug: string;
  description: string | null;
  privacy: "closed" | "secret";
  members: Record<string, "member" | "maintainer">;
}

export interface Environment {
  id: number;
  name: string;
  createdAt: string;
  updatedAt: string;
  waitTimer: number;
  preventSelfReview: boolean;
  reviewers: { type: "User" | "Team"; id: number }[];
  branchPolicy: "protected" | "custom" | null;
  branchPatterns: { id: number; name: string; type: "branch" | "tag" }[];
  secrets: Record<string, StoredSecret>;
}

export interface Organization {
  id: number;
  login: string;
  plan: Plan;
  createdAt: string;
  members: Record<string, "admin" | "member">;
  secrets: Record<string, OrganizationSecret>;
  variables: Record<string, Variable>;
  teams: Team[];
  /** `include_claim_keys` of the organization's `sub` template. */
  subjectClaims: string[];
  /** Absent in states of before there were any. */
  rulesets?: Ruleset[];
}

/** In the words of GitHub's REST API, which it is answered with. */
export interface Ruleset {
  id: number;
  name: string;
  target: "branch" | "tag" | "push";
  enforcement: "disabled" | "active" | "evaluate";
  bypass_actors: { actor_id: number | null; actor_type: string; bypass_mode: string }[];
  /** Null for push rulesets, which are about files of any ref. */
  conditions: {
    ref_name?: { include?: string[] | undefined; exclude?: string[] | undefined } | undefined;
    /** Of an organization's ruleset: which repositories it is about. */
    repository_name?: { include?: string[] | undefined; exclude?: string[] | undefined } | undefined;
  } | null;
  rules: { type: string; parameters?: Record<string, unknown> }[];
  createdAt: string;
  updatedAt: string;
}

/** A classic branch protection, in the words of GitHub's REST API. */
export interface BranchProtection {
  required_status_checks: { strict: boolean; contexts: string[] } | null;
  enforce_admins: boolean;
  required_pull_request_reviews: {
    required_approving_review_count: number;
    /** Logins. */
    bypass_users: string[];
  } | null;
  /** Logins of those who may push; null: whoever may write. */
  restrictions: { users: string[] } | null;
  required_signatures: boolean;
  lock_branch: boolean;
}

/** A pull request between two branches of one repository. */
export interface PullRequest {
  number: number;
  title: string;
  body: string | null;
  author: string;
  /** Branch names. */
  head: string;
  base: string;
  /** Commits of both when it was last open. */
  headSha: string;
  baseSha: string;
  state: "open" | "closed";
  mergedAt: string | null;
  mergeSha: string | null;
  mergedBy: string | null;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  reviews: { id: number; login: string; state: string; body: string; sha: string; at: string }[];
}

export interface Repository {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  defaultBranch: string;
  createdAt: string;
  collaborators: Record<string, RepositoryPermission>;
  secrets: Record<string, StoredSecret>;
  variables: Record<string, Variable>;
  environments: Environment[];
  /** Absent in states of before there were any. */
  rulesets?: Ruleset[];
  /** Classic protections, by branch. */
  protections?: Record<string, BranchProtection>;
  pulls?: PullRequest[];
  subject: { useDefault: boolean; claims: string[]; immutable: boolean };
  /** Path of a workflow file to the id it was given when it was first seen. */
  workflowIds: Record<string, number>;
  /** Paths of the workflows that somebody has disabled. */
  disabledWorkflows?: string[];
  archived?: boolean;
}

/** A personal access token: only its SHA-256 is kept. */
export interface StoredToken {
  hash: string;
  login: string;
  scopes: string[];
  expiresAt: string | null;
}

export interface GitHubState {
  organizations: Organization[];
  repositories: Repository[];
  users: Record<string, number>;
  tokens: StoredToken[];
  nextRunId: number;
  /** Former addresses of repositories, `owner/name`. Absent in states of before there were any. */
  moved?: { from: string; id: number }[];
}

/** GitHub's ids are large and not dense; code that confuses an index with an id must fail here too. */
export function newId(): number {
  return randomInt(100_000_000, 1_000_000_000);
}

export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** The state that a seed stands for, with fresh ids. @throws when two organizations or repositories share a name. */
export function initialState(seed: GitHubSeed, now: Date): GitHubState {
  const at = toSeconds(now);
  const logins = new Set(seed.tokens.map((token) => token.login));
  for (const member of seed.organizations.flatMap((organization) => organization.members)) {
    logins.add(member.login);
  }
  const state: GitHubState = {
    organizations: seed.organizations.map((organization) => organizationOf(organization, at)),
    repositories: seed.organizations.flatMap((organization) =>
      organization.repositories.map((repository) => repositoryOf(organization.login, repository, at)),
    ),
    users: Object.fromEntries([...logins].map((login) => [login, newId()])),
    tokens: seed.tokens.map(({ token, login, scopes, expiresAt }) => ({
      hash: tokenHash(token),
      login,
      scopes,
      expiresAt: expiresAt ?? null,
    })),
    nextRunId: newId(),
  };
  refuseDoubles(state.organizations.map((organization) => organization.login));
  refuseDoubles(state.repositories.map((repository) => `${repository.owner}/${repository.name}`));
  return state;
}

function organizationOf(seed: OrganizationSeed, at: string): Organization {
  return {
    id: newId(),
    login: seed.login,
    plan: seed.plan ?? "team",
    createdAt: at,
    members: Object.fromEntries(seed.members.map(({ login, role }) => [login, role])),
    secrets: {},
    variables: variablesOf(seed.variables, at),
    teams: [],
    subjectClaims: [],
  };
}

/** A repository as the seed or a request describes it. */
export function repositoryOf(owner: string, seed: RepositorySeed, at: string): Repository {
  const createdAt = seed.createdAt === undefined ? at : toSeconds(new Date(seed.createdAt));
  return {
    id: newId(),
    owner,
    name: seed.name,
    private: seed.private,
    defaultBranch: seed.defaultBranch ?? "main",
    createdAt,
    collaborators: seed.collaborators ?? {},
    secrets: {},
    variables: variablesOf(seed.variables, createdAt),
    environments: [],
    subject: { useDefault: true, claims: [], immutable: false },
    workflowIds: {},
  };
}

function variablesOf(values: Record<string, string> | undefined, at: string): Record<string, Variable> {
  const entries = Object.entries(values ?? {}).map(([key, value]) => {
    const name = key.toUpperCase();
    return [name, { name, value, createdAt: at, updatedAt: at }] as const;
  });
  return Object.fromEntries(entries);
}

function refuseDoubles(names: string[]): void {
  const seen = new Set<string>();
  for (const name of names.map((each) => each.toLowerCase())) {
    if (seen.has(name)) {
      throw new Error(`The seed names ${name} twice. Remedy: keep one of the two`);
    }
    seen.add(name);
  }
}
