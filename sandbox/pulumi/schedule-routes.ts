import { randomUUID } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, type Place } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, own } from "./cloud";
import { announce } from "./environment-event";
import { readJson } from "./request-body";
import { param, routesOf } from "./route-table";
import { cronProblem, nextRun } from "./schedule-times";
import { badRequest, notFound } from "./service-error";
import type { Environment, Level, Organization, Schedule } from "./state";

const Body = z.object({
  scheduleCron: z.string().nullish(),
  scheduleOnce: z.iso.datetime({ offset: true }).nullish(),
  secretRotationRequest: z.object({ environmentPath: z.string().optional() }).nullish(),
});

/** Rotation schedules of environments; `RotationClock` runs them. */
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
  if (Object.keys(about.environment.schedules).length > 0)
    throw badRequest("only one schedule per environment is currently supported");
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
  schedule.nextExecution = nextRun(schedule, new Date());
  done(cloud, c, about, schedule, "updated");
  return c.body(null, 200);
}

function deleteSchedule(cloud: Cloud, c: CloudContext): Response {
  const about = at(cloud, c, "write", "environment-schedule-deleted");
  const { id } = existing(about.environment, c);
  delete about.environment.schedules[id];
  cloud.save();
  announce(cloud, c.var.principal, about, { audit: "environment-schedule-deleted" });
  return c.body(null, 200);
}

function showHistory(cloud: Cloud, c: CloudContext): Response {
  const schedule = existing(at(cloud, c, "read", "environment-schedule-read").environment, c);
  const events = (schedule.executions ?? []).map((execution) => ({
    ...execution,
    scheduledActionID: schedule.id,
    version: 1,
  }));
  return c.json({ scheduleHistoryEvents: events.reverse() });
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
  const problem = cron ? cronProblem(cron) : undefined;
  if (problem !== undefined) throw badRequest(problem);
  if (cron || once) {
    delete schedule.scheduleCron;
    delete schedule.scheduleOnce;
  }
  if (cron) schedule.scheduleCron = cron;
  if (once) schedule.scheduleOnce = once;
  if (body.secretRotationRequest?.environmentPath !== undefined)
    schedule.environmentPath = body.secretRotationRequest.environmentPath;
  const now = new Date();
  schedule.nextExecution = nextRun(schedule, now);
  schedule.modified = now.toISOString();
}

function existing(environment: Environment, c: CloudContext): Schedule {
  const schedule = own(environment.schedules, param(c, "id"));
  if (schedule === undefined) throw notFound("EnvironmentSchedule");
  return schedule;
}

function describe(organization: Organization, environment: Environment, schedule: Schedule) {
  const { environmentPath = "", scheduleOnce, executions: _, ...rest } = schedule;
  return {
    ...rest,
    ...(scheduleOnce !== undefined && { scheduleOnce: withoutZone(scheduleOnce) }),
    orgID: organization.id,
    kind: "environment_rotation",
    lastExecuted: schedule.lastExecuted ?? "",
    nextExecution: schedule.nextExecution ?? "",
    definition: { environmentID: environment.id, environmentPath },
  };
}

/** UTC, and in the one form that the provider reads (Go's time.DateTime): `2030-01-01 00:00:00`. */
function withoutZone(time: string): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}
