import { Hono } from "hono";
import type { CloudEnv } from "./cloud";
import type { RotationClock } from "./rotation-clock";

/**
 * The sandbox's own endpoint for the rotation schedules: `POST /_sandbox/schedules/run[?at=2030-01-01T00:00:00Z]` runs what is
 * due now, or would be at that time, and answers the environments it rotated. Mount at `/_sandbox/schedules`.
 */
export function sandboxScheduleRoutes(clock: RotationClock): Hono<CloudEnv> {
  const app = new Hono<CloudEnv>();
  app.post("/run", async (c) => {
    const at = new Date(c.req.query("at") ?? Date.now());
    if (Number.isNaN(at.getTime())) return c.json({ message: "at must be a time, RFC 3339" }, 400);
    return c.json({ environments: await clock.run(at) });
  });
  return app;
}
