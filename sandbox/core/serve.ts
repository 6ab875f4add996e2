import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type HttpBindings, serve } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { AuditLog } from "./audit";
import type { LocalCertificate } from "./certificate";
import { type Fault, Faults, injectFaults } from "./faults";

/** What every service of the sandbox is given. */
export interface ServiceContext {
  /** Folder of this service alone; undefined keeps everything in memory. */
  folder: string | undefined;
  audit: AuditLog;
  /** Told of each answer of the service's own: tests compare them with the vendors' descriptions. */
  observe?: ((exchange: Exchange) => void) | undefined;
}

/** A request and the service's answer to it. */
export interface Exchange {
  method: string;
  /** Without query, as it was sent. */
  path: string;
  /** The route that answered, as the service writes it: `GET /orgs/:org`. */
  route: string;
  status: number;
  /** Empty when the answer has none. */
  contentType: string;
  body: string;
}

/** What every service of the sandbox is: routes in the vendor's shapes, and a way back to its seed. */
export interface Service {
  name: "github" | "pulumi" | "registry";
  app: Hono<{ Bindings: HttpBindings }>;
  reset(): void | Promise<void>;
  /** Told its address before the first request. */
  listening?(url: string): void;
  /** Ends whatever the service itself started (workflow runs). */
  close?(): void | Promise<void>;
}

/** A running service. */
export interface Running {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  url: string;
  /** `https://localhost:PORT`, the same service behind TLS; undefined without a certificate. */
  secureUrl: string | undefined;
  faults: Faults;
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Requests seen, by `METHOD path`, newest last: what tests count calls with. Never headers or bodies. */
const REQUEST_LOG_LIMIT = 10_000;

/**
 * Serves one service on loopback, with the sandbox's own endpoints beside the vendor's:
 * `GET /_sandbox/health`, `GET|DELETE /_sandbox/requests`, `POST|DELETE /_sandbox/faults`, `GET /_sandbox/audit`.
 *
 * @param port 0 lets the system choose.
 * @param secure a certificate, to serve it behind TLS as well, for clients that ask nothing else.
 * @throws when a port is taken, naming it.
 */
export async function serveService(
  service: Service,
  context: ServiceContext,
  port = 0,
  secure?: { certificate: LocalCertificate; port?: number | undefined },
): Promise<Running> {
  const faults = new Faults();
  const requests: string[] = [];
  const outer = new Hono<{ Bindings: HttpBindings }>();
  outer.get("/_sandbox/health", (c) => c.json({ service: service.name }));
  outer.get("/_sandbox/requests", (c) => c.json(requests));
  outer.delete("/_sandbox/requests", (c) => c.json(requests.splice(0)));
  outer.get("/_sandbox/audit", (c) => c.json(context.audit.list().filter((r) => r.service === service.name)));
  outer.post("/_sandbox/faults", async (c) => {
    faults.add((await c.req.json()) as Fault);
    return c.body(null, 204);
  });
  outer.delete("/_sandbox/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  outer.use("*", async (c, next) => {
    const url = new URL(c.req.url);
    requests.push(`${c.req.method} ${url.pathname}${url.search}`);
    if (requests.length > REQUEST_LOG_LIMIT) requests.shift();
    await next();
  });
  outer.use("*", injectFaults(faults));
  if (context.observe !== undefined) outer.use("*", observed(context.observe));
  outer.route("/", service.app);

  const plain = await listen(outer, port, service.name);
  const servers = [plain];
  try {
    if (secure !== undefined)
      servers.push(await listen(outer, secure.port ?? 0, service.name, secure.certificate));
  } catch (error) {
    await ended(plain);
    throw error;
  }
  const [url, secureUrl] = servers.map((server, index) => {
    const { port } = server.address() as AddressInfo;
    return index === 0 ? `http://127.0.0.1:${port}` : `https://localhost:${port}`;
  }) as [string, string | undefined];
  service.listening?.(url);
  return {
    url,
    secureUrl,
    faults,
    reset: async () => {
      faults.clear();
      requests.length = 0;
      await service.reset();
    },
    close: async () => {
      await service.close?.();
      await Promise.all(servers.map(ended));
    },
  };
}

function observed(observe: (exchange: Exchange) => void): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const { status, headers } = c.res;
    const { method, url } = c.req;
    const path = new URL(url).pathname;
    // The last handler that ran: those before it have passed the request on.
    const route = matchedRoutes(c)[c.req.routeIndex]?.path ?? path;
    const contentType = headers.get("content-type") ?? "";
    observe({
      method,
      path,
      route: `${method} ${route}`,
      status,
      contentType,
      body: await c.res.clone().text(),
    });
  };
}

function ended(server: ReturnType<typeof serve>): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}

function listen(
  app: Hono<{ Bindings: HttpBindings }>,
  port: number,
  name: string,
  certificate?: LocalCertificate,
): Promise<ReturnType<typeof serve>> {
  const tls =
    certificate === undefined
      ? {}
      : { createServer, serverOptions: { key: certificate.key, cert: certificate.cert } };
  return new Promise((done, fail) => {
    const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1", ...tls }, () => done(server));
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      fail(
        taken
          ? new Error(
              `Port ${port} for the sandbox's ${name} is taken by another process. Remedy: stop that process, or leave the port out so that the system chooses one`,
            )
          : error,
      );
    });
  });
}
