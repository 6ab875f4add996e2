import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, type Place } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own } from "./cloud";
import { announce } from "./environment-event";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { badRequest, notFound } from "./service-error";
import type { Environment, Level, Organization, Schedule } from "./state";

const Body = z.object({
  scheduleCron: z.string().nullish(),
  scheduleOnce: z.iso.datetime({ offset: true }).nullish(),
  secretRotationRequest: z.object({ environmentPath: z.string().optional() }).nullish(),
});
/** Five fields of digits, names, lists, ranges and steps; their ranges are not checked. */
const CRON = /^[\d*/,A-Za-z-]+( [\d*/,A-Za-z-]+){4}$/;

/**
 * Rotation schedules of environments. They are kept and never run: rotation (`fn::rotate`) needs the vendor's rotators,
 * so `nextExecution` is empty for a cron schedule and the history always is.
 */
export function scheduleRoutes(cloud: Cloud): Hono<CloudEnv> {
  const base = "/:org/:project/:env";
  return routesOf(cloud, [
    ["GET", `${base}/schedules`, listSchedules],
    ["POST", `${base}/schedules`, createSchedule],
    ["GET", `${base}/schedules/:id`, showSchedule],
    // The specification and the CLI use PATCH, the provider POST: both reach the same.
    ["PATCH|POST", `${base}/schedules/:id`, updateSchedule],
    ["POST", `${base}/schedules/:id/pause`, (cloud, c) => setPaused(cloud, c, true)],
    ["POST", `${base}/schedules/:id/resume`, (cloud, c) => setPaused(cloud, c, false)],
    ["DELETE", `${base}/schedules/:id`, deleteSchedule],
    ["GET", `${base}/schedules/:id/history`, showHistory],
    ["POST", `${base}/rotate`, refuseRotation],
    ["GET", `${base}/rotate/history`, showRotations],
  ]);
}

const at = (cloud: Cloud, c: CloudContext, level: Level, action: string) =>
  environmentFor(cloud, c.var.principal, c.req.param() as unknown as Place, level, action);

function listSchedules(cloud: Cloud, c: CloudContext): Response {
  const { organization, environment } = at(cloud, c, "read", "environment-schedule-read");
  return c.json({
    schedules: Object.values(environment.schedules).map((s) => describe(organization, environment, s)),
  });
}

async function createSchedule(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-schedule-created");
  const now = new Date().toISOString();
  const schedule: Schedule = { id: randomUUID(), paused: false, created: now, modified: now };
  apply(schedule, await readJson(c, Body), true);
  about.environment.schedules[schedule.id] = schedule;
  return done(cloud, c, about, schedule, "created");
}

function showSchedule(cloud: Cloud, c: CloudContext): Response {
  const { organization, environment } = at(cloud, c, "read", "environment-schedule-read");
  return c.json(describe(organization, environment, existing(environment, c)));
}

async function updateSchedule(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-schedule-updated");
  const schedule = existing(about.environment, c);
  apply(schedule, await readJson(c, Body), false);
  return done(cloud, c, about, schedule, "updated");
}

function setPaused(cloud: Cloud, c: CloudContext, paused: boolean): Response {
  const about = at(cloud, c, "write", "environment-schedule-updated");
  const schedule = existing(about.environment, c);
  schedule.paused = paused;
  return done(cloud, c, about, schedule, "updated");
}

function deleteSchedule(cloud: Cloud, c: CloudContext): Response {
  const about = at(cloud, c, "write", "environment-schedule-deleted");
  const { id } = existing(about.environment, c);
  delete about.environment.schedules[id];
  cloud.save();
  announce(cloud, c.var.principal, about, { audit: "environment-schedule-deleted" });
  return c.body(null, 204);
}

function showHistory(cloud: Cloud, c: CloudContext): Response {
  existing(at(cloud, c, "read", "environment-schedule-read").environment, c);
  return c.json({ scheduleHistoryEvents: [] });
}

function refuseRotation(cloud: Cloud, c: CloudContext): Response {
  at(cloud, c, "write", "environment-rotated");
  throw badRequest(
    "rotation (fn::rotate) runs on the vendor's rotators; the sandbox has none. Set the new value instead",
  );
}

function showRotations(cloud: Cloud, c: CloudContext): Response {
  at(cloud, c, "read", "environment-read");
  return c.json({ events: [] });
}

function done(
  cloud: Cloud,
  c: CloudContext,
  about: ReturnType<typeof at>,
  schedule: Schedule,
  what: string,
): Response {
  cloud.save();
  announce(cloud, c.var.principal, about, { audit: `environment-schedule-${what}` });
  return c.json(describe(about.organization, about.environment, schedule));
}

/** Exactly one of cron and once for a new schedule; a change replaces the one it names. */
function apply(schedule: Schedule, body: z.infer<typeof Body>, isNew: boolean): void {
  const { scheduleCron: cron, scheduleOnce: once } = body;
  if ((cron && once) || (isNew && !cron && !once))
    throw badRequest("give exactly one of scheduleCron and scheduleOnce");
  if (cron && !CRON.test(cron)) throw badRequest("scheduleCron must be a cron expression of five fields");
  if (cron || once) {
    delete schedule.scheduleCron;
    delete schedule.scheduleOnce;
  }
  if (cron) schedule.scheduleCron = cron;
  if (once) schedule.scheduleOnce = once;
  if (body.secretRotationRequest?.environmentPath !== undefined)
    schedule.environmentPath = body.secretRotationRequest.environmentPath;
  schedule.modified = new Date().toISOString();
}

function existing(environment: Environment, c: CloudContext): Schedule {
  const schedule = own(environment.schedules, param(c, "id"));
  if (schedule === undefined) throw notFound("EnvironmentSchedule");
  return schedule;
}

function describe(organization: Organization, environment: Environment, schedule: Schedule) {
  const { environmentPath = "", ...rest } = schedule;
  return {
    ...rest,
    orgID: organization.id,
    kind: "environment_rotation",
    lastExecuted: "",
    nextExecution: schedule.paused ? "" : (schedule.scheduleOnce ?? ""),
    definition: { environmentID: environment.id, environmentPath },
  };
}
