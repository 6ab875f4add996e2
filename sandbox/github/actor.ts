import { GitHubError } from "./github-error";
import { type GitHubState, tokenHash } from "./github-state";
import type { Installation, InstallationTokens } from "./installation-tokens";

/** Who a request speaks for. */
export type Actor =
  | { kind: "anonymous" }
  | { kind: "user"; login: string; id: number; scopes: string[] }
  | { kind: "installation"; login: "github-actions[bot]"; installation: Installation };

/** Name for the audit log. */
export function actorName(actor: Actor): string {
  return actor.kind === "anonymous" ? "anonymous" : actor.login;
}

/**
 * @param header `Authorization: Bearer T` (go-github, fetch) or `token T` (octokit), or Basic with any user name and the token as the
 *   password (git); none at all is anonymous.
 * @throws GitHubError 401 `Bad credentials` on an unknown, revoked or expired token: GitHub does not distinguish them.
 */
export function authenticate(
  header: string | undefined,
  state: GitHubState,
  installations: InstallationTokens,
  now: Date,
): Actor {
  if (header === undefined) return { kind: "anonymous" };
  const basic = /^basic +(\S+)$/i.exec(header)?.[1];
  const token =
    basic === undefined
      ? /^(?:bearer|token) +(\S+)$/i.exec(header)?.[1]
      : Buffer.from(basic, "base64").toString("utf8").split(":")[1];
  if (token === undefined) throw badCredentials();
  const installation = installations.find(token);
  if (installation !== undefined) return { kind: "installation", login: "github-actions[bot]", installation };
  const hash = tokenHash(token);
  const stored = state.tokens.find((each) => each.hash === hash);
  if (stored === undefined) throw badCredentials();
  if (stored.expiresAt !== null && new Date(stored.expiresAt) <= now) throw badCredentials();
  return { kind: "user", login: stored.login, id: state.users[stored.login] ?? 0, scopes: stored.scopes };
}

function badCredentials(): GitHubError {
  return new GitHubError(401, "Bad credentials", { documentation: "https://docs.github.com/rest" });
}

/** What a scope includes besides itself (docs: "Scopes for OAuth apps"). */
const INCLUDED: Record<string, string[]> = {
  "admin:org": ["write:org", "read:org"],
  "write:org": ["read:org"],
  repo: ["public_repo", "repo:status", "repo_deployment"],
};

/** Whether one of the accepted scopes is among what the token has. */
export function hasScope(scopes: string[], accepted: string[]): boolean {
  const held = new Set(scopes.flatMap((scope) => [scope, ...(INCLUDED[scope] ?? [])]));
  return accepted.some((scope) => held.has(scope));
}
