import { join } from "node:path";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { AuditLog } from "../../core/audit";
import { Store } from "../../core/store";
import type { PulumiSecurity } from "../principal";
import { serviceError } from "../service-error";
import { DEPLOYMENT_SCHEMA_VERSION } from "./checkpoint";
import { CheckpointFiles } from "./checkpoint-files";
import { configRoutes } from "./config-routes";
import { historyRoutes } from "./history-routes";
import { lifecycleRoutes } from "./lifecycle-routes";
import { progressRoutes } from "./progress-routes";
import { secretRoutes } from "./secret-routes";
import type { StackParts } from "./stack-parts";
import type { StacksState } from "./stack-state";
import { tagRoutes } from "./stack-tags";
import { startRoutes } from "./start-routes";
import { stateRoutes } from "./state-routes";
import { LEASE_SECONDS } from "./update-lease";

/**
 * What the CLI may rely on. Left out on purpose: delta checkpoints and journaling, which save bandwidth, not work:
 * without them each checkpoint comes whole and is good by itself, whatever is killed when.
 */
const CAPABILITIES = [
  { capability: "batch-encrypt" },
  {
    capability: "deployment-schema-version",
    version: 1,
    configuration: { version: DEPLOYMENT_SCHEMA_VERSION },
  },
  { capability: "stack-policy-packs", version: 1 },
];

/**
 * The stack part of Pulumi Cloud: what `pulumi` needs as a backend, under `/api/stacks`, `/api/user/stacks` and
 * `/api/capabilities`. Unknown paths below `/api/stacks` answer 404, so mount it after other routes there.
 *
 * @param options.folder where state is kept (`stacks.json`, `checkpoints/`), owner-readable only; undefined keeps it
 *   in memory.
 * @param options.leaseSeconds how long an update lives without renewal; 300, as the CLI assumes. Tests shorten it.
 */
export function stackRoutes(options: {
  security: PulumiSecurity;
  folder: string | undefined;
  audit: AuditLog;
  leaseSeconds?: number;
}): { app: Hono; countOf(organization: string): number; reset(): void } {
  const under = (name: string) => (options.folder === undefined ? undefined : join(options.folder, name));
  const parts: StackParts = {
    security: options.security,
    audit: options.audit,
    store: new Store<StacksState>(under("stacks.json"), () => ({ stacks: [] })),
    checkpoints: new CheckpointFiles(under("checkpoints")),
    leaseSeconds: options.leaseSeconds ?? LEASE_SECONDS,
  };
  const app = new Hono();
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    // Name and code (ENOSPC, say) tell enough; a message may quote what was being worked on.
    const { name, code = "" } = error as NodeJS.ErrnoException;
    return serviceError(500, `Internal Server Error: ${name} ${code}`.trimEnd()).getResponse();
  });
  app.get("/api/capabilities", (c) => c.json({ capabilities: CAPABILITIES }));
  // Before any body is read. Update tokens are checked where the update they belong to is known.
  app.use("/api/stacks/*", async (c, next) => {
    const header = c.req.header("authorization");
    if (!/^update-token /i.test(header ?? "")) options.security.authenticate(header);
    await next();
  });
  for (const add of [lifecycleRoutes, tagRoutes, configRoutes, secretRoutes, stateRoutes, historyRoutes])
    add(app, parts);
  startRoutes(app, parts);
  progressRoutes(app, parts);
  app.all("/api/stacks/*", (c) => {
    throw serviceError(404, `Not Found: ${c.req.method} ${c.req.path}`);
  });
  return {
    app,
    countOf: (organization) => parts.store.state.stacks.filter(({ org }) => org === organization).length,
    reset: () => {
      parts.store.reset();
      parts.checkpoints.reset();
    },
  };
}
