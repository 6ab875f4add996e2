import type { ClientRequestArgs } from "node:http";
import { request as httpRequest } from "node:http";
import type { Agent } from "node:https";
import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContext } from "node:tls";
import type { HttpProxy } from "./proxy";

/** A proxy's refusal of a tunnel. */
export class TunnelRefusedError extends Error {
  constructor(readonly status: number) {
    super(`the proxy answered ${status}`);
  }
}

/** A proxy that gave no answer to a request for a tunnel. */
export class ProxyLostError extends Error {}

/** What a request says to an agent besides Node's own options. */
export interface TunnelOptions {
  /** Ends the request for a tunnel too: a proxy that never answers would otherwise keep the process alive. */
  tunnelEnds?: AbortSignal;
}

type Done = (error: Error | null, socket?: Duplex) => void;

/**
 * Connections that a proxy tunnels (RFC 9110, CONNECT). The proxy sees host and port alone, and gets no token. Made in a
 * function, because its base class brings all of TLS (connections.ts).
 */
export function createTunnelAgent(proxy: HttpProxy, secureContext: SecureContext | undefined): Agent {
  const { Agent: HttpsAgent, request: httpsRequest } = process.getBuiltinModule("node:https");
  class TunnelAgent extends HttpsAgent {
    override createConnection(options: ClientRequestArgs & TunnelOptions, done: Done): undefined {
      const { url, authorization } = proxy;
      const host = `${options.host ?? ""}`;
      const target = `${isIPv6(host) ? `[${host}]` : host}:${options.port ?? 443}`;
      const open = url.protocol === "https:" ? httpsRequest : httpRequest;
      const request = open(url, {
        method: "CONNECT",
        path: target,
        headers: {
          host: target,
          ...(authorization === undefined ? {} : { "proxy-authorization": authorization.unwrap() }),
        },
        agent: false,
        ...(secureContext === undefined ? {} : { secureContext }),
      });
      const end = () => request.destroy(Object.assign(new Error("no answer in time"), { code: "ABORT_ERR" }));
      options.tunnelEnds?.addEventListener("abort", end, { once: true });
      const settle: Done = (error, socket) => {
        options.tunnelEnds?.removeEventListener("abort", end);
        done(error, socket);
      };
      request.once("connect", (answer, socket) => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) {
          const given = { ...options, socket } as ClientRequestArgs;
          return settle(null, super.createConnection(given) ?? undefined);
        }
        socket.destroy();
        settle(new TunnelRefusedError(status));
      });
      request.once("error", (cause) => settle(new ProxyLostError("no answer", { cause })));
      request.end();
      return undefined;
    }
  }
  return new TunnelAgent({ keepAlive: true, ...(secureContext && { secureContext }) });
}
