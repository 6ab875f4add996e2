import { Hono } from "hono";
import type { Cloud, CloudContext, CloudEnv } from "./cloud";

/** Answers one kind of request. */
export type Handler = (cloud: Cloud, c: CloudContext) => Response | Promise<Response>;

/** Method (several with `|`), path, handler. The first that fits answers. */
export type RouteTable = readonly (readonly [method: string, path: string, handler: Handler])[];

/** Routes from a table. */
export function routesOf(cloud: Cloud, table: RouteTable): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();
  for (const [method, path, handler] of table) app.on(method.split("|"), path, (c) => handler(cloud, c));
  return app;
}

/** A parameter of the request's path. A handler asks only for those its own path has. */
export const param = (c: CloudContext, name: string): string => c.req.param(name) ?? "";
