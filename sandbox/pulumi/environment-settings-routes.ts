import { Hono } from "hono";
import { z } from "zod";
import { environmentFor, type Place, pathOf } from "./access";
import { type Cloud, type CloudContext, type CloudEnv, record } from "./cloud";
import { userInfo } from "./environment-event";
import { readJson } from "./request-body";
import type { Level } from "./state";

const Settings = z.object({ deletionProtected: z.boolean().optional() });

/** Metadata and settings (deletion protection) of environments. Mount at `/api/esc/environments`. */
export function environmentSettingsRoutes(cloud: Cloud): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();
  const at = (c: CloudContext, level: Level, action: string) =>
    environmentFor(cloud, c.var.principal, c.req.param() as unknown as Place, level, action);

  app.get("/:org/:project/:env/metadata", (c) => {
    const { environment } = at(c, "read", "environment-read");
    return c.json({ id: environment.id, ownedBy: userInfo(environment.owner) });
  });

  app.get("/:org/:project/:env/settings", (c) => {
    const { environment } = at(c, "read", "environment-read");
    return c.json({ deletionProtected: environment.deletionProtected });
  });

  app.patch("/:org/:project/:env/settings", async (c) => {
    const { environment } = at(c, "admin", "environment-settings-updated");
    const { deletionProtected } = await readJson(c, Settings);
    if (deletionProtected !== undefined) environment.deletionProtected = deletionProtected;
    cloud.save();
    const place = c.req.param() as unknown as Place;
    record(cloud, c.var.principal, "environment-settings-updated", pathOf(place), "success", {
      deletionProtected: environment.deletionProtected,
    });
    return c.body(null, 200);
  });

  return app;
}
