// src/text.ts
function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
var SHOWN = 3;
function nearestNames(wrong, names2) {
  return names2.map((name) => ({ name, distance: editDistance(wrong, name) })).sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1)).slice(0, SHOWN).map(({ name }) => name);
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
var UNSEEN = /[\p{C}\p{Zl}\p{Zp}]+/gu;
function visible(text) {
  return text.replace(
    UNSEEN,
    (run) => Array.from({ length: run.length }, (_, at) => escaped(run.charCodeAt(at))).join("")
  );
}
function escaped(unit) {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

// src/errors.ts
var RemedyError = class extends Error {
  constructor(problem, { problems = [], ...options } = {}) {
    super([oneLine(problem), ...problems.map((each) => `  - ${oneLine(each)}`)].join("\n"), options);
    this.problem = problem;
    this.name = new.target.name;
    this.problems = problems;
  }
  problem;
  problems;
};
function oneLine({ subject, cause, remedy }) {
  return `${subject}: ${cause}. Remedy: ${remedy}`;
}
var TokenError = class extends RemedyError {
};

// src/clients/http.ts
import { request as httpRequest2 } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

// src/clients/connections.ts
import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";

// src/clients/proxy.ts
import { BlockList, isIP, isIPv6 } from "node:net";

// src/addresses.ts
function unfitAddress(text, { mayHavePath = false } = {}) {
  const url = URL.canParse(text) && !/\s/.test(text) ? new URL(text) : void 0;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return "must be an http(s) address";
  const hasPath = url.pathname !== "/" && !mayHavePath;
  if (hasPath || /[?#]/.test(text) || `${url.username}${url.password}` !== "")
    return `must have no ${mayHavePath ? "" : "path, "}query or user name`;
  if (url.protocol === "http:" && !isThisMachine(url.hostname))
    return "must be https: over http everybody on the way could read the token. Only this machine's own may be http";
  return void 0;
}
function isThisMachine(hostname) {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

// src/secret.ts
import { inspect } from "node:util";
var SHOWN2 = "[secret]";
var Secret = class {
  #value;
  constructor(value) {
    this.#value = value;
  }
  /** The value itself. Call it where the value is used, not where it is passed on. */
  unwrap() {
    return this.#value;
  }
  /** UTF-8 bytes, for limits that are in bytes. */
  get bytes() {
    return Buffer.byteLength(this.#value, "utf8");
  }
  toString() {
    return SHOWN2;
  }
  toJSON() {
    return SHOWN2;
  }
  [Symbol.toPrimitive]() {
    return SHOWN2;
  }
  [inspect.custom]() {
    return SHOWN2;
  }
};

// src/clients/proxy.ts
function proxyFor(target, env) {
  if (isThisMachine(target.hostname)) return void 0;
  const name = target.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const variable = [name, name.toLowerCase()].find((each) => (env[each] ?? "").trim() !== "");
  if (variable === void 0 || isDirect(target, env.NO_PROXY || env.no_proxy || "")) return void 0;
  return readProxy(variable, (env[variable] ?? "").trim());
}
function readProxy(variable, text) {
  const address = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(address) && !/\s/.test(address) ? new URL(address) : void 0;
  if (url === void 0 || !/^https?:$/.test(url.protocol))
    throw unfit(variable, "is not the http(s) address of a proxy");
  if (url.pathname !== "/" || /[?#]/.test(address))
    throw unfit(variable, "has more than user name, password, host and port");
  const authorization = loginOf(variable, url);
  url.username = url.password = "";
  return { url, variable, ...authorization === void 0 ? {} : { authorization } };
}
function loginOf(variable, { username, password }) {
  if (username === "" && password === "") return void 0;
  try {
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return new Secret(`Basic ${Buffer.from(login).toString("base64")}`);
  } catch {
  }
  throw unfit(variable, "has a % in its user name or password that begins no percent-encoding");
}
function unfit(variable, cause) {
  return new RemedyError({
    code: "address-invalid",
    subject: variable,
    cause,
    remedy: `set it to http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters percent-encoded (@ is %40)`
  });
}
function isDirect(target, list) {
  const host = target.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return list.toLowerCase().split(/[\s,]+/).some((entry) => names(entry, host, port));
}
function names(entry, host, port) {
  if (entry === "*") return true;
  const [, inBrackets, name = "", only] = (isIPv6(entry) ? [entry, void 0, entry] : /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry)) ?? [];
  if (only !== void 0 && only !== port) return false;
  const plain = (inBrackets ?? name).replace(/^\*?\./, "").replace(/\.$/, "");
  if (entry.includes("/")) return isInNetwork(host, entry);
  if (isIP(plain) !== 0) return isInNetwork(host, plain);
  return plain !== "" && (host === plain || isIP(host) === 0 && host.endsWith(`.${plain}`));
}
function isInNetwork(host, network) {
  const [address = "", prefix = isIPv6(address) ? "128" : "32"] = network.split("/");
  if (isIP(host) === 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(prefix)) return false;
  try {
    const list = new BlockList();
    list.addSubnet(address, Number(prefix), isIPv6(address) ? "ipv6" : "ipv4");
    return list.check(host, isIPv6(host) ? "ipv6" : "ipv4");
  } catch {
    return false;
  }
}

// src/clients/tunnel-agent.ts
import { request as httpRequest } from "node:http";
import { isIPv6 as isIPv62 } from "node:net";
var TunnelRefusedError = class extends Error {
  constructor(status) {
    super(`the proxy answered ${status}`);
    this.status = status;
  }
  status;
};
var ProxyLostError = class extends Error {
};
function createTunnelAgent(proxy, secureContext) {
  const { Agent: HttpsAgent, request: httpsRequest } = process.getBuiltinModule("node:https");
  class TunnelAgent extends HttpsAgent {
    createConnection(options, done) {
      const { url, authorization } = proxy;
      const host = `${options.host ?? ""}`;
      const target = `${isIPv62(host) ? `[${host}]` : host}:${options.port ?? 443}`;
      const open2 = url.protocol === "https:" ? httpsRequest : httpRequest;
      const request = open2(url, {
        method: "CONNECT",
        path: target,
        headers: {
          host: target,
          ...authorization === void 0 ? {} : { "proxy-authorization": authorization.unwrap() }
        },
        agent: false,
        ...secureContext === void 0 ? {} : { secureContext }
      });
      const end = () => request.destroy(Object.assign(new Error("no answer in time"), { code: "ABORT_ERR" }));
      options.tunnelEnds?.addEventListener("abort", end, { once: true });
      const settle = (error, socket) => {
        options.tunnelEnds?.removeEventListener("abort", end);
        done(error, socket);
      };
      request.once("connect", (answer, socket) => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) {
          const given = { ...options, socket };
          return settle(null, super.createConnection(given) ?? void 0);
        }
        socket.destroy();
        settle(new TunnelRefusedError(status));
      });
      request.once("error", (cause) => settle(new ProxyLostError("no answer", { cause })));
      request.end();
      return void 0;
    }
  }
  return new TunnelAgent({ keepAlive: true, ...secureContext && { secureContext } });
}

// src/clients/connections.ts
var PLAIN = new HttpAgent({ keepAlive: true });
var AGENTS = /* @__PURE__ */ new Map();
function wayTo(url, env, ends) {
  const proxy = proxyFor(url, env);
  if (url.protocol === "https:") {
    const agent = agentFor(proxy, env);
    return { proxy, isSecure: true, options: proxy === void 0 ? { agent } : { agent, tunnelEnds: ends } };
  }
  if (proxy === void 0) return { proxy, isSecure: false, options: { agent: PLAIN } };
  const { protocol, port } = proxy.url;
  const isSecure = protocol === "https:";
  const options = {
    agent: isSecure ? agentFor(void 0, env) : PLAIN,
    protocol,
    hostname: proxy.url.hostname.replace(/^\[|\]$/g, ""),
    port: port || (isSecure ? 443 : 80),
    path: url.href,
    headers: {
      host: url.host,
      ...proxy.authorization && { "proxy-authorization": proxy.authorization.unwrap() }
    }
  };
  return { proxy, isSecure, options };
}
function agentFor(proxy, env) {
  const file = env.SSL_CERT_FILE ?? "";
  const key = JSON.stringify([proxy?.url.href, proxy?.authorization?.unwrap(), file]);
  const known = AGENTS.get(key);
  if (known !== void 0) return known;
  const secureContext = contextOf(file, env);
  const { Agent } = process.getBuiltinModule("node:https");
  const agent = proxy === void 0 ? new Agent({ keepAlive: true, ...secureContext && { secureContext } }) : createTunnelAgent(proxy, secureContext);
  AGENTS.set(key, agent);
  return agent;
}
function contextOf(file, env) {
  if (file === "") return void 0;
  try {
    return process.getBuiltinModule("node:tls").createSecureContext({ ca: [...defaults(env), readFileSync(file, "utf8")] });
  } catch {
    return void 0;
  }
}
function defaults(env) {
  const tls = process.getBuiltinModule("node:tls");
  if (tls.getCACertificates !== void 0) return tls.getCACertificates("default");
  const extra = env.NODE_EXTRA_CA_CERTS ?? "";
  return [...tls.rootCertificates, ...extra === "" ? [] : [readFileSync(extra, "utf8")]];
}

// src/clients/lost-request.ts
var NoAnswerError = class extends RemedyError {
  /** @param advice what to look at, without what to do then: a command runs again, an application starts again. */
  constructor(problem, advice = "check the address and the network") {
    super(problem);
    this.advice = advice;
  }
  advice;
};
var UNKNOWN_AUTHORITY = [
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_UNTRUSTED",
  "INVALID_CA"
];
var OTHER_CERTIFICATES = {
  CERT_HAS_EXPIRED: "check this machine's clock; else its owner must renew the certificate",
  CERT_NOT_YET_VALID: "check this machine's clock",
  CERT_REVOKED: "its owner must replace the certificate",
  CERT_REJECTED: "its owner must replace the certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "use the host name that the certificate is for"
};
var UNREACHABLE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;
function lossOf({
  method,
  url,
  proxy,
  env,
  cause
}) {
  if (cause instanceof RemedyError) return cause;
  if (cause instanceof TunnelRefusedError && proxy !== void 0)
    return refusedByProxy({ method, url, proxy }, cause.status);
  const isProxys = cause instanceof ProxyLostError;
  const code = codeOf(isProxys ? cause.cause : cause);
  const subject = `${method} ${url.origin}${url.pathname}`;
  const whose = isProxys && proxy !== void 0 ? `the proxy ${proxy.url.host}` : url.host;
  const certificate = UNKNOWN_AUTHORITY.includes(code) ? authorityRemedy(env) : OTHER_CERTIFICATES[code];
  if (certificate !== void 0)
    return new RemedyError({
      code: "certificate-untrusted",
      subject,
      cause: `the certificate of ${whose} is not trusted (${code})`,
      remedy: certificate
    });
  const isLate = code === "TimeoutError" || code === "ABORT_ERR";
  const from = isProxys ? ` from ${whose} of ${proxy?.variable}` : "";
  const where = isProxys ? `check ${proxy?.variable}, or add ${url.hostname} to NO_PROXY if it is reached directly` : UNREACHABLE.test(code) && proxy === void 0 ? "check the address and the network (behind a proxy, set HTTPS_PROXY)" : "check the address and the network";
  const again = method === "GET" ? "" : ": a second run finishes what this one did not";
  const told = isLate ? `no answer${from} in time` : `no answer${from} (${code})`;
  return new NoAnswerError(
    { code: "no-answer", subject, cause: told, remedy: `${where}, then run again${again}` },
    where
  );
}
function answerOfProxy(lost, status) {
  const { proxy } = lost;
  return proxy !== void 0 && status === 407 ? refusedByProxy({ ...lost, proxy }, status) : void 0;
}
function refusedByProxy({ method, url, proxy }, status) {
  const { host } = proxy.url;
  const subject = `${method} ${url.origin}${url.pathname}`;
  if (status === 407)
    return new RemedyError({
      code: "proxy-login-refused",
      subject: proxy.variable,
      cause: `the proxy ${host} ${proxy.authorization === void 0 ? "asks for a user name and a password" : "refuses the user name or the password in it"} (407)`,
      remedy: `set ${proxy.variable} to http://USER:PASSWORD@${host}, with special characters percent-encoded (@ is %40)`
    });
  const direct = `add ${url.hostname} to NO_PROXY if it is reached directly`;
  if (status >= 500) {
    const advice = `check the address, or ${direct}`;
    const told = `the proxy ${host} of ${proxy.variable} does not reach it (${status})`;
    return new NoAnswerError(
      { code: "no-answer", subject, cause: told, remedy: `${advice}, then run again` },
      advice
    );
  }
  return new RemedyError({
    code: "proxy-refused",
    subject,
    cause: `the proxy ${host} of ${proxy.variable} refuses to connect to ${url.host} (${status})`,
    remedy: `ask who runs the proxy to allow ${url.host}, or ${direct}`
  });
}
function authorityRemedy(env) {
  const given = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"].filter((name) => (env[name] ?? "") !== "");
  const add = "name a readable PEM file with the authority's certificate in NODE_EXTRA_CA_CERTS before the start";
  const isNot = given.length === 0 ? "" : ` (${given.join(" and ")} ${given.length === 1 ? "is" : "are"} set, but the authority is not in the file)`;
  return `if the network has an authority of its own, ${add}${isNot}`;
}
function codeOf(cause) {
  return cause.code ?? cause.name;
}

// src/clients/http.ts
var TooLargeError = class extends RemedyError {
};
var TOLD_FROM_MS = 2e3;
var LONGEST_WAIT_MS = 3e4;
var MIB = 1024 * 1024;
function createHttp(options = {}) {
  const { tries = 5, timeoutMs = 3e4, waitMs = 500, patienceMs = 12e4, requestMs = 24e4 } = options;
  const { answerBytes = 32 * MIB, totalBytes = 256 * MIB, totalMs = 48e4, env = {} } = options;
  const busy = createStopwatch();
  const waitFor = createWaits(options.onWait);
  let bytesLeft = totalBytes;
  return async (request) => {
    const ends = performance.now() + requestMs;
    const timeLeft = () => Math.min(ends - performance.now(), totalMs - busy.elapsed());
    busy.start();
    try {
      for (let attempt = 1; ; attempt += 1) {
        const last = attempt >= tries;
        const ms = Math.max(1, Math.ceil(Math.min(timeoutMs, timeLeft())));
        try {
          const answer = await send(request, env, { ms, bytes: Math.min(answerBytes, bytesLeft) });
          bytesLeft -= answer.bytes;
          const wait = waitAfter(answer, attempt, waitMs);
          if (last || wait > Math.min(patienceMs, timeLeft()) || !worthRepeating(request, answer))
            return answer;
          await waitFor(wait, whyAgain(request, answer));
        } catch (error) {
          if (last || !isRepeatable(request) || !(error instanceof NoAnswerError)) throw error;
          const wait = backoff(attempt, waitMs);
          if (wait > timeLeft()) throw error;
          await waitFor(wait, `${hostOf(request)} does not answer`);
        }
      }
    } finally {
      busy.stop();
    }
  };
}
function createWaits(tell) {
  let toldUntil = 0;
  return async (ms, why) => {
    const until = performance.now() + ms;
    if (tell !== void 0 && ms >= TOLD_FROM_MS && until > toldUntil + TOLD_FROM_MS) {
      toldUntil = until;
      tell(`${why}: asking again in ${Math.ceil(ms / 1e3)} s`);
    }
    await sleep(ms);
  };
}
function whyAgain(request, { status }) {
  const host = hostOf(request);
  return status === 429 || status === 403 ? `${host} limits how much may be asked at a time` : `${host} answered ${status}`;
}
function hostOf({ url }) {
  return URL.canParse(url) ? new URL(url).host : "the service";
}
function createStopwatch() {
  let [running, since, sum] = [0, 0, 0];
  const elapsed = () => sum + (running > 0 ? performance.now() - since : 0);
  return {
    elapsed,
    start: () => {
      if (running === 0) since = performance.now();
      running += 1;
    },
    stop: () => {
      if (running === 1) sum = elapsed();
      running -= 1;
    }
  };
}
function isRepeatable(request) {
  return request.method === "GET" || request.repeatable === true;
}
function worthRepeating(request, answer) {
  const { status, headers } = answer;
  if (status === 429 || status === 503) return true;
  if (status === 403) return headers["retry-after"] !== void 0 || headers["x-ratelimit-remaining"] === "0";
  return isRepeatable(request) && (status === 500 || status === 502 || status === 504);
}
function waitAfter(answer, attempt, first) {
  const seconds = Number(answer.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1e3 : backoff(attempt, first);
}
function backoff(attempt, first) {
  const wait = Math.min(first * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return wait / 2 + Math.random() * (wait / 2);
}
async function send(request, env, limits) {
  const url = URL.canParse(request.url) ? new URL(request.url) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new RemedyError({
      code: "address-invalid",
      subject: `${request.method} request`,
      cause: "its address is not http(s)",
      remedy: "fix the configured address"
    });
  }
  const { method } = request;
  const body = request.body === void 0 ? void 0 : Buffer.from(request.body, "utf8");
  const signal = AbortSignal.timeout(limits.ms);
  const { proxy, isSecure, options } = wayTo(url, env, signal);
  const open2 = isSecure ? process.getBuiltinModule("node:https").request : httpRequest2;
  const headers = {
    ...options.headers,
    ...request.headers,
    ...body === void 0 ? {} : { "content-length": body.length }
  };
  return new Promise((done, fail) => {
    const lost = (cause) => fail(lossOf({ method, url, proxy, env, cause }));
    const outgoing = open2(url, { ...options, method, headers, signal }, (answer) => {
      const refused = answerOfProxy({ method, url, proxy }, answer.statusCode);
      if (refused !== void 0) outgoing.destroy(refused);
      else
        collect(answer, limits.bytes, () => tooLarge(method, url, limits.bytes)).then(
          (text) => done({ status: answer.statusCode ?? 0, headers: answer.headers, ...text }),
          lost
        );
    });
    outgoing.on("error", lost);
    outgoing.end(body);
  });
}
async function collect(answer, most, refusal2) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    if (bytes > most) throw refusal2();
    chunks.push(chunk);
  }
  return { text: Buffer.concat(chunks).toString("utf8"), bytes };
}
function tooLarge(method, url, bytes) {
  return new TooLargeError({
    code: "answer-too-large",
    subject: `${method} ${url.origin}${url.pathname}`,
    cause: `the answer has more than ${bytes} bytes, or is the last of too many`,
    remedy: "check that the address is the service's, and what is in between; ask for less"
  });
}

// src/clients/said-by-service.ts
var LONGEST = 300;
var TOKENS = /\b(?:gh[a-z]_|github_pat_|pul-)[A-Za-z0-9_-]{8,}/g;
function saidBy(text, hidden = []) {
  const message = messageOf(text).replace(TOKENS, "[hidden]");
  const plain = hidden.filter((each) => each !== "").reduce((left, each) => left.replaceAll(each, "[hidden]"), message);
  const line = visible(plain.replace(/\s+/g, " ").trim()).replace(/(?<!\.)\.$/, "");
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 3)}...` : line;
}
function messageOf(text) {
  try {
    const { message } = JSON.parse(text);
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}

// src/clients/pulumi-refusal.ts
var ConflictError = class extends RemedyError {
};
var UnavailableError = class extends RemedyError {
};
var NotFoundError = class extends RemedyError {
};
var LOOK_BETWEEN = "check that the address is Pulumi Cloud's API, and what is in between";
var UNKNOWN_TOKEN = [
  "the token is unknown, revoked or expired",
  "get a new token: run the job again, or pulumi login"
];
var OF_ENVIRONMENTS = {
  401: UNKNOWN_TOKEN,
  403: [
    "the token may not do this",
    "grant its team the right on this environment (secrets/access-policies.ts), then pulumi up"
  ],
  404: [
    "there is no such environment, or the token may not see it",
    "pulumi up for the stack that owns it; then check the token's team"
  ],
  413: ["the text is larger than the service takes", "move secrets to another group"]
};
var OF_ORGANIZATION = {
  401: UNKNOWN_TOKEN,
  403: ["the token may not do this", "use the token of an administrator of the organization"],
  404: [
    "there is no such thing, or the token may not see it",
    "check its name; use the token of an administrator of the organization"
  ]
};
var CODES = {
  401: "pulumi-token-invalid",
  403: "pulumi-permission-denied",
  404: "pulumi-not-found",
  413: "environment-text-too-large"
};
var KINDS = { 401: TokenError, 404: NotFoundError };
var QUOTED = [401, 402, 403, 429];
function saidInRefusal(answer, token) {
  return QUOTED.includes(answer.status) ? saidBy(answer.text, [token.unwrap()]) : "";
}
var OF_PLAN = /\b(edition|trial|upgrade|subscription|billing|payment)\b/i;
function refusal(refused, answer) {
  const { thing: subject, said, known } = refused;
  const quoted = said === "" || !refused.quotes ? "" : `: ${said}`;
  if (answer.status === 409) {
    return new ConflictError({
      code: "write-conflict",
      subject,
      cause: "somebody else wrote it in between",
      remedy: "run again: it reads and plans again"
    });
  }
  if (answer.status < 400) {
    const cause = `the service answered ${answer.status}, which is a redirect: something is in between`;
    return new RemedyError({ code: "pulumi-redirected", subject, cause, remedy: LOOK_BETWEEN });
  }
  if (answer.status === 401) return unknownToken(refused, quoted);
  if (answer.status === 402 || answer.status === 403 && OF_PLAN.test(said))
    return new RemedyError({
      code: "pulumi-plan-lacks-feature",
      subject,
      cause: `the organization's edition does not allow it (${answer.status})${quoted}`,
      remedy: "let an administrator of the organization look at its billing in Pulumi Cloud's console, then say in every stack which edition it has: pulumi config set edition EDITION; docs/permissions.md says what each has"
    });
  const [why, what] = known[answer.status] ?? [];
  const code = CODES[answer.status];
  if (why !== void 0 && what !== void 0 && code !== void 0)
    return new (KINDS[answer.status] ?? RemedyError)({
      code,
      subject,
      cause: `${why}${quoted}`,
      remedy: what
    });
  const reason = `the service answered ${answer.status}${diagnosticsOf(answer)}${quoted}`;
  if (answer.status >= 500 || answer.status === 429) {
    const remedy = `run again ${againAfter(answer)}`;
    return new UnavailableError({ code: "pulumi-unavailable", subject, cause: reason, remedy });
  }
  const isText = known === OF_ENVIRONMENTS;
  const problem = {
    code: "pulumi-refused",
    subject,
    cause: reason,
    remedy: isText ? "fix the text of the environment" : "check what was asked for, then run this again"
  };
  return isText ? new RefusedTextError(problem, linesOf(answer)) : new RemedyError(problem);
}
var RefusedTextError = class extends RemedyError {
  /** @param lines of the text that it names, from 1. */
  constructor(problem, lines) {
    super(problem);
    this.lines = lines;
  }
  lines;
};
function unknownToken({ thing, url, organization, tokenName, said }, quoted) {
  if (/\bSAML\b|\bSSO\b/.test(said))
    return new TokenError({
      code: "pulumi-sso-required",
      subject: thing,
      cause: `Pulumi Cloud asks for a new login by single sign-on${quoted}`,
      remedy: `open ${reauthenticationPage(url, organization)}, then run this again`
    });
  const [why, what] = UNKNOWN_TOKEN;
  if (tokenName === void 0)
    return new TokenError({
      code: "pulumi-token-invalid",
      subject: thing,
      cause: `${why}${quoted}`,
      remedy: what
    });
  return new TokenError({
    code: "pulumi-token-invalid",
    subject: tokenName,
    cause: `${tokenName === "pulumi login" ? `the token that it keeps for ${url}` : "its token"} is unknown, revoked or expired${quoted}`,
    remedy: tokenName === "pulumi login" ? `pulumi login ${url}` : "set a valid one, or use what pulumi login keeps: unset PULUMI_ACCESS_TOKEN"
  });
}
function reauthenticationPage(url, organization) {
  const { hostname } = new URL(url);
  if (!hostname.startsWith("api.")) return "Pulumi Cloud's console and sign in by single sign-on";
  return `https://app.${hostname.slice("api.".length)}/signin/sso/${encodeURIComponent(organization)}/reauth`;
}
function againAfter({ headers }) {
  const seconds = Number(headers["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? `in ${seconds} s` : "later";
}
function diagnosticsOf(answer) {
  const lines = linesOf(answer);
  return lines.length === 0 ? "" : ` (lines ${lines.join(", ")})`;
}
function linesOf(answer) {
  try {
    const body = JSON.parse(answer.text);
    return (body.diagnostics ?? []).map((each) => each.range?.begin?.line).filter((line) => line !== void 0);
  } catch {
    return [];
  }
}

// src/clients/pulumi-call.ts
function isOutage(error) {
  return error instanceof NoAnswerError || error instanceof UnavailableError;
}
function createPulumiCall(options) {
  const { url, organization, token, tokenName, http } = options;
  const call = async (thing, path, request = { method: "GET" }) => {
    const headers = {
      authorization: `token ${token.unwrap()}`,
      ...path.startsWith(ESC) ? { "content-type": "application/x-yaml" } : JSON_HEADERS,
      ...request.headers
    };
    const answer = await http({ ...request, url: `${url}${path}`, headers });
    if (answer.status >= 300) {
      const known = path.startsWith(ESC) ? OF_ENVIRONMENTS : OF_ORGANIZATION;
      const said = saidInRefusal(answer, token);
      const quotes = path.startsWith(OF_NAMES);
      throw refusal({ thing, url, organization, tokenName, said, known, quotes }, answer);
    }
    return answer;
  };
  return Object.assign(call, { organization });
}
var ESC = "/api/esc/";
var OF_NAMES = "/api/orgs/";
var JSON_HEADERS = { accept: "application/vnd.pulumi+9", "content-type": "application/json" };
function parseAnswer(thing, answer) {
  try {
    const value = JSON.parse(answer.text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
  }
  throw notTheService(thing, "is not JSON");
}
function notTheService(thing, what) {
  return new RemedyError({
    code: "pulumi-answer-unreadable",
    subject: thing,
    cause: `the service's answer ${what}`,
    remedy: LOOK_BETWEEN
  });
}

// src/clients/pulumi-cloud.ts
function valueAt(document, path) {
  let found = { value: member(document, "properties") };
  for (const name of path) found = member(member(found, "value"), name);
  return member(found, "unknown") === true ? void 0 : member(found, "value") ?? void 0;
}
function member(value, name) {
  return typeof value === "object" && value !== null ? value[name] : void 0;
}

// src/loaders/typescript/collect-secrets.ts
var MissingSecretsError = class extends RemedyError {
  /** App keys, in the order of the GitHub names. */
  keys;
  constructor(spec, place, missing) {
    const named = missing.map(({ entry, reason }) => `${entry.keys[0]} (${entry.name}) ${reason}`);
    super({
      code: "secrets-missing",
      subject: place,
      cause: `${counted(missing.length, "secret")} could not be loaded: ${named.join("; ")}`,
      remedy: missing.every(({ isUnrotated }) => isUnrotated) ? "rotate each once, as an administrator, then start again" : `set each in GitHub under the name in brackets, run the workflow ${spec.workflow}, then start again`
    });
    this.keys = missing.map(({ entry }) => entry.keys[0] ?? "");
  }
};
function collectSecrets(spec, environment, document) {
  const values = /* @__PURE__ */ new Map();
  const missing = [];
  for (const entry of spec.entries) {
    const { secret, reason, wrong, isUnrotated } = readOne(
      spec,
      entry.path,
      valueAt(document, [spec.root, ...entry.path.split(".")])
    );
    if (reason !== void 0 && (wrong === true || entry.requiredIn.includes(environment)))
      missing.push({ entry, reason, ...isUnrotated === void 0 ? {} : { isUnrotated } });
    for (const key of entry.keys) values.set(key, secret);
  }
  if (missing.length === 0) return values;
  throw new MissingSecretsError(spec, spec.environments[environment]?.opens ?? environment, missing);
}
function readOne(spec, path, value) {
  if (value === void 0) return { reason: "is not there" };
  if (value === "") return { reason: "is empty" };
  if (value === spec.placeholder) return { reason: "is a placeholder, nobody has set it yet" };
  if (value === spec.unrotated)
    return { reason: "has never been rotated: pulumi env rotate makes the first one", isUnrotated: true };
  if (typeof value === "string") return { secret: new Secret(value) };
  const kind = Array.isArray(value) ? "list" : typeof value === "object" ? "mapping" : typeof value;
  return { reason: `is a ${kind} at ${path}, not text`, wrong: true };
}

// src/loaders/typescript/create-loader.ts
import { AsyncLocalStorage } from "node:async_hooks";

// src/clients/pulumi-login.ts
import { readFileSync as readFileSync2 } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
var PULUMI_CLOUD = "https://api.pulumi.com";
function lookForPulumiToken(address, env, home = homedir()) {
  const given = (env.PULUMI_ACCESS_TOKEN ?? "").trim();
  if (/^[\x21-\x7e]+$/.test(given)) return { token: new Secret(given), name: "PULUMI_ACCESS_TOKEN" };
  if (given !== "")
    return {
      code: "pulumi-token-invalid",
      subject: "PULUMI_ACCESS_TOKEN",
      cause: "contains whitespace or non-ASCII characters",
      remedy: "export the token alone: export PULUMI_ACCESS_TOKEN=..."
    };
  return storedLogin(
    address,
    join(env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || join(home, ".pulumi"), FILE)
  );
}
var FILE = "credentials.json";
function storedLogin(address, file) {
  const kept = readCredentials(file);
  if ("code" in kept) return kept;
  const { accounts, accessTokens } = kept;
  const stored = accounts?.[address]?.accessToken ?? accessTokens?.[address];
  if (typeof stored === "string" && stored.trim() !== "")
    return { token: new Secret(stored.trim()), name: "pulumi login" };
  if (kept.$pulumiSecureStore !== void 0)
    return {
      code: "login-encrypted",
      subject: "PULUMI_ACCESS_TOKEN",
      cause: `is not set, and pulumi login keeps its token encrypted in ${file}, which only the CLI can read`,
      remedy: `export PULUMI_ACCESS_TOKEN=..., or store it readable: PULUMI_CREDENTIAL_STORE=plaintext pulumi login ${address}`
    };
  const others = [.../* @__PURE__ */ new Set([...Object.keys(accounts ?? {}), ...Object.keys(accessTokens ?? {})])].filter((each) => each !== address).map(shownAddress);
  if (others.length === 0) return noToken();
  return {
    code: "login-elsewhere",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: `is not set, and pulumi login keeps a token for ${others.slice(0, 3).join(", ")}${others.length > 3 ? ` and ${others.length - 3} more` : ""}, none for ${address}`,
    remedy: `pulumi login ${address}; if another Pulumi Cloud is meant, pulumi config set pulumiApiUrl ADDRESS for every stack`
  };
}
function readCredentials(file) {
  const wrong = (cause, remedy) => ({
    code: "login-unreadable",
    subject: file,
    cause,
    remedy: `${remedy}, or export PULUMI_ACCESS_TOKEN=...`
  });
  let text;
  try {
    text = readFileSync2(file, "utf8");
  } catch (error) {
    const { code = "unknown" } = error;
    return code === "ENOENT" || code === "ENOTDIR" ? noToken() : wrong(`cannot be read (${code})`, `chmod u+r ${file}`);
  }
  try {
    const kept = JSON.parse(text);
    if (typeof kept === "object" && kept !== null && !Array.isArray(kept)) return kept;
  } catch {
  }
  return wrong("is not what pulumi login writes", "pulumi login writes it again");
}
function noToken() {
  return {
    code: "pulumi-token-missing",
    subject: "PULUMI_ACCESS_TOKEN",
    cause: "is not set, and pulumi login keeps no token for this address",
    remedy: "pulumi login, or export PULUMI_ACCESS_TOKEN=..."
  };
}
function shownAddress(address) {
  return visible(address.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//")).slice(0, 80);
}

// src/loaders/typescript/token-sources.ts
import { readFileSync as readFileSync3 } from "node:fs";

// src/clients/oidc.ts
function idTokenEndpoint(env) {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL ?? "";
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "";
  if (url !== "" && token !== "") return { url, token: new Secret(token) };
  throw new RemedyError({
    code: "id-token-permission-missing",
    subject: "GitHub's id token",
    cause: "this process may not ask for one",
    remedy: "run it in a GitHub Actions job with permissions: id-token: write"
  });
}
async function requestIdToken(endpoint, audience, http) {
  const url = `${endpoint.url}&audience=${encodeURIComponent(audience)}`;
  const answer = await http({
    method: "GET",
    url,
    headers: { authorization: `bearer ${endpoint.token.unwrap()}` }
  });
  const { value } = answer.status === 200 ? parse(answer.text) : {};
  if (typeof value === "string" && value !== "") return new Secret(value);
  const remedy = "give the job permissions: id-token: write, and run it again";
  throw new RemedyError({
    code: "id-token-refused",
    subject: "GitHub's id token",
    cause: `GitHub answered ${answer.status} without one`,
    remedy
  });
}
async function tradeQuietly(options, http) {
  const { token, seconds, answer } = await tradeToken(options, http);
  if (token !== void 0) return { token, seconds };
  const { url, organization, idToken, team } = options;
  const thing = `Pulumi Cloud's trust in this identity (team ${team} of ${organization})`;
  const { status } = answer;
  if (status < 300) throw notTheService(thing, "holds no token");
  if (status < 400 || status === 429 || status >= 500)
    throw refusal(
      { thing, url, organization, tokenName: void 0, said: "", known: {}, quotes: false },
      answer
    );
  const { iss, aud, sub } = claimsIn(idToken);
  throw new RemedyError({
    code: "trust-refused",
    subject: thing,
    cause: `it answered ${status}; the identity: iss ${iss}, aud ${aud}, sub ${sub}`,
    remedy: "compare this with the trust declared for the application (secrets/), then pulumi up"
  });
}
async function tradeToken(options, http) {
  const { url, organization, idToken, expiration } = options;
  const { kind, scope } = wordsOf(options);
  const body = JSON.stringify({
    audience: `urn:pulumi:org:${organization}`,
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    requested_token_type: `urn:pulumi:token-type:access_token:${kind}`,
    subject_token: idToken.unwrap(),
    scope,
    expiration
  });
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", url: `${url}/api/oauth/token`, headers, body, repeatable: true };
  const answer = await http(request);
  const { access_token: token, error_description: said, expires_in: seconds } = parse(answer.text);
  if (answer.status === 200 && typeof token === "string" && token !== "")
    return { token: new Secret(token), seconds: typeof seconds === "number" ? seconds : expiration };
  return { answer, said: typeof said === "string" ? said : "" };
}
function wordsOf(wish) {
  if ("team" in wish) return { kind: "team", scope: `team:${wish.team}`, who: `team ${wish.team}` };
  return { kind: "organization", scope: "admin", who: "administrator" };
}
function claimsIn(idToken) {
  const [, body = ""] = idToken.unwrap().split(".");
  return parse(Buffer.from(body, "base64url").toString("utf8"));
}
var DECLARED = "pulumi up of the organization's stack declares it";
var REMEDIES = [
  [
    /issuer|"iss"/i,
    `register GitHub's issuer with the organization that the stack's config names: ${DECLARED}`
  ],
  [/audience|"aud"/i, `the issuer's rules must name the audience urn:pulumi:org:ORGANIZATION: ${DECLARED}`],
  [/team|scope/i, "make the team that writes this environment: pulumi up of the stack that owns it"],
  [/expir/i, "let the issuer's tokens live 900 seconds or longer, and check the runner's clock"]
];
function parse(text) {
  try {
    return { ...JSON.parse(text) };
  } catch {
    return {};
  }
}

// src/loaders/typescript/token-sources.ts
var KUBERNETES_TOKEN = "/var/run/secrets/pulumi/token";
var SECONDS = 3600;
var MARGIN_SECONDS = 60;
function storedToken() {
  return {
    token: async ({ url, variables }) => {
      const found = lookForPulumiToken(url, variables, variables.HOME);
      if ("token" in found) return usable(found.token, "PULUMI_ACCESS_TOKEN");
      if (found.code === "login-encrypted")
        throw new RemedyError({
          code: "login-encrypted",
          subject: "credentials.json",
          cause: "pulumi login keeps its token encrypted (PULUMI_CREDENTIAL_STORE), which only the CLI can read",
          remedy: "set PULUMI_ACCESS_TOKEN, or start the program with pulumi env run"
        });
      if (found.code === "pulumi-token-invalid") throw malformed("PULUMI_ACCESS_TOKEN");
      throw new RemedyError({
        code: "token-missing",
        subject: "PULUMI_ACCESS_TOKEN",
        cause: "neither it nor the option token is set, and pulumi login keeps no token for this service",
        remedy: "give it a token of the application's team, or run pulumi login"
      });
    },
    forget: () => void 0
  };
}
function fixedToken(token) {
  return { token: async () => usable(token, "the option token"), forget: () => void 0 };
}
function githubActions(options = {}) {
  return tradedIdentity(
    async (context) => requestIdToken(idTokenEndpoint(context.variables), audienceOf(context), context.http),
    options.team
  );
}
function kubernetes(options = {}) {
  const { path = KUBERNETES_TOKEN, team } = options;
  return tradedIdentity(async (context) => identityIn(path, context), team);
}
function tradedIdentity(read, team) {
  let kept;
  return {
    token: async (context) => {
      if (kept !== void 0 && performance.now() < kept.until) return kept.token;
      const idToken = usable(await read(context), "the identity token");
      const { url, organization, http } = context;
      const wish = { url, organization, idToken, expiration: SECONDS, team: team ?? context.team };
      const { token, seconds } = await tradeQuietly(wish, http);
      kept = { token, until: performance.now() + (seconds - Math.min(MARGIN_SECONDS, seconds / 10)) * 1e3 };
      return token;
    },
    forget: () => {
      kept = void 0;
    }
  };
}
var audienceOf = ({ organization }) => `urn:pulumi:org:${organization}`;
function identityIn(path, context) {
  const wrong = (cause, remedy) => new RemedyError({ code: "identity-missing", subject: path, cause, remedy });
  const identity = textOf(path);
  if (identity === void 0)
    throw wrong("the file cannot be read", "project a service account's token there, or name another file");
  const audience = claimsIn(identity).aud;
  if (![audience].flat().includes(audienceOf(context)))
    throw wrong(`the token is not for ${audienceOf(context)}`, "project one with that audience");
  return identity;
}
function textOf(path) {
  try {
    return new Secret(readFileSync3(path, "utf8").trim());
  } catch {
    return void 0;
  }
}
function usable(token, subject) {
  const text = token.unwrap().trim();
  if (/^[\x21-\x7e]+$/.test(text)) return new Secret(text);
  throw malformed(subject);
}
function malformed(subject) {
  const cause = "it is empty, or has white space or other characters that no token has";
  const remedy = "give it a token of the application's team, or your own";
  return new RemedyError({ code: "token-malformed", subject, cause, remedy });
}

// src/loaders/typescript/loader-options.ts
var TIMEOUT_SECONDS = 30;
function decideOptions(options, spec) {
  const variables = options.variables ?? process.env;
  const { token, timeout = TIMEOUT_SECONDS } = options;
  const ms = timeout * 1e3;
  return {
    environment: environmentOf(options, spec, variables),
    organization: options.organization ?? (variables.PULUMI_ORG || spec.organization),
    url: checkUrl(options.url ?? (variables.PULUMI_BACKEND_URL || PULUMI_CLOUD)),
    source: sourceOf(token),
    variables,
    http: () => options.http ?? createHttp({ timeoutMs: ms, requestMs: ms, totalMs: ms, patienceMs: ms, env: variables })
  };
}
function checkTimes({ timeout, maxAge, background, staleIfError = 0 }) {
  const cause = timeout !== void 0 && timeout <= 0 ? "timeout must be more than 0 seconds" : maxAge !== void 0 && maxAge <= 0 ? "maxAge must be more than 0 seconds" : maxAge === void 0 && (background === true || staleIfError > 0) ? "background and staleIfError need maxAge" : staleIfError < 0 ? "staleIfError must not be negative" : void 0;
  if (cause === void 0) return;
  const remedy = "give the option another value";
  throw new RemedyError({ code: "option-invalid", subject: "the loader's options", cause, remedy });
}
function sourceOf(token) {
  if (token === void 0) return storedToken();
  if (typeof token === "string") return fixedToken(new Secret(token));
  return token instanceof Secret ? fixedToken(token) : token;
}
function environmentOf(options, spec, variables) {
  const wanted = options.environment ?? variables[spec.variable] ?? "";
  if (Object.hasOwn(spec.environments, wanted)) return wanted;
  const isMissing = wanted === "";
  throw new RemedyError({
    code: isMissing ? "deployment-missing" : "deployment-unknown",
    subject: spec.variable,
    cause: isMissing ? "neither it nor the option environment is set" : `${wanted} is not an environment here`,
    remedy: `set one of ${Object.keys(spec.environments).join(", ")}`
  });
}
function checkUrl(text) {
  const cause = unfitAddress(text);
  if (cause === void 0) return new URL(text).origin;
  throw new RemedyError({
    code: "address-invalid",
    subject: "PULUMI_BACKEND_URL",
    cause: `it, or the option url, ${cause}; the address of a state file is none`,
    remedy: `leave it out for ${PULUMI_CLOUD}, or give the option url`
  });
}

// src/loaders/typescript/last-known-good.ts
import { readFileSync as readFileSync4, renameSync, rmSync, writeFileSync } from "node:fs";
var NONCE_BYTES = 12;
var TAG_BYTES = 16;
var KEY_BYTES = 32;
var CLOCK_SECONDS = 60;
function saveCopy(options, about, values) {
  const saved = Math.floor(Date.now() / 1e3);
  const { createCipheriv, randomBytes } = process.getBuiltinModule("node:crypto");
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(options), nonce).setAAD(associated(about, saved));
  const sealed = Buffer.concat([
    cipher.update(JSON.stringify(values), "utf8"),
    cipher.final(),
    cipher.getAuthTag()
  ]);
  const text = JSON.stringify({
    version: 1,
    saved,
    nonce: nonce.toString("base64"),
    data: sealed.toString("base64")
  });
  const unfinished = `${options.path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(unfinished, text, { mode: 384, flag: "wx" });
    renameSync(unfinished, options.path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
function readCopy(options, about) {
  const key = keyOf(options);
  const { createDecipheriv } = process.getBuiltinModule("node:crypto");
  try {
    const kept = JSON.parse(readFileSync4(options.path, "utf8"));
    const data = Buffer.from(kept.data, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(kept.nonce, "base64"), {
      authTagLength: TAG_BYTES
    }).setAAD(associated(about, kept.saved)).setAuthTag(data.subarray(-TAG_BYTES));
    const opened = Buffer.concat([decipher.update(data.subarray(0, -TAG_BYTES)), decipher.final()]);
    const age = Date.now() / 1e3 - kept.saved;
    if (age < -CLOCK_SECONDS || age > options.maxAge) return void 0;
    const values = JSON.parse(opened.toString("utf8"));
    return new Map(Object.entries(values).map(([name, value]) => [name, new Secret(value)]));
  } catch {
    return void 0;
  }
}
var associated = (about, saved) => Buffer.from(`1|${about}|${saved}`, "utf8");
function keyOf({ key }) {
  const text = key.unwrap();
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === KEY_BYTES && bytes.toString("base64") === text) return bytes;
  throw new RemedyError({
    code: "copy-key-invalid",
    subject: "lastKnownGood",
    cause: "its key is not 32 bytes in base64",
    remedy: "give it a key from openssl rand -base64 32"
  });
}

// src/loaders/generator/loader-spec.ts
function keysOf(spec) {
  return spec.entries.flatMap(({ keys }) => keys).sort();
}

// src/loaders/typescript/snapshot.ts
function createSnapshot(spec, environment, values, source = "pulumi-cloud") {
  const secrets = Object.fromEntries(values);
  const get = (key) => {
    if (values.has(key)) return values.get(key);
    throw unknownKey(spec, key);
  };
  Object.defineProperty(secrets, "get", { value: get });
  return { secrets: withUnknownKeys(spec, secrets), values, environment, source };
}
function createFake(spec, environment, given) {
  for (const key of given.keys()) if (!keysOf(spec).includes(key)) throw unknownKey(spec, key);
  const values = /* @__PURE__ */ new Map();
  for (const { keys } of spec.entries) {
    const value = keys.map((key) => given.get(key)).find((each) => each !== void 0);
    for (const key of keys) values.set(key, value);
  }
  const read = (key) => {
    const entry = spec.entries.find(({ keys }) => keys.includes(key));
    if (entry === void 0) throw unknownKey(spec, key);
    const value = values.get(key);
    if (value !== void 0 || !entry.requiredIn.includes(environment)) return value;
    const place = spec.environments[environment]?.opens ?? environment;
    throw new MissingSecretsError(spec, place, [{ entry, reason: "has no value" }]);
  };
  const secrets = Object.defineProperty({}, "get", { value: read });
  for (const key of values.keys())
    Object.defineProperty(secrets, key, { get: () => read(key), enumerable: true });
  return { secrets: withUnknownKeys(spec, secrets), values, environment, source: "fake" };
}
var LOOKED_FOR = /* @__PURE__ */ new Set([
  "then",
  "catch",
  "finally",
  "length",
  "name",
  "message",
  "inspect"
]);
var LIKE_A_KEY = /^[a-z][a-z0-9_]*$/;
function withUnknownKeys(spec, secrets) {
  return new Proxy(Object.freeze(secrets), {
    get: (target, key) => {
      if (typeof key === "symbol" || key in target || LOOKED_FOR.has(key) || !LIKE_A_KEY.test(key))
        return Reflect.get(target, key);
      throw unknownKey(spec, key);
    }
  });
}
function changedKeys(before, after) {
  const text = ({ values }, key) => values.get(key)?.unwrap();
  return [...after.values.keys()].filter((key) => text(before, key) !== text(after, key));
}
function unknownKey(spec, key) {
  const names2 = new Map(spec.entries.flatMap(({ name, keys }) => keys.map((each) => [each, name])));
  const nearest = nearestNames(key, [...names2.keys()]).map((each) => `${each} (${names2.get(each)})`);
  return new RemedyError({
    code: "app-key-unknown",
    subject: `app key ${key}`,
    cause: "the catalog has no such key",
    remedy: `use ${nearest.join(", ")}, or add an entry to the catalog and generate this loader again`
  });
}

// src/loaders/typescript/reader.ts
var SESSION = "2h";
var REOPEN_MS = 36e5;
var CLOCKS_MS = 5e3;
var PAGES = 20;
function createReader(spec, options) {
  const target = decideOptions(options, spec);
  const place = spec.environments[target.environment] ?? { opens: "", watches: [], team: "" };
  const about = `${target.organization}/${place.opens}`;
  const watched = [place.opens, ...place.watches];
  let seen;
  let opened = { at: 0, byService: Number.NaN };
  const isUnchanged = (now) => {
    if (now.size < watched.length || performance.now() - opened.at > REOPEN_MS) return false;
    if (seen !== void 0) return watched.every((each) => now.get(each) === seen?.get(each));
    return [...now.values()].every(
      (each) => Date.parse(each.split(" ")[1] ?? "") < opened.byService - CLOCKS_MS
    );
  };
  const ask = async (kept) => {
    const http = target.http();
    const { url, organization, variables } = target;
    const token = await target.source.token({ url, organization, team: place.team, variables, http });
    const call = createPulumiCall({ url, organization, token, http });
    const now = kept?.source === "pulumi-cloud" ? await modified(call, watched) : void 0;
    if (kept !== void 0 && now !== void 0 && isUnchanged(now)) {
      seen = now;
      return kept;
    }
    const { document, date } = await open(call, place.opens);
    const values = collectSecrets(spec, target.environment, document);
    seen = now;
    opened = { at: performance.now(), byService: date };
    if (options.lastKnownGood !== void 0) keep(spec, values, options.lastKnownGood, about);
    return createSnapshot(spec, target.environment, values);
  };
  const copy = () => {
    const found = options.lastKnownGood && readCopy(options.lastKnownGood, about);
    return found && fromCopy(spec, target.environment, found);
  };
  return {
    read: async (kept) => {
      try {
        return await ask(kept);
      } catch (error) {
        if (error instanceof TokenError) target.source.forget();
        else if (!isOutage(error)) throw error;
        else {
          const found = kept === void 0 ? copy() : void 0;
          if (found !== void 0) return found;
          throw unavailable(about, error);
        }
      }
      return ask(kept);
    }
  };
}
async function open(call, path) {
  const subject = `${call.organization}/${path}`;
  const at = `/api/esc/environments/${subject}/open`;
  const request = { method: "POST", body: "", repeatable: true };
  const answer = await call(subject, `${at}?duration=${SESSION}`, request);
  const { id } = parseAnswer(subject, answer);
  if (typeof id !== "string") throw notTheService(subject, "names no session");
  const document = parseAnswer(subject, await call(subject, `${at}/${encodeURIComponent(id)}`));
  if (Array.isArray(document)) throw notTheService(subject, "is not an environment");
  return { document, date: Date.parse(answer.headers.date ?? "") };
}
async function modified(call, watched) {
  const found = /* @__PURE__ */ new Map();
  for (let page = 0, after = ""; page < PAGES; page += 1) {
    const query = after === "" ? "" : `?continuationToken=${encodeURIComponent(after)}`;
    const answer = await call(call.organization, `/api/esc/environments/${call.organization}${query}`);
    const { environments, nextToken } = parseAnswer(call.organization, answer);
    for (const each of Array.isArray(environments) ? environments : []) {
      const path = `${each.project}/${each.name}`;
      if (watched.includes(path)) found.set(path, `${each.id} ${each.modified}`);
    }
    after = nextToken ?? "";
    if (after === "" || found.size === watched.length) break;
  }
  return found;
}
function keep(spec, values, options, about) {
  const texts = spec.entries.flatMap(({ keys: [key = ""] }) => {
    const value = values.get(key);
    return value === void 0 ? [] : [[key, value.unwrap()]];
  });
  try {
    saveCopy(options, about, Object.fromEntries(texts));
  } catch (error) {
    const { code } = error;
    if (error instanceof RemedyError) throw error;
    process.emitWarning(`the last known good copy was not written: ${code}`, "SophiaSecretsWarning");
  }
}
function fromCopy(spec, environment, kept) {
  const values = /* @__PURE__ */ new Map();
  for (const { keys } of spec.entries) for (const key of keys) values.set(key, kept.get(keys[0] ?? ""));
  const absent = spec.entries.filter(
    ({ keys, requiredIn }) => requiredIn.includes(environment) && values.get(keys[0] ?? "") === void 0
  );
  if (absent.length === 0) return createSnapshot(spec, environment, values, "last-known-good");
  const place = spec.environments[environment]?.opens ?? environment;
  throw new MissingSecretsError(
    spec,
    place,
    absent.map((entry) => ({ entry, reason: "is not in the copy" }))
  );
}
function unavailable(subject, error) {
  if (error instanceof UnavailableError) return error;
  const [cause, advice] = error instanceof NoAnswerError ? [error.problem.cause, error.advice] : ["no answer", "check the address and the network"];
  const remedy = `${advice}, then start again`;
  return new UnavailableError({ code: "pulumi-unavailable", subject, cause, remedy });
}

// src/loaders/typescript/create-loader.ts
var PAUSE_MS = 1e3;
var fakes = new AsyncLocalStorage();
function createLoader(spec, options = {}) {
  checkTimes(options);
  return new KeepingLoader(spec, options);
}
function withFake(spec, environment, values, run) {
  const given = Object.entries(values).map(
    ([key, value]) => [key, value === void 0 ? void 0 : new Secret(value)]
  );
  const [first = ""] = Object.keys(spec.environments);
  const fake = createFake(spec, environment ?? first, new Map(given));
  return fakes.run(new Map([...fakes.getStore() ?? [], [spec, fake]]), run);
}
var KeepingLoader = class {
  #spec;
  #options;
  #listeners = /* @__PURE__ */ new Set();
  #reader;
  #snapshot;
  #checked = 0;
  #outage;
  #underWay;
  #timer;
  constructor(spec, options) {
    this.#spec = spec;
    this.#options = options;
  }
  async load() {
    const fake = fakes.getStore()?.get(this.#spec);
    if (fake !== void 0) return fake.secrets;
    const kept = this.#snapshot;
    if (kept !== void 0 && this.#age() <= this.#maxAgeMs()) return kept.secrets;
    const { error, at } = this.#outage ?? { error: void 0, at: Number.NEGATIVE_INFINITY };
    if (performance.now() - at > PAUSE_MS) {
      try {
        return (await this.#renew()).secrets;
      } catch (failure) {
        if (!isOutage(failure)) throw failure;
        this.#outage = { error: failure, at: performance.now() };
        return this.#stale(failure);
      }
    }
    return this.#stale(error);
  }
  async refresh() {
    const fake = fakes.getStore()?.get(this.#spec);
    return (fake ?? await this.#renew()).secrets;
  }
  onChange(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  close() {
    clearTimeout(this.#timer);
    this.#timer = this.#snapshot = this.#reader = this.#outage = void 0;
  }
  #age() {
    return performance.now() - this.#checked;
  }
  #maxAgeMs() {
    const { maxAge } = this.#options;
    return maxAge === void 0 ? Number.POSITIVE_INFINITY : maxAge * 1e3;
  }
  /** The old snapshot for as long as `staleIfError` allows. */
  #stale(error) {
    const limit = this.#maxAgeMs() + (this.#options.staleIfError ?? 0) * 1e3;
    if (this.#snapshot !== void 0 && this.#age() <= limit) return this.#snapshot.secrets;
    throw error;
  }
  /** Calls at the same time share one. */
  #renew() {
    this.#underWay ??= this.#read().finally(() => {
      this.#underWay = void 0;
    });
    return this.#underWay;
  }
  async #read() {
    this.#reader ??= createReader(this.#spec, this.#options);
    const before = this.#snapshot;
    const current = await this.#reader.read(before);
    this.#snapshot = current;
    this.#checked = performance.now();
    this.#outage = void 0;
    if (this.#options.background === true) this.#schedule();
    if (before !== void 0 && before !== current) this.#tell(before, current);
    return current;
  }
  #tell(before, current) {
    const changed = changedKeys(before, current);
    for (const listener of changed.length === 0 ? [] : this.#listeners) {
      try {
        listener(current.secrets, changed);
      } catch {
      }
    }
  }
  /** Between half and nine tenths of `maxAge`, so that many processes do not ask at once. */
  #schedule() {
    clearTimeout(this.#timer);
    const wait = this.#maxAgeMs() * (0.5 + 0.4 * Math.random());
    this.#timer = setTimeout(() => void this.#renew().catch(() => this.#schedule()), wait);
    this.#timer.unref();
  }
};
export {
  MissingSecretsError,
  RemedyError,
  Secret,
  UnavailableError,
  createLoader,
  githubActions,
  kubernetes,
  withFake
};
