import { isOutage } from "../../clients/pulumi-call";
import type { EnvironmentText, PulumiCloud } from "../../clients/pulumi-cloud";
import { AwaitingApprovalError } from "../../clients/pulumi-proposals";
import { RemedyError } from "../../errors";
import type { JobSecret } from "../../sync/job-catalog";
import { isChange, notCarriedOut, type PlanLine, withEarlier } from "../../sync/plan";
import { pauseBeforeRound, roundsAfter } from "../../sync/rounds";
import type { GroupReport } from "../../sync/sync-groups";
import { ValuesText } from "../../sync/values-text";
import type { RollbackTarget } from "./find-target-revision";
import { planRollback } from "./plan-rollback";

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
 * whether the write was carried out, it reads and plans again. Failures are told, not thrown: the other groups go on.
 *
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
  for (let round = 1; ; round += 1) {
    let isSent = false;
    try {
      if (round > 1) view = await viewAgain(group, cloud, mayWrite);
      const { current, lines } = view;
      const all = withEarlier(lines, sent);
      if (!lines.some(isChange)) return { ...about, lines: all, revision: current.revision, touched };
      const text = rolledBackText(group, view);
      isSent = true;
      const revision = await cloud.write(group.environment, text, current.etag);
      return { ...about, lines: all, revision, touched: true };
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
      if (isSent && isOutage(error)) {
        touched = true;
        sent = first.lines;
      }
      if (round >= roundsAfter(error, isSent)) return { ...about, ...endedBy(error, view), touched };
      await pauseBeforeRound(round);
    }
  }
}

/** In this order: no write can follow one that was made under another's pause, for its ETag or `mayWrite` holds it back. */
async function viewAgain(
  group: GroupRollback,
  cloud: PulumiCloud,
  mayWrite: () => Promise<void>,
): Promise<GroupView> {
  const view = await viewRollback(group, cloud);
  if (view.lines.some(isChange)) await mayWrite();
  return view;
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
