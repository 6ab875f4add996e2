import { passesFilter } from "./filter-pattern";
import type { WorkflowEvent } from "./run-request";
import type { Triggers } from "./workflow-file";

/** Whether an event starts a workflow with these triggers. */
export function fires(on: Triggers, event: WorkflowEvent): boolean {
  if (event.name === "workflow_dispatch") return on.workflow_dispatch !== undefined;
  if (event.name === "schedule") return (on.schedule ?? []).some(({ cron }) => cron === event.cron);
  return on.push !== undefined && refPasses(on.push, event.ref) && pathsPass(on.push, event);
}

type Push = NonNullable<Triggers["push"]>;

/** A push that names only branches ignores tags, and the other way round. */
function refPasses(push: Push, ref: string): boolean {
  const kind = ref.startsWith("refs/tags/") ? "tags" : "branches";
  const other = kind === "tags" ? "branches" : "tags";
  const name = shortRef(ref);
  const [only, ignored] = [push[kind], push[`${kind}-ignore`]];
  if (only !== undefined) return passesFilter(name, only);
  if (ignored !== undefined) return !passesFilter(name, ignored);
  return push[other] === undefined && push[`${other}-ignore`] === undefined;
}

/** Tags are never judged by their paths. */
function pathsPass(push: Push, event: { ref: string; changedPaths: string[] }): boolean {
  if (event.ref.startsWith("refs/tags/")) return true;
  const { paths: only, "paths-ignore": ignored } = push;
  if (only !== undefined) return event.changedPaths.some((path) => passesFilter(path, only));
  if (ignored !== undefined) return event.changedPaths.some((path) => !passesFilter(path, ignored));
  return true;
}

/** `main` of `refs/heads/main`, `v1` of `refs/tags/v1`. */
export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, "");
}
