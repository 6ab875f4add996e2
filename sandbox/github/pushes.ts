import { type Actor, actorName } from "./actor";
import type { GitHubParts } from "./github-app";
import type { Repository } from "./github-state";

/** Words in a commit message that keep a push from starting workflows (docs: "Skipping workflow runs"). */
const SKIP = /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/;

/** Records that a ref is about to move: before it does, so that what cannot be recorded does not happen. */
export function recordPush(parts: GitHubParts, repository: Repository, actor: Actor, ref: string): void {
  parts.audit.append({
    service: "github",
    actor: actorName(actor),
    action: "git.push",
    target: `${repository.owner}/${repository.name}`,
    outcome: "success",
    details: { ref, before: parts.git.of(repository).readRef(ref) ?? "" },
  });
}

/**
 * Starts the workflows that fit a ref that has moved. Pushes made with a GITHUB_TOKEN start none (docs:
 * "Triggering a workflow"), so that a workflow cannot start itself for ever.
 */
export function startWorkflows(
  parts: GitHubParts,
  repository: Repository,
  actor: Actor,
  ref: string,
  sha: string,
): void {
  const runner = parts.runner;
  if (actor.kind === "installation" || runner === undefined) return;
  const git = parts.git.of(repository);
  if (SKIP.test(git.commit(sha)?.message ?? "")) return;
  const changedPaths = git.changedFiles(sha).map((file) => file.path);
  const event = { name: "push" as const, ref, sha, changedPaths, actor: actorName(actor) };
  runner.trigger(`${repository.owner}/${repository.name}`, event);
}
