import { Hono } from "hono";
import { parseReference, referencesOf } from "../esc/references";
import { environmentFor, levelOf, type Place } from "./access";
import type { Cloud, CloudContext, CloudEnv } from "./cloud";
import { latestOf } from "./revisions";
import type { Environment } from "./state";

/** `GET .../referrers`: which environments import one, by the version they name. Stacks are not looked at. */
export function referrerRoutes(cloud: Cloud): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();
  app.get("/:org/:project/:env/referrers", (c) => list(c));

  function list(c: CloudContext): Response {
    const place = c.req.param() as unknown as Place;
    const { organization, environment } = environmentFor(
      cloud,
      c.var.principal,
      place,
      "read",
      "environment-read",
    );
    const referrers: Record<string, object[]> = {};
    for (const other of Object.values(organization.environments)) {
      if (levelOf(organization, c.var.principal, other.project, other.name) === "none") continue;
      const { number, text } = latestOf(other);
      for (const version of versionsOf(text, environment)) {
        const known = referrers[version] ?? [];
        known.push({ environment: { project: other.project, name: other.name, revision: number } });
        referrers[version] = known;
      }
    }
    return c.json({ referrers });
  }

  return app;
}

/** The versions of an environment that a text imports; "latest" where it names none. */
function versionsOf(text: string, environment: Environment): string[] {
  return referencesOf(text)
    .map(parseReference)
    .filter(
      (reference) => reference.project === environment.project && reference.environment === environment.name,
    )
    .map((reference) => reference.version ?? "latest");
}
