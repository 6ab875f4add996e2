import { isOutage } from "../../clients/pulumi-call";
import type { EnvironmentText, PulumiCloud, Revision } from "../../clients/pulumi-cloud";
import { AwaitingApprovalError } from "../../clients/pulumi-proposals";
import { inRounds } from "../../clients/write-rounds";
import { RemedyError } from "../../errors";
import type { JobSecret } from "../../sync/job-catalog";
import { isChange, notCarriedOut, type PlanLine, withEarlier } from "../../sync/plan";
import { ciphertextOf } from "../../sync/secret-node";
import type { GroupReport } from "../../sync/sync-groups";
import { ValuesText } from "../../sync/values-text";
import { COMMAND } from "../../text";
import { inParallel } from "../in-parallel";

/** One group to bring back. */
export interface GroupRollback extends RollbackTarget {
  appRoot: string;
  secrets: readonly JobSecret[];
  /** Text of the revision to go back to. */
  earlier: ValuesText;
}

export interface GroupView {
  current: EnvironmentText;
  lines: PlanLine[];
}

/** What became of one group. */
export interface GroupOutcome extends GroupReport {
  /** Whether something was written, or may have been. */
  touched: boolean;
}

/** Reads one values environment as it stands, and plans. @throws RemedyError when the service refuses. */
export async function viewRollback(group: GroupRollback, cloud: PulumiCloud): Promise<GroupView> {
  const current = await cloud.read(group.environment);
  const text = new ValuesText(current.text, group.appRoot, group.environment);
  const lines = planRollback(group.secrets, text, group.earlier, group.revision.number);
  return { current, lines };
}

/** The text that carries the plan out: secrets as ciphertext, so it is the same each time and whoever makes it. */
export function rolledBackText(group: GroupRollback, { current, lines }: GroupView): string {
  const text = new ValuesText(current.text, group.appRoot, group.environment);
  for (const line of lines.filter(isChange)) apply(group, line, text);
  return text.toString();
}

/**
 * Writes the plan as one new revision, or proposes it, with the ETag of its read; on a conflict, or when it is not known
 * whether the write was carried out, it reads and plans again. What somebody set since the first look is not taken back: the
 * person who asked has not seen it. Failures are told, not thrown: the other groups go on.
 *
 * @param first what the person has seen.
 * @param mayWrite throws RemedyError where nothing may be written any more. Asked before it writes over what somebody
 *   else wrote: that may be another rollback, which has paused the sync in its turn.
 */
export async function rollBackGroup(
  group: GroupRollback,
  first: GroupView,
  cloud: PulumiCloud,
  mayWrite: () => Promise<void>,
): Promise<GroupOutcome> {
  const about = { group: group.group, environment: group.environment };
  let sent: PlanLine[] = [];
  let touched = false;
  let view = first;
  try {
    return await inRounds({}, async ({ number, sends }) => {
      if (number > 1) view = await viewAgain(group, first, cloud, mayWrite);
      const { current, lines } = view;
      const all = withEarlier(lines, sent);
      if (!lines.some(isChange)) return { ...about, lines: all, revision: current.revision, touched };
      const text = rolledBackText(group, view);
      sends();
      const revision = await cloud.write(group.environment, text, current.etag).catch((error) => {
        if (isOutage(error)) {
          touched = true;
          sent = first.lines;
        }
        throw error;
      });
      return { ...about, lines: all, revision, touched: true };
    });
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return { ...about, ...endedBy(error, view), touched };
  }
}

/** In this order: no write can follow one that was made under someone else's pause, because its ETag or `mayWrite` holds it back. */
async function viewAgain(
  group: GroupRollback,
  first: GroupView,
  cloud: PulumiCloud,
  mayWrite: () => Promise<void>,
): Promise<GroupView> {
  const view = await viewRollback(group, cloud);
  if (view.lines.some(isChange)) await mayWrite();
  return { ...view, lines: refuseUnseen(group, first, view) };
}

function refuseUnseen({ secrets, appRoot, environment }: GroupRollback, first: GroupView, view: GroupView) {
  const [seen, stands] = [first, view].map(
    ({ current }) => new ValuesText(current.text, appRoot, environment),
  );
  return view.lines.map((line): PlanLine => {
    const secret = secrets.find(({ name }) => name === line.name);
    if (!isChange(line) || secret === undefined) return line;
    if (JSON.stringify(seen?.stored(secret)) === JSON.stringify(stands?.stored(secret))) return line;
    const { name, holds } = line;
    const reason = "somebody set it while this rollback ran; run it again to take that back too";
    return { name, ...(holds === undefined ? {} : { holds }), verb: "refused", code: "older", reason };
  });
}

function endedBy(
  error: RemedyError,
  { lines }: GroupView,
): Pick<GroupReport, "lines" | "failure" | "awaiting"> {
  if (error instanceof AwaitingApprovalError)
    return { lines: notCarriedOut(lines, "pending"), awaiting: error.message };
  return { lines: [], failure: error.message };
}

function apply({ secrets, earlier }: GroupRollback, line: PlanLine, text: ValuesText): void {
  const secret = secrets.find(({ name }) => name === line.name);
  if (secret === undefined) throw new Error(`plan names ${line.name}, which is not of this group`);
  if (line.writes === "removal") {
    text.remove(secret);
    return;
  }
  text.putBack(secret, earlier);
  text.map(secret);
}

/** What ESC holds, for the brake: something, of which nobody needs to know more. */
const SOMETHING = "stored";

/**
 * The plan to bring one values environment back to an earlier revision of it: a pure function of two texts with their
 * secrets as ciphertext, in the words of the sync's plan.
 *
 * The catalog decides what is brought back: of its secrets all, also those that were deleted since; none whose tombstone
 * is due, and nothing that it does not know. A secret that had no value then loses the one it has, which stays in the
 * history. Only stored secrets are brought back: the placeholder and empty texts are in plain text, if anywhere.
 *
 * @param revision of the earlier text, for the reasons.
 */
export function planRollback(
  secrets: readonly JobSecret[],
  current: ValuesText,
  earlier: ValuesText,
  revision: number,
): PlanLine[] {
  return secrets.map((secret) => {
    const { name } = secret;
    const holds = current.has(secret) ? { holds: SOMETHING } : {};
    const was = earlier.stored(secret);
    if (secret.due === true) return { name, ...holds, verb: "unchanged", ...dueReason(was) };
    const line = planOne(secret, current, was, revision);
    const obstacle = line.writes === undefined ? undefined : current.obstacle(secret);
    if (obstacle === undefined) return { ...holds, ...line };
    return { name, ...holds, verb: "refused", reason: obstacle };
  });
}

function dueReason(was: unknown): Pick<PlanLine, "reason"> {
  return was === undefined ? {} : { reason: "its tombstone is due: it is not brought back" };
}

function planOne(secret: JobSecret, current: ValuesText, was: unknown, revision: number): PlanLine {
  const { name } = secret;
  const is = current.has(secret) ? current.stored(secret) : undefined;
  if (JSON.stringify(was) === JSON.stringify(is)) return { name, verb: "unchanged" };
  if (was === undefined) {
    if (!current.isBound(secret)) {
      const reason = `what is there is not the sync's, and nothing was there at revision ${revision}`;
      return { name, verb: "refused", reason };
    }
    return { name, verb: "delete", writes: "removal", reason: `it had no value at revision ${revision}` };
  }
  const ciphertext = ciphertextOf(was);
  if (ciphertext === undefined) {
    const reason = `at revision ${revision} it was in plain text, or not as the sync stores it; set its value in GitHub`;
    return { name, verb: "refused", reason };
  }
  if (is === undefined) return { name, verb: "create", writes: "value", holds: SOMETHING };
  if (ciphertextOf(is) === ciphertext) return { name, verb: "unchanged" };
  return { name, verb: "update", writes: "value", holds: SOMETHING };
}

/** A group's values environment and the revision to go back to. */
export interface RollbackTarget {
  group: string;
  /** `project/name`. */
  environment: string;
  revision: Revision;
}

/**
 * The revision of each group that a number or a tag names.
 *
 * @param places values environment of each group, by group.
 * @throws RemedyError for a number and several groups: theirs have nothing to do with each other.
 * @throws RemedyError naming the groups that have no such revision, or a retracted one.
 */
export async function findTargets(
  cloud: PulumiCloud,
  places: Readonly<Record<string, string>>,
  to: string,
): Promise<RollbackTarget[]> {
  const isNumber = /^\d+$/.test(to);
  const groups = Object.entries(places);
  if (isNumber && groups.length > 1) {
    const remedy = "name one with --group, or a tag of all: history lists them";
    throw new RemedyError({
      code: "revision-ambiguous",
      subject: "--to",
      cause: "a revision's number belongs to one group",
      remedy,
    });
  }
  const found = await inParallel(groups, async ([group, environment]) => {
    const revisions = await cloud.revisions.list(environment);
    const named = ({ number, tags }: Revision) => (isNumber ? number === Number(to) : tags.includes(to));
    return { group, environment, revision: revisions.find(named) };
  });
  const targets = found.flatMap(({ revision, ...rest }) =>
    revision === undefined || revision.retracted ? [] : [{ ...rest, revision }],
  );
  const without = groups
    .map(([group]) => group)
    .filter((name) => !targets.some(({ group }) => group === name));
  if (without.length === 0) return targets;
  throw new RemedyError({
    code: "revision-unknown",
    subject: without.join(", "),
    cause: `no revision there is ${isNumber ? `number ${to}` : `tagged ${to}`}, or it was retracted; nothing was written`,
    remedy: `${COMMAND} history lists what there is; --group takes one group alone${untaggedRuns(to)}`,
  });
}

/** The sync tags what is new, and only where it saw every group. */
function untaggedRuns(to: string): string {
  if (!/^(run|hand)-/.test(to)) return "";
  return ". A run that changed nothing, took only some names or failed in part has no tag: name the revision's number instead";
}
