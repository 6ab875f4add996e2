/** What a permission on a repository allows, weakest first. */
export type RepositoryPermission = "none" | "read" | "write" | "admin";

export type Plan = "free" | "team" | "enterprise";

export interface RepositorySeed {
  name: string;
  private: boolean;
  /** Default `main`. */
  defaultBranch?: string;
  /** RFC 3339. After 2026-07-15 the id token's `sub` carries ids. Default: when the sandbox first starts. */
  createdAt?: string;
  /** Path to text: the first commit. */
  files?: Record<string, string>;
  /** Login to permission, for members who may do more than read. Owners are administrators everywhere. */
  collaborators?: Record<string, RepositoryPermission>;
  variables?: Record<string, string>;
}

export interface OrganizationSeed {
  login: string;
  members: { login: string; role: "admin" | "member" }[];
  repositories: RepositorySeed[];
  /** Default `team`: environments without reviewers on private repositories, no audit-log endpoint. */
  plan?: Plan;
  variables?: Record<string, string>;
}

/** A classic personal access token. */
export interface TokenSeed {
  token: string;
  login: string;
  scopes: string[];
  /** RFC 3339; never when left out. */
  expiresAt?: string;
}

/** Where the sandbox's GitHub starts from, and returns to. */
export interface GitHubSeed {
  organizations: OrganizationSeed[];
  tokens: TokenSeed[];
}
