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
  /** Carriers whose newest run ended as a failure. */
  failed: readonly FailedRun[];
}

/** A run of one carrier that ended as a failure. */
export interface FailedRun {
  carrier: string;
  id: number;
  /** Its page. */
  page: string;
}

/** @returns undefined where GitHub tells of no carrier: there is no token, or it may not see runs. */
export async function newestRun(context: Context): Promise<NewestRun | undefined> {
  const found = await inParallel(context.project.settings.carriers, (carrier) => newestOf(context, carrier));
  const told = found.filter((each) => each !== undefined);
  if (told.length === 0) return undefined;
  return {
    id: Math.max(...told.map(({ id }) => id)),
    isWhole: told.length === found.length,
    failed: told.flatMap(({ failed }) => failed ?? []),
  };
}

/** A sync by hand is for the day GitHub is down: it is not kept waiting for an answer it can do without. */
const PATIENCE_MS = 5000;

/** The same; undefined also where nothing answers in time. */
export function newestRunInTime(context: Context): Promise<NewestRun | undefined> {
  return Promise.race([newestRun(context), sleep(PATIENCE_MS, undefined, { ref: false })]);
}

async function newestOf(
  context: Context,
  carrier: string,
): Promise<{ id: number; failed?: FailedRun } | undefined> {
  try {
    const call = context.githubCall();
    const path = `/repos/${call.organization}/${carrier}/actions/workflows/${WORKFLOW_FILE}/runs?per_page=1`;
    const { workflow_runs: runs } = await call.get(call.ofRepository(carrier), path);
    if (!Array.isArray(runs)) return undefined;
    const [newest] = runs as ({ id?: unknown; conclusion?: unknown; html_url?: unknown } | null)[];
    if (newest === undefined) return { id: 0 };
    const { id, conclusion, html_url: page } = newest ?? {};
    if (typeof id !== "number") return undefined;
    return conclusion === "failure" ? { id, failed: { carrier, id, page: String(page ?? "") } } : { id };
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return undefined;
  }
}
