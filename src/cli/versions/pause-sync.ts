import { isDeepStrictEqual } from "node:util";
import { withPause } from "../../../secrets/edit-ledger";
import { ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import { type Pause, readPause, unfitReason } from "../../../secrets/pause";
import type { Settings } from "../../../secrets/settings";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { messageOf, RemedyError } from "../../errors";
import { inParallel } from "../in-parallel";
import { editLedgerText } from "./edit-ledger-text";

/** Why and how long the sync shall rest. */
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
  failure?: string;
}

/**
 * Pauses the sync of environments: from its next look on no run writes there, those that run included. A pause that
 * stands is replaced. Needs the right to write the ledgers, and opens nothing.
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
    throw new RemedyError("the reason", `it ${wrong}`, "say in a few words why; everybody may read them");
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

/** Sets or takes away the pause of environments. */
function setPause(
  cloud: PulumiCloud,
  settings: Settings,
  environments: readonly string[],
  pause: Pause | undefined,
): Promise<PauseOutcome[]> {
  return inParallel(environments, async (environment) => {
    try {
      const before = await changePause(cloud, settings, environment, () => pause);
      return { environment, ...(before === undefined ? {} : { before }) };
    } catch (error) {
      if (!(error instanceof RemedyError)) throw error;
      return { environment, failure: messageOf(error) };
    }
  });
}

/**
 * Changes the pause of one environment.
 *
 * @param change gives the pause that shall stand, from the one that does; asked again where somebody wrote in between.
 *   What it throws ends the change.
 * @returns the pause that stood before.
 * @throws RemedyError when the ledger cannot be read or written.
 */
export async function changePause(
  cloud: PulumiCloud,
  settings: Settings,
  environment: string,
  change: (standing: Pause | undefined) => Pause | undefined,
): Promise<Pause | undefined> {
  let before: Pause | undefined;
  let round = 0;
  const path = pathOf(ledgerEnvironment(settings, environment));
  await editLedgerText(cloud, path, settings.carriers.length > 1, (text) => {
    const standing = parseLedger(text).paused;
    const next = change(standing);
    round += 1;
    // In later rounds it may be our own, whose answer was lost.
    if (round === 1) before = standing;
    return isDeepStrictEqual(standing, next) ? undefined : withPause(text, next);
  });
  return before;
}
