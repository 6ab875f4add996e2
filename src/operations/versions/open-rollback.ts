import { dayOf } from "../../catalog/dates";
import { pathOf, valuesEnvironment } from "../../catalog/layout";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { currentPerson } from "../../clients/pulumi-organization";
import { type Proposer, refuseOthers } from "../../clients/pulumi-proposals";
import { RemedyError } from "../../errors";
import { catalogOn } from "../../sync/catalog-day";
import { buildJobCatalog, type JobCatalog } from "../../sync/job-catalog";
import { isChange } from "../../sync/plan";
import { proposingCloud } from "../../sync/proposing-cloud";
import { findTarget } from "../../sync/sync";
import { ValuesText } from "../../sync/values-text";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import {
  findTargets,
  type GroupRollback,
  type GroupView,
  type RollbackTarget,
  rolledBackText,
  viewRollback,
} from "./roll-back-group";

/** A rollback as it was found: nothing is written yet. */
export interface OpenRollback {
  /** A client that writes, or proposes where a rule wants the values approved. */
  cloud: PulumiCloud;
  needsApproval: boolean;
  seen: readonly { group: GroupRollback; view: GroupView }[];
}

/**
 * Looks at all groups of a rollback: which revision, what it held, what stands now, and whether something else waits
 * for approval there.
 *
 * @throws RemedyError when a group cannot be looked at, or somebody else's change of one waits: there can be one at a
 *   time, and who approves that one would bring in what this is to take back.
 */
export async function openRollback(
  context: Context,
  direct: PulumiCloud,
  request: RollbackRequest,
): Promise<OpenRollback> {
  const { catalog, project, now } = context;
  const job = catalogOn(buildJobCatalog(catalog, project.settings), dayOf(now()));
  const target = findTarget(job, request.environment, "rollback");
  const proposer = proposerOf(context, request);
  const cloud = proposingCloud(target, direct, context.cloudCall, proposer);
  const needsApproval = target.approvals === true;
  const seen = await inParallel(await lookUp(context, job, cloud, request), async (group) => {
    const view = await viewRollback(group, cloud);
    if (needsApproval && view.lines.some(isChange))
      await refuseOthers(group.environment, context.cloudCall(), proposer, rolledBackText(group, view));
    return { group, view };
  });
  return { cloud, needsApproval, seen };
}

/**
 * Run again by the same person, it is the same proposal, unless somebody added a text to it; by another one, where it holds
 * the same text.
 */
function proposerOf(context: Context, { to }: RollbackRequest): Proposer {
  const origin = `rollback to ${to}`;
  return {
    origin,
    isOwn: async ({ description, by, revision }) =>
      description === origin &&
      revision <= 1 &&
      by !== "" &&
      by === (await currentPerson(context.cloudCall())),
  };
}

/** Everything of the groups that does not change any more: which revision, and its text. */
async function lookUp(
  { project: { settings } }: Context,
  job: JobCatalog,
  cloud: PulumiCloud,
  { environment, groups, to }: RollbackRequest,
): Promise<GroupRollback[]> {
  const here = job.secrets.filter((secret) => secret.environments.includes(environment));
  const places = groups.map((group) => [group, pathOf(valuesEnvironment(settings, environment, group))]);
  const targets = await findTargets(cloud, Object.fromEntries(places), to);
  return inParallel(targets, async (target) => {
    const text = await cloud.revisions.text(target.environment, target.revision.number);
    const secrets = here.filter(({ group }) => group === target.group);
    const earlier = earlierText(text, job.appRoot, target);
    return { ...target, appRoot: job.appRoot, secrets, earlier };
  });
}

/** @throws RemedyError for a text without values: to go back to it would delete all that stand. */
function earlierText(text: string, appRoot: string, { environment, revision }: RollbackTarget): ValuesText {
  const thing = `${environment}@${revision.number}`;
  const earlier = new ValuesText(text, appRoot, thing);
  if (earlier.hasValues()) return earlier;
  const reason = "its text has no values: to go back to it would delete every value; nothing was written";
  throw new RemedyError({
    code: "revision-empty",
    subject: thing,
    cause: reason,
    remedy: `${COMMAND} history lists the revisions; name another`,
  });
}

/** What a person asked for. */
export interface RollbackRequest {
  environment: string;
  groups: readonly string[];
  /** A revision's number or a tag. */
  to: string;
  dryRun: boolean;
  allowMany: boolean;
  /** Login of the person; asked only when something is written. */
  by: () => Promise<string>;
}
