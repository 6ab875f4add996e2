import { setTimeout as sleep } from "node:timers/promises";
import { WORKFLOW_FILE } from "../../../secrets/layout";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";

/** A sync by hand is for the day GitHub is down: it is not kept waiting for an answer it can do without. */
const PATIENCE_MS = 5000;

/**
 * The newest run of the sync that GitHub has, of all carriers: every run up to it has been queued by now, and brings what
 * GitHub held before.
 *
 * @returns undefined where GitHub does not tell: there is no token, it may not see runs, or nothing answers in time.
 */
export async function newestRun(doors: Doors): Promise<number | undefined> {
  const asked = inParallel(doors.project.settings.carriers, (carrier) => newestOf(doors, carrier));
  const late = sleep<undefined[]>(PATIENCE_MS, [], { ref: false });
  const found = await Promise.race([asked, late]);
  const ids = found.flatMap((id) => id ?? []);
  return ids.length === 0 ? undefined : Math.max(...ids);
}

async function newestOf(doors: Doors, carrier: string): Promise<number | undefined> {
  try {
    const call = doors.githubCall();
    const path = `/repos/${call.organization}/${carrier}/actions/workflows/${WORKFLOW_FILE}/runs?per_page=1`;
    const { workflow_runs: runs } = await call.get(call.ofRepository(carrier), path);
    const [id] = (Array.isArray(runs) ? runs : []).map((run: { id?: unknown } | null) => run?.id);
    return typeof id === "number" ? id : undefined;
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return undefined;
  }
}
