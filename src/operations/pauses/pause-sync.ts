import type { Settings } from "../../catalog/settings";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { type Problem, problemOf, RemedyError } from "../../errors";
import { changePause, ledgerOf } from "../../ledger/ledger-store";
import { type Pause, readPause, unfitReason } from "../../ledger/pause";
import { inParallel } from "../in-parallel";

/** Why and how long the sync must be paused. */
export interface PauseRequest {
  reason: string;
  /** RFC 3339; until somebody resumes it where it is left out. */
  until?: string | undefined;
  /** Login of the person. */
  by: string;
  now: Date;
}

/** What became of one environment. */
export interface PauseOutcome {
  environment: string;
  /** The pause that stood before. */
  before?: Pause;
  /** Why nothing was done here. */
  failure?: Problem;
}

/**
 * Pauses the sync of environments: no run writes there once it has looked again, running ones included. An existing pause
 * is replaced. Needs the right to write the ledgers, and opens nothing.
 *
 * @returns an outcome for each environment, failures among them.
 * @throws RemedyError when the reason is none (unfitReason).
 */
export async function pauseSync(
  cloud: PulumiCloud,
  settings: Settings,
  environments: readonly string[],
  { reason, until, by, now }: PauseRequest,
): Promise<PauseOutcome[]> {
  const wrong = unfitReason(reason);
  if (wrong !== undefined)
    throw new RemedyError({
      code: "reason-invalid",
      subject: "the reason",
      cause: `it ${wrong}`,
      remedy: "say in a few words why; everybody may read them",
    });
  const since = now.toISOString();
  const pause = readPause({ reason, by, since, ...(until === undefined ? {} : { until }) });
  return setPause(cloud, settings, environments, pause);
}

/** Lets the sync of environments write again. @returns an outcome for each; without `before` it was not paused. */
export function resumeSync(
  cloud: PulumiCloud,
  settings: Settings,
  environments: readonly string[],
): Promise<PauseOutcome[]> {
  return setPause(cloud, settings, environments, undefined);
}

/** Sets the pause of environments, or ends it. */
function setPause(
  cloud: PulumiCloud,
  settings: Settings,
  environments: readonly string[],
  pause: Pause | undefined,
): Promise<PauseOutcome[]> {
  return inParallel(environments, async (deployment) => {
    try {
      const before = await changePause(ledgerOf(cloud, settings, deployment), () => pause);
      return { environment: deployment, ...(before === undefined ? {} : { before }) };
    } catch (error) {
      return { environment: deployment, failure: problemOf(error) };
    }
  });
}
