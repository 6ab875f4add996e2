import { readFileSync } from "node:fs";
import { Agent as HttpAgent, type RequestOptions } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { SecureContext } from "node:tls";
import { type HttpProxy, proxyFor, type Variables } from "./proxy";
import { createTunnelAgent, type TunnelOptions } from "./tunnel-agent";

/** How one request gets out. */
export interface Way {
  proxy: HttpProxy | undefined;
  /** Whether the request itself goes over TLS. */
  isSecure: boolean;
  options: RequestOptions & TunnelOptions;
}

const PLAIN = new HttpAgent({ keepAlive: true });
/** By what makes them differ, so that clients of one process share connections. */
const AGENTS = new Map<string, HttpsAgent>();

/**
 * The way to an address: directly or by the proxy that the environment names, and whom to trust.
 *
 * Node reads NODE_EXTRA_CA_CERTS itself when it starts. SSL_CERT_FILE, which Pulumi's CLI, GitHub's and Python obey, adds
 * to Node's authorities.
 *
 * @throws RemedyError when the environment names a proxy that is none.
 */
export function wayTo(url: URL, env: Variables, ends: AbortSignal): Way {
  const proxy = proxyFor(url, env);
  if (url.protocol === "https:") {
    const agent = agentFor(proxy, env);
    return { proxy, isSecure: true, options: proxy === undefined ? { agent } : { agent, tunnelEnds: ends } };
  }
  if (proxy === undefined) return { proxy, isSecure: false, options: { agent: PLAIN } };
  // A request over http is sent to the proxy itself, with the whole address (RFC 9112, absolute-form).
  const { protocol, port } = proxy.url;
  const isSecure = protocol === "https:";
  const options = {
    agent: isSecure ? agentFor(undefined, env) : PLAIN,
    protocol,
    hostname: proxy.url.hostname.replace(/^\[|\]$/g, ""),
    port: port || (isSecure ? 443 : 80),
    path: url.href,
    headers: {
      host: url.host,
      ...(proxy.authorization && { "proxy-authorization": proxy.authorization.unwrap() }),
    },
  };
  return { proxy, isSecure, options };
}

function agentFor(proxy: HttpProxy | undefined, env: Variables): HttpsAgent {
  const file = env.SSL_CERT_FILE ?? "";
  const key = JSON.stringify([proxy?.url.href, proxy?.authorization?.unwrap(), file]);
  const known = AGENTS.get(key);
  if (known !== undefined) return known;
  const secureContext = contextOf(file, env);
  // Loaded with the first address over TLS, for it takes 20 ms: a service on this machine needs none.
  const { Agent } = process.getBuiltinModule("node:https");
  const agent =
    proxy === undefined
      ? new Agent({ keepAlive: true, ...(secureContext && { secureContext }) })
      : createTunnelAgent(proxy, secureContext);
  AGENTS.set(key, agent);
  return agent;
}

/** Undefined without a file, and with one that cannot be read: Go ignores it too. The refused certificate's error names it. */
function contextOf(file: string, env: Variables): SecureContext | undefined {
  if (file === "") return undefined;
  try {
    return process
      .getBuiltinModule("node:tls")
      .createSecureContext({ ca: [...defaults(env), readFileSync(file, "utf8")] });
  } catch {
    return undefined;
  }
}

/** Node's own authorities with those of NODE_EXTRA_CA_CERTS: `ca` replaces both. Node before 22.15 does not list them. */
function defaults(env: Variables): readonly string[] {
  const tls = process.getBuiltinModule("node:tls");
  if (tls.getCACertificates !== undefined) return tls.getCACertificates("default");
  const extra = env.NODE_EXTRA_CA_CERTS ?? "";
  return [...tls.rootCertificates, ...(extra === "" ? [] : [readFileSync(extra, "utf8")])];
}
