import type { Hono } from "hono";
import { z } from "zod";
import { environmentFor, type Place } from "./access";
import type { Cloud, CloudContext, CloudEnv } from "./cloud";
import { stepsOf } from "./property-path";
import { readJson } from "./request-body";
import { rotateSecrets } from "./rotation";
import { routesOf } from "./route-table";
import type { Environment, Level, RotationEvent } from "./state";

// The specification says `paths`; the CLI's client sends `Paths`, and null for none.
const Body = z.object({ paths: z.array(z.string()).nullish(), Paths: z.array(z.string()).nullish() });

/** Rotation of an environment's secrets now, and what became of it. Mount at `/api/esc/environments`. */
export function rotationRoutes(cloud: Cloud): Hono<CloudEnv> {
  return routesOf(cloud, [
    ["POST", "/:org/:project/:env/rotate", rotate],
    ["GET", "/:org/:project/:env/rotate/history", showHistory],
  ]);
}

const at = (cloud: Cloud, c: CloudContext, level: Level, action: string) =>
  environmentFor(cloud, c.var.principal, c.req.param() as unknown as Place, level, action);

async function rotate(cloud: Cloud, c: CloudContext): Promise<Response> {
  const about = at(cloud, c, "write", "environment-rotated"); // environment:rotate comes with Environment Write
  const body = await readJson(c, Body);
  const paths = (body.paths ?? body.Paths ?? []).map((path) => stepsOf(path, "a path to rotate"));
  const event = await rotateSecrets({ cloud, principal: c.var.principal, ...about, paths });
  return c.json({ id: event.id, secretRotationEvent: describe(about.environment, event) });
}

function showHistory(cloud: Cloud, c: CloudContext): Response {
  const { environment } = at(cloud, c, "read", "environment-read");
  const events = (environment.rotations ?? []).map((event) => describe(environment, event));
  return c.json({ events: events.reverse() });
}

function describe(environment: Environment, { actor, ...event }: RotationEvent) {
  return { ...event, environmentId: environment.id, userID: actor };
}
