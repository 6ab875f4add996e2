import type { Organization, Repository } from "./github-state";

/** From here on new repositories' subjects carry ids (docs: OIDC reference, immutable subject claims). */
const IMMUTABLE_SINCE = "2026-07-15T00:00:00Z";

/** Whether the repository's `sub` is `repo:OWNER@ID/NAME@ID:...`. */
export function hasImmutableSubject(repository: Repository): boolean {
  return repository.subject.immutable || repository.createdAt > IMMUTABLE_SINCE;
}

/**
 * `sub` of an id token under the repository's template, which counts only when the repository asked for one with
 * `use_default: false`: an organization's template alone changes nothing. The ids of an immutable subject stay.
 *
 * @param claims what the runner made, `sub` in the default form included.
 */
export function subjectOf(
  claims: Record<string, unknown>,
  repository: Repository,
  organization: Organization,
): string {
  const standard = String(claims.sub ?? "");
  const { useDefault, claims: own } = repository.subject;
  const keys = own.length > 0 ? own : organization.subjectClaims;
  if (useDefault || keys.length === 0) return standard;
  const [, repo = "", context = ""] = /^(repo:[^:]+):(.*)$/.exec(standard) ?? [];
  const part = (key: string) => {
    if (key === "repo") return repo;
    if (key === "context") return context;
    return `${key}:${String(claims[key] ?? "").replaceAll(":", "%3A")}`;
  };
  return keys.map(part).join(":");
}
