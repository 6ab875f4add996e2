import type { Settings } from "../../catalog/settings";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { messageOf, RemedyError } from "../../errors";
import { type Pause, readPause, unfitReason } from "../../ledger/pause";
import { inParallel } from "../in-parallel";
import { changePause } from "../ledger-store";

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
    throw new RemedyError({
      code: "?",
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

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * When a pause ends: `--for` a time from now (`30m`, `4h`, `2d`, `1w`), or `--until` a day or a time of RFC 3339, UTC.
 *
 * @returns RFC 3339; undefined when neither was typed.
 * @throws RemedyError for both, for what is no time, and for a time gone by.
 */
export function parseUntil(
  { span, moment }: { span: string | undefined; moment: string | undefined },
  now: Date,
): string | undefined {
  if (span !== undefined && moment !== undefined)
    throw new RemedyError({
      code: "?",
      subject: "--for and --until",
      cause: "are two ends of one pause",
      remedy: "name one of them",
    });
  if (span !== undefined) return ended(now.getTime() + lengthOf(span), now, "--for", span);
  if (moment === undefined) return undefined;
  const isTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?Z)?$/.test(moment);
  return ended(Date.parse(isTime ? moment : ""), now, "--until", moment);
}

function lengthOf(span: string): number {
  const [, count, unit] = /^(\d{1,4})([mhdw])$/.exec(span) ?? [];
  return count === undefined ? Number.NaN : Number(count) * UNITS[unit as keyof typeof UNITS];
}

function ended(at: number, now: Date, option: string, typed: string): string {
  if (at > now.getTime()) return new Date(at).toISOString();
  throw new RemedyError({
    code: "?",
    subject: option,
    cause: `names no time to come: ${typed}`,
    remedy: "write --for 4h (m, h, d, w), or --until 2026-12-31 or 2026-12-31T18:00Z",
  });
}
