import type { Right } from "../../access/access-matrix";
import { type Problem, RemedyError } from "../../errors";
import type { ObservedAccess } from "../access/access-differences";
import { readAccess } from "../access/access-rights";
import type { Context } from "../context";
import { readReviews, type Signer, writeReview } from "./review-files";
import type { Decision, ReviewRecord } from "./review-record";
import { isDue, type ReviewRow, reviewRows, secretsUnder } from "./review-state";

/** Rights that are decided on together: one identity, one policy, the same terms; over groups and environments. */
export interface ReviewBundle {
  identity: Right["identity"];
  level: string;
  because: Right["because"];
  rows: ReviewRow[];
}

/** Every right with its review. */
export interface AccessReviews {
  rows: ReviewRow[];
  /** Reviews that do not count, and why. */
  problems: Problem[];
}

/**
 * Joins the rights with their reviews.
 *
 * @param observed what Pulumi Cloud said: its administrators are reviewed too, although nothing declares them.
 */
export function joinReviews(
  context: Pick<Context, "catalog" | "project" | "env" | "now">,
  rights: readonly Right[],
  observed: Pick<ObservedAccess, "members"> | undefined,
): AccessReviews {
  const { catalog, project, now } = context;
  const { reviews, problems } = readReviews(context);
  const all = [...rights, ...administrators(observed)];
  const interval = project.settings.accessReview;
  return { rows: reviewRows(all, reviews, catalog, { now: now(), interval }), problems };
}

function administrators(observed: Pick<ObservedAccess, "members"> | undefined): Right[] {
  return (observed?.members ?? [])
    .filter(({ isAdmin }) => isAdmin)
    .map(({ login }) => ({
      environment: "(all)",
      group: "(all)",
      identity: { type: "user", name: login },
      level: "admin",
      because: [{ policy: "(administrator)", why: "Administrators of the organization may do everything" }],
    }));
}

/** Reads access and reviews. @param question narrows to an environment or an identity. */
export async function readAccessReviews(
  context: Context,
  question: { environment: string | undefined; identity: string | undefined },
): Promise<AccessReviews> {
  const { rights, observed } = await readAccess(context, { names: [], ...question });
  const members = (observed?.members ?? []).filter(
    ({ login }) =>
      question.environment === undefined && (question.identity === undefined || login === question.identity),
  );
  return joinReviews(context, rights, observed && { members });
}

/** What must be decided, in as few questions as it takes. @param all also what was reviewed in time. */
export function bundlesOf(rows: readonly ReviewRow[], all: boolean): ReviewBundle[] {
  const bundles = new Map<string, ReviewBundle>();
  for (const row of rows.filter((each) => all || isDue(each))) {
    const { identity, level, maxOpenDuration, because } = row.right;
    const terms = maxOpenDuration === undefined ? level : `${level} for ${maxOpenDuration}`;
    const key = JSON.stringify([identity, terms, because]);
    const bundle = bundles.get(key) ?? { identity, level: terms, because, rows: [] };
    bundle.rows.push(row);
    bundles.set(key, bundle);
  }
  return [...bundles.values()];
}

/**
 * Signs and writes what was decided.
 *
 * @param decided bundles with the reviewer's word; what was put off is left out.
 * @returns the file that was written, in the project.
 * @throws RemedyError when nothing was decided, and as `writeReview`.
 */
export function recordReview(
  context: Context,
  decided: readonly { bundle: ReviewBundle; decision: Decision }[],
  signer: Signer,
  note: string | undefined,
): string {
  const { catalog, project, now } = context;
  const rights = decided.flatMap(({ bundle, decision }) =>
    bundle.rows.map(
      ({ right: { environment, group, rotator, identity, level, maxOpenDuration, because } }) => ({
        environment,
        group,
        ...(rotator === undefined ? {} : { rotator }),
        identity,
        level,
        ...(maxOpenDuration === undefined ? {} : { maxOpenDuration }),
        because: because.map(({ policy, why }) => ({ policy, why })),
        decision,
      }),
    ),
  );
  if (rights.length === 0)
    throw new RemedyError({
      code: "review-empty",
      subject: "the review",
      cause: "nothing was decided, so there is nothing to sign",
      remedy: "run it again, and answer keep or remove",
    });
  const secrets = Object.fromEntries(
    rights
      .filter(({ rotator }) => rotator === undefined)
      .map((right) => [`${right.environment}/${right.group}`, secretsUnder(right, catalog)]),
  );
  const record: ReviewRecord = {
    kind: "sophia-secrets access review",
    version: 1,
    organization: project.settings.githubOrganization,
    application: project.settings.application,
    reviewer: signer.reviewer,
    at: now().toISOString(),
    ...(note === undefined ? {} : { note }),
    rights,
    secrets,
  };
  return writeReview(context, record, signer);
}
