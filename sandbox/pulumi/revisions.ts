import { createHash } from "node:crypto";
import { own } from "./cloud";
import { notFound, serviceError } from "./service-error";
import type { Environment, Revision } from "./state";

/** The newest revision: every environment has one from its creation on. */
export function latestOf(environment: Environment): Revision {
  const latest = environment.revisions.at(-1);
  if (latest === undefined)
    throw new Error(`environment ${environment.project}/${environment.name} has no revision`);
  return latest;
}

/**
 * The revision a version names: a number, a tag, or "latest" (also when left out).
 * @throws 404 for an unknown one and for a retracted one ("can no longer be read or opened", `pulumi env version retract`).
 */
export function revisionOf(environment: Environment, version: string | undefined): Revision {
  if (version === undefined || version === "" || version === "latest") return latestOf(environment);
  const number = /^\d+$/.test(version) ? Number(version) : own(environment.revisionTags, version)?.revision;
  if (number === undefined) throw notFound(`revision tag '${version}'`);
  const found = environment.revisions.find((revision) => revision.number === number);
  if (found === undefined) throw notFound(`revision ${number}`);
  if (found.retracted !== undefined) throw notFound(`revision ${number} (retracted)`);
  return found;
}

/** Changes with every revision, and differs between environments of the same name after a delete. */
export function etagOf(environment: Environment, revision: Revision = latestOf(environment)): string {
  return createHash("sha256").update(`${environment.id}:${revision.number}`).digest("hex").slice(0, 32);
}

/**
 * Refuses a change made from something older than what is there now.
 *
 * @param given the request headers that say what it was made from. The CLI and the SDKs send `ETag`, drafts and the
 *   specification `If-Match`; each that is there must fit. None of both: last writer wins, as in the real service.
 * @throws 409
 */
export function refuseStale(environment: Environment, given: (string | undefined)[]): void {
  const now = etagOf(environment);
  const stale = given.some((tag) => tag !== undefined && tag !== "*" && tag.replace(/^W\/|"/g, "") !== now);
  if (stale) throw serviceError(409, "Conflict: the environment has changed since it was read");
}

/** Appends a revision and returns it. */
export function addRevision(environment: Environment, text: string, creator: string): Revision {
  const created = new Date().toISOString();
  const revision: Revision = {
    number: (environment.revisions.at(-1)?.number ?? 0) + 1,
    created,
    creator,
    text,
  };
  environment.revisions.push(revision);
  environment.modified = created;
  return revision;
}

/**
 * Marks a revision as withdrawn and points its tags to the replacement: the given one or the newest
 * unretracted one before it.
 * @throws 400 for the latest revision, for the only one, and for a replacement that cannot serve.
 */
export function retract(
  environment: Environment,
  number: number,
  by: string,
  wish: { replacement?: number; reason?: string },
): void {
  const revision = revisionOf(environment, String(number));
  if (revision === latestOf(environment))
    throw serviceError(
      400,
      "Bad Request: the latest revision may not be retracted; update the environment first",
    );
  const usable = environment.revisions.filter((r) => r.retracted === undefined && r.number !== number);
  const replacement =
    wish.replacement === undefined
      ? usable.findLast((r) => r.number < number)
      : usable.find((r) => r.number === wish.replacement);
  if (replacement === undefined)
    throw serviceError(400, `Bad Request: revision ${number} has no replacement`);
  revision.retracted = {
    timestamp: new Date().toISOString(),
    reason: wish.reason ?? "",
    replacement: replacement.number,
    by,
  };
  for (const tag of Object.values(environment.revisionTags))
    if (tag.revision === number) tag.revision = replacement.number;
}
