import { type Problem, RemedyError } from "../errors";
import type { HttpProxy, Variables } from "./proxy";
import { ProxyLostError, TunnelRefusedError } from "./tunnel-agent";

/** A request that ended without an answer: refused, reset, timed out. For a write it may have been carried out. */
export class NoAnswerError extends RemedyError {
  /** @param advice what to look at, without what to do then: a command runs again, an application starts again. */
  constructor(
    problem: Problem,
    readonly advice = "check the address and the network",
  ) {
    super(problem);
  }
}

/** A request that ended without an answer of the service's. */
interface Lost {
  method: string;
  url: URL;
  proxy: HttpProxy | undefined;
}

/** Node's codes for a certificate of an authority that it does not trust (doc/api/tls.md, X509 certificate error codes). */
const UNKNOWN_AUTHORITY = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
];

/** Certificates that no further authority helps, and what does. */
const OTHER_CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "check this machine's clock; else its owner must renew the certificate",
  CERT_NOT_YET_VALID: "check this machine's clock",
  CERT_REVOKED: "its owner must replace the certificate",
  CERT_REJECTED: "its owner must replace the certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "use the host name that the certificate is for",
};

/** Ways not to reach a host at all: where one is reached by a proxy alone, these are what a direct request meets. */
const UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;

/**
 * The error for a request without an answer. Names host and path, never query, headers or body: those may hold a token;
 * and of a proxy host and port.
 */
export function lossOf({
  method,
  url,
  proxy,
  env,
  cause,
}: Lost & { env: Variables; cause: Error }): RemedyError {
  if (cause instanceof RemedyError) return cause;
  if (cause instanceof TunnelRefusedError && proxy !== undefined)
    return refusedByProxy({ method, url, proxy }, cause.status);
  const isProxys = cause instanceof ProxyLostError;
  const code = codeOf(isProxys ? (cause.cause as Error) : cause);
  const subject = `${method} ${url.origin}${url.pathname}`;
  const whose = isProxys && proxy !== undefined ? `the proxy ${proxy.url.host}` : url.host;
  const certificate = UNKNOWN_AUTHORITY.includes(code) ? authorityRemedy(env) : OTHER_CERTIFICATES[code];
  if (certificate !== undefined)
    return new RemedyError({
      code: "certificate-untrusted",
      subject,
      cause: `the certificate of ${whose} is not trusted (${code})`,
      remedy: certificate,
    });
  const isLate = code === "TimeoutError" || code === "ABORT_ERR";
  const from = isProxys ? ` from ${whose} of ${proxy?.variable}` : "";
  const where = isProxys
    ? `check ${proxy?.variable}, or add ${url.hostname} to NO_PROXY if it is reached directly`
    : UNREACHABLE.test(code) && proxy === undefined
      ? "check the address and the network (behind a proxy, set HTTPS_PROXY)"
      : "check the address and the network";
  const again = method === "GET" ? "" : ": a second run finishes what this one did not";
  const told = isLate ? `no answer${from} in time` : `no answer${from} (${code})`;
  return new NoAnswerError(
    { code: "no-answer", subject, cause: told, remedy: `${where}, then run again${again}` },
    where,
  );
}

/** The error for an answer that a proxy gave instead of the service, to a request over http. */
export function answerOfProxy(lost: Lost, status: number | undefined): RemedyError | undefined {
  const { proxy } = lost;
  return proxy !== undefined && status === 407 ? refusedByProxy({ ...lost, proxy }, status) : undefined;
}

function refusedByProxy({ method, url, proxy }: Lost & { proxy: HttpProxy }, status: number): RemedyError {
  const { host } = proxy.url;
  const subject = `${method} ${url.origin}${url.pathname}`;
  if (status === 407)
    return new RemedyError({
      code: "proxy-login-refused",
      subject: proxy.variable,
      cause: `the proxy ${host} ${proxy.authorization === undefined ? "asks for a user name and a password" : "refuses the user name or the password in it"} (407)`,
      remedy: `set ${proxy.variable} to http://USER:PASSWORD@${host}, with special characters percent-encoded (@ is %40)`,
    });
  const direct = `add ${url.hostname} to NO_PROXY if it is reached directly`;
  if (status >= 500) {
    const advice = `check the address, or ${direct}`;
    const told = `the proxy ${host} of ${proxy.variable} does not reach it (${status})`;
    return new NoAnswerError(
      { code: "no-answer", subject, cause: told, remedy: `${advice}, then run again` },
      advice,
    );
  }
  return new RemedyError({
    code: "proxy-refused",
    subject,
    cause: `the proxy ${host} of ${proxy.variable} refuses to connect to ${url.host} (${status})`,
    remedy: `ask who runs the proxy to allow ${url.host}, or ${direct}`,
  });
}

/** What helps against an unknown authority. Node reads its variable when it starts, so it must be set before. */
function authorityRemedy(env: Variables): string {
  const given = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].filter((name) => (env[name] ?? "") !== "");
  const add =
    "name a readable PEM file with the authority's certificate in NODE_EXTRA_CA_CERTS before the start";
  const isNot =
    given.length === 0
      ? ""
      : ` (${given.join(" and ")} ${given.length === 1 ? "is" : "are"} set, but the authority is not in the file)`;
  return `if the network has an authority of its own, ${add}${isNot}`;
}

function codeOf(cause: Error): string {
  return (cause as NodeJS.ErrnoException).code ?? cause.name;
}
