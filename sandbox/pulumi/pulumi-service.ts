import { join } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Service, ServiceContext } from "../core/serve";
import { Store } from "../core/store";
import { auditExportRoutes } from "./audit-export-routes";
import { auditLogRoutes } from "./audit-log-routes";
import { changeGateRoutes } from "./change-gate-routes";
import { changeRequestRoutes } from "./change-request-routes";
import { authenticated, type Cloud, type CloudEnv } from "./cloud";
import { decryptRoutes } from "./decrypt-routes";
import { draftRoutes } from "./draft-routes";
import { environmentRoutes } from "./environment-routes";
import { environmentSettingsRoutes } from "./environment-settings-routes";
import { environmentHookRoutes, organizationHookRoutes } from "./hook-routes";
import { HookSender } from "./hook-sender";
import { initialState } from "./initial-state";
import { issuerRoutes } from "./issuer-routes";
import { openRoutes } from "./open-routes";
import { OpenSessions } from "./open-sessions";
import { organizationRoutes } from "./organization-routes";
import type { PulumiSeed } from "./pulumi-seed";
import { referrerRoutes } from "./referrer-routes";
import { revisionRoutes } from "./revision-routes";
import { roleRoutes } from "./role-routes";
import { RotationClock } from "./rotation-clock";
import { rotationRoutes } from "./rotation-routes";
import { sandboxScheduleRoutes } from "./sandbox-schedule-routes";
import { scheduleRoutes } from "./schedule-routes";
import { createSecurity } from "./security";
import { serviceError } from "./service-error";
import { ServiceKey } from "./service-key";
import { stackRoutes } from "./stacks/stack-routes";
import type { PulumiState } from "./state";
import { tagRoutes } from "./tag-routes";
import { teamRoutes } from "./team-routes";
import { tokenExchangeRoutes } from "./token-exchange";
import { tokenRoutes } from "./token-routes";
import { userRoutes } from "./user-routes";

/**
 * The sandbox's Pulumi Cloud: ESC, organizations, teams, tokens, OIDC trust, webhooks, audit log, and the stacks of
 * `stacks/`. Paths and shapes are the real service's (`/api/...`), so that its CLI and provider work unchanged.
 *
 * @param context.folder where `cloud.json`, `service.key` and the stacks' files are kept, owner-readable only;
 *   undefined keeps all of it in memory.
 * @param options.seed what a fresh start and every reset begin with; an existing folder keeps what it holds.
 */
export function createPulumiService(context: ServiceContext, options: { seed: PulumiSeed }): Service {
  const file = (name: string) => (context.folder === undefined ? undefined : join(context.folder, name));
  const store = new Store<PulumiState>(file("cloud.json"), () => initialState(options.seed));
  const key = new ServiceKey(file("service.key"));
  const security = createSecurity(() => store.state, key);
  const save = () => store.save();
  const hooks = new HookSender((ciphertext) => key.decrypt(ciphertext), save);
  const stacks = stackRoutes({ security, folder: context.folder, audit: context.audit });
  const cloud: Cloud = {
    get state() {
      return store.state;
    },
    save,
    security,
    audit: context.audit,
    hooks,
    sessions: new OpenSessions(),
    issuers: options.seed.issuers,
    stackCount: (organization) => stacks.countOf(organization),
  };
  const clock = new RotationClock(() => cloud);
  return {
    name: "pulumi",
    app: mount(cloud, clock, stacks.app),
    reset: async () => {
      await clock.idle();
      await hooks.idle();
      cloud.sessions.clear();
      key.reset();
      store.reset();
      stacks.reset();
    },
    close: async () => {
      await clock.close();
      await hooks.close();
    },
  };
}

/** In this order: texts without an environment first, as `ORG/yaml/open` would also fit `ORG/PROJECT/ENVIRONMENT`. */
const ROUTES: readonly (readonly [path: string, routes: (cloud: Cloud) => Hono<CloudEnv>])[] = [
  ["/api/oauth/token", tokenExchangeRoutes],
  ["/api/user", userRoutes],
  ["/api/esc/environments", openRoutes],
  ["/api/esc/environments", decryptRoutes],
  ["/api/esc/environments", environmentSettingsRoutes],
  ["/api/esc/environments", revisionRoutes],
  ["/api/esc/environments", tagRoutes],
  ["/api/esc/environments", environmentHookRoutes],
  ["/api/esc/environments", draftRoutes],
  ["/api/esc/environments", rotationRoutes],
  ["/api/esc/environments", scheduleRoutes],
  ["/api/esc/environments", referrerRoutes],
  ["/api/esc/environments", environmentRoutes],
  ["/api/orgs", auditExportRoutes],
  ["/api/orgs", auditLogRoutes],
  ["/api/orgs", teamRoutes],
  ["/api/orgs", tokenRoutes],
  ["/api/orgs", roleRoutes],
  ["/api/orgs", issuerRoutes],
  ["/api/orgs", organizationHookRoutes],
  ["/api/orgs", organizationRoutes],
  ["/api/change-gates", changeGateRoutes],
  ["/api/change-requests", changeRequestRoutes],
];

/** Paths for holders of a token. The rest is open (token exchange) or asks itself (stacks, which know update tokens). */
const GUARDED = [
  "/api/esc/*",
  "/api/orgs/*",
  "/api/change-gates/*",
  "/api/change-requests/*",
  "/api/user",
  "/api/user/organizations/*",
];

function mount(cloud: Cloud, clock: RotationClock, stacks: Hono): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<CloudEnv>();
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse();
    console.error(`sandbox Pulumi Cloud: ${error.name}`); // the message may quote what was being worked on
    return serviceError(500, "Internal Server Error").getResponse();
  });
  app.route("/_sandbox/schedules", sandboxScheduleRoutes(clock));
  const isKnown = authenticated(cloud);
  for (const path of GUARDED) app.use(path, isKnown);
  for (const [path, routes] of ROUTES) app.route(path, routes(cloud));
  app.route("/", stacks);
  app.all("*", (c) => {
    throw serviceError(404, `Not Found: the sandbox has no ${c.req.method} ${c.req.path}`);
  });
  return app as unknown as Hono<{ Bindings: HttpBindings }>;
}
