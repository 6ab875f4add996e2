import { Cron } from "croner";
import type { Schedule } from "./state";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Runs looked at to find two that are too near: more than a month of daily ones. */
const LOOKED_AT = 40;
const FIVE_FIELDS = /^[\d*/,A-Za-z-]+( [\d*/,A-Za-z-]+){4}$/;

/** A cron expression of five fields, in UTC. @returns undefined for what is none, or never comes. */
function cronOf(pattern: string): Cron | undefined {
  if (!FIVE_FIELDS.test(pattern)) return undefined;
  try {
    const cron = new Cron(pattern, { mode: "5-part", timezone: "UTC", paused: true });
    return cron.nextRun() === null ? undefined : cron;
  } catch {
    return undefined;
  }
}

/** What is wrong with a cron expression; "minimum interval: once daily" is the vendor's own rule (pulumi env schedule new). */
export function cronProblem(pattern: string): string | undefined {
  const runs = cronOf(pattern)?.nextRuns(LOOKED_AT);
  if (runs === undefined) return "scheduleCron must be a cron expression of five fields";
  const isTooOften = runs.some((run, index) => {
    const next = runs[index + 1];
    return next !== undefined && next.getTime() - run.getTime() < DAY_MS;
  });
  return isTooOften ? "scheduleCron must not run more than once a day" : undefined;
}

/** When a schedule runs next after a time, RFC 3339; undefined for one that is over or paused. */
export function nextRun(schedule: Schedule, after: Date): string | undefined {
  if (schedule.paused) return undefined;
  if (schedule.scheduleCron !== undefined)
    return cronOf(schedule.scheduleCron)?.nextRun(after)?.toISOString();
  const once = schedule.scheduleOnce === undefined ? undefined : new Date(schedule.scheduleOnce);
  return once !== undefined && once > after ? once.toISOString() : undefined;
}
