import { setTimeout as sleep } from "node:timers/promises";
import { WORKFLOW_FILE } from "../../catalog/layout";
import { RemedyError } from "../../errors";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";

/** The newest run of the sync that GitHub has: every run up to it has been queued by now. */
export interface NewestRun {
  /** 0 where none has one. */
  id: number;
  /** Whether every carrier told. Where one did not, it may have a newer one. */
  isWhole: boolean;
}

/** @returns undefined where GitHub tells of no carrier: there is no token, or it may not see runs. */
export async function newestRun(context: Context): Promise<NewestRun | undefined> {
  const found = await inParallel(context.project.settings.carriers, (carrier) => newestOf(context, carrier));
  const ids = found.flatMap((id) => id ?? []);
  return ids.length === 0 ? undefined : { id: Math.max(...ids), isWhole: ids.length === found.length };
}

/** A sync by hand is for the day GitHub is down: it is not kept waiting for an answer it can do without. */
const PATIENCE_MS = 5000;

/** The same; undefined also where nothing answers in time. */
export function newestRunInTime(context: Context): Promise<NewestRun | undefined> {
  return Promise.race([newestRun(context), sleep(PATIENCE_MS, undefined, { ref: false })]);
}

async function newestOf(context: Context, carrier: string): Promise<number | undefined> {
  try {
    const call = context.githubCall();
    const path = `/repos/${call.organization}/${carrier}/actions/workflows/${WORKFLOW_FILE}/runs?per_page=1`;
    const { workflow_runs: runs } = await call.get(call.ofRepository(carrier), path);
    if (!Array.isArray(runs)) return undefined;
    const [newest] = runs as ({ id?: unknown } | null)[];
    if (newest === undefined) return 0;
    return typeof newest?.id === "number" ? newest.id : undefined;
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return undefined;
  }
}
