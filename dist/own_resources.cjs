"use strict";
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/resources/own/main.ts
var main_exports = {};
__export(main_exports, {
  secretRepositories: () => secretRepositories
});
module.exports = __toCommonJS(main_exports);

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

// src/text.ts
var COMMAND = "./sophia-secrets";
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
function diagnosticLine({ code, subject, cause, remedy }) {
  return `[${code}] ${subject}: ${cause}${remedy === void 0 ? "" : `. Remedy: ${remedy}`}`;
}

// src/secret.ts
var import_node_util = require("node:util");
var SHOWN = "[secret]";
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
    return SHOWN;
  }
  toJSON() {
    return SHOWN;
  }
  [Symbol.toPrimitive]() {
    return SHOWN;
  }
  [import_node_util.inspect.custom]() {
    return SHOWN;
  }
};

// src/clients/github-reasons.ts
var KNOWN = [
  {
    code: "github-ip-not-allowed",
    says: /IP allow list/i,
    remedy: "run it from an address that is on the list, or let an owner of the organization add this one (its settings, Authentication security)"
  },
  {
    code: "github-token-lifetime",
    says: /token's lifetime is greater than/i,
    remedy: "give the token an earlier end at the address that GitHub names, or make a new one that ends in time"
  },
  {
    code: "github-token-kind-forbidden",
    says: /forbids access via a personal access token \(classic\)/i,
    remedy: "set GITHUB_TOKEN to a fine-grained token of this organization (https://github.com/settings/personal-access-tokens/new), or to a GitHub App's"
  },
  {
    code: "github-token-kind-forbidden",
    says: /forbids access via a fine-grained personal access token/i,
    remedy: "set GITHUB_TOKEN to a GitHub App's token, or let an owner of the organization allow fine-grained tokens (its settings, Personal access tokens)"
  },
  {
    code: "github-app-restricted",
    says: /OAuth App access restrictions/i,
    remedy: "let an owner of the organization approve the application that made the token (its settings, Third-party access), or use a personal access token"
  },
  {
    code: "github-suspended",
    says: /(installation|account) (has been|was) suspended/i,
    remedy: "let an owner of the organization unsuspend it (for a GitHub App: its settings, GitHub Apps), or use another token"
  },
  {
    code: "github-repository-archived",
    says: /archived so is read-only|repository is archived/i,
    remedy: "gh repo unarchive OWNER/NAME, or take the repository out of the stacks' config"
  },
  {
    code: "github-actions-disabled",
    says: /Actions (has|have|is|are)( been)? disabled|disabled workflow/i,
    remedy: "turn it on where it was turned off (the organization's or the repository's settings, Actions; for one workflow gh workflow enable), then run this again"
  },
  {
    code: "github-plan-lacks-feature",
    says: /upgrade to GitHub|upgrade your plan|billing plan supports|not available (on|for|in) (your|this) (current )?(billing )?plan|requires GitHub (Team|Enterprise|Pro)/i,
    remedy: "docs/permissions.md says which plan has what: change the plan, or turn off what needs it in the stacks' config"
  },
  {
    code: "github-policy-forbids",
    says: /(enterprise|organization) (policy|administrators?|owners?) (has |have )?(forbid|disable|restrict|prevent|block|disallow|prohibit)|(disabled|blocked|disallowed|not permitted|not allowed|prohibited) by (an? |the |your )?(enterprise|organization)/i,
    remedy: "only who set the policy can change it: ask the owners of the organization or enterprise that GitHub names"
  }
];
var SSO_LINK = /^required;\s*url=(https:\/\/[\x21-\x7e]{1,500})$/;
function reasonOf(answer, said) {
  const sso = `${answer.headers["x-github-sso"] ?? ""}`;
  if (sso.startsWith("required") || answer.status === 403 && /\bSAML\b/.test(said)) {
    const link = SSO_LINK.exec(sso)?.[1];
    const where = link === void 0 ? "in the token's settings, Configure SSO (https://github.com/settings/tokens)" : `open ${link}`;
    return {
      code: "github-sso-required",
      remedy: `authorize the token for the organization: ${where}; then run this again`
    };
  }
  if (answer.status === 402)
    return {
      code: "github-plan-lacks-feature",
      remedy: "let an owner of the organization look at its billing, then run this again"
    };
  return KNOWN.find(({ says }) => says.test(said));
}
function movedTo(answer) {
  if (![301, 302, 307, 308].includes(answer.status)) return void 0;
  const id = /\/repositories\/(\d{1,20})(?:\/|$)/.exec(`${answer.headers.location ?? ""}`)?.[1];
  const how = id === void 0 ? "" : `: gh api repositories/${id} --jq .full_name prints it`;
  return {
    code: "github-moved",
    remedy: `it was renamed or transferred; put its new name into the stacks' config${how}`,
    ...id === void 0 ? {} : { repositoryId: id }
  };
}
function limitOf(answer, said) {
  const { status, headers } = answer;
  const isSecondary = /secondary rate limit|abuse detection/i.test(said);
  const isPrimary = headers["x-ratelimit-remaining"] === "0";
  if (status !== 429 && (status !== 403 || !(isSecondary || isPrimary || headers["retry-after"] !== void 0)))
    return void 0;
  const most = /^\d{1,6}$/.exec(`${headers["x-ratelimit-limit"] ?? ""}`)?.[0];
  const cause = isSecondary ? "GitHub's secondary rate limit, on requests in a short time, is used up" : `GitHub's rate limit is used up${isPrimary && most !== void 0 ? ` (${most} requests an hour)` : ""}`;
  return { cause, again: againAfter(answer, isSecondary) };
}
function againAfter({ headers }, isSecondary) {
  const seconds = Number(headers["retry-after"]);
  if (Number.isFinite(seconds) && seconds > 0) return `in ${seconds} s`;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-remaining"] === "0" && Number.isFinite(reset) && reset > 0 && reset < 1e11)
    return `after ${new Date(reset * 1e3).toISOString()}`;
  return isSecondary ? "in a minute, and after more minutes if it says so again" : "later";
}
function rightsOf({ headers }) {
  const has = headers["x-oauth-scopes"];
  const accepted = listIn(headers["x-accepted-oauth-scopes"]);
  if (has !== void 0) {
    const scopes = listIn(has);
    const [first] = accepted;
    if (first === void 0) return { hasScope: void 0, remedy: void 0 };
    if (accepted.some((each) => scopes.includes(each))) return { hasScope: true, remedy: void 0 };
    const remedy2 = `give the token the scope ${accepted.join(" or ")} (it has ${scopes.join(", ") || "none"}): gh auth refresh -s ${first} for a token of gh, or https://github.com/settings/tokens`;
    return { hasScope: false, remedy: remedy2 };
  }
  const permissions = listIn(headers["x-accepted-github-permissions"]);
  if (permissions.length === 0) return { hasScope: void 0, remedy: void 0 };
  const remedy = `give the token the permission ${permissions.join(" or ")}; a new or changed token may also wait for the approval of an owner of the organization`;
  return { hasScope: void 0, remedy };
}
function listIn(header) {
  return `${header ?? ""}`.split(/[,;]\s*/).map((each) => each.trim()).filter((each) => /^[a-z][a-z0-9_:=-]{0,60}$/i.test(each));
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

// src/clients/github-refusal.ts
var RIGHTS = "give the token the scope admin:org (classic) or the organization permission Secrets, read and write (fine-grained)";
var REPOSITORY_RIGHTS = "give the token the scope repo (classic) or Metadata, Environments and Secrets, read, on it (fine-grained)";
var ENVIRONMENT_RIGHTS = "give the token the scope repo (classic) or Environments, read and write, on the repository (fine-grained)";
var OWNER = "the token has the scope for it, and its account may not: use the token of an owner of the organization";
var RIGHTS_OF = { organization: RIGHTS, repository: REPOSITORY_RIGHTS, environment: ENVIRONMENT_RIGHTS };
var NotShownError = class extends RemedyError {
};
var MovedError = class extends RemedyError {
  constructor(problem, repositoryId) {
    super(problem);
    this.repositoryId = repositoryId;
  }
  repositoryId;
};
function refusal(asked, answer, token) {
  const { thing } = asked;
  const said = saidBy(answer.text, token === void 0 ? [] : [token.unwrap()]);
  const quoted = said === "" ? "" : `: ${said}`;
  if (answer.status === 401)
    return new TokenError({
      code: "github-token-invalid",
      subject: "GITHUB_TOKEN",
      cause: `GitHub does not know it, or it has expired${quoted}`,
      remedy: "set a valid one: export GITHUB_TOKEN=...; gh auth token prints the one of the GitHub CLI"
    });
  const limit = limitOf(answer, said);
  if (limit !== void 0)
    return new RemedyError({
      code: "github-rate-limited",
      subject: thing,
      cause: limit.cause,
      remedy: `run again ${limit.again}`
    });
  const moved = movedTo(answer);
  const reason = moved ?? (answer.status < 500 ? reasonOf(answer, said) : void 0);
  if (reason !== void 0) {
    const problem = {
      code: reason.code,
      subject: thing,
      cause: `GitHub refuses it (${answer.status})${quoted}`,
      remedy: reason.remedy
    };
    return moved === void 0 ? new RemedyError(problem) : new MovedError(problem, moved.repositoryId);
  }
  return plainRefusal(asked, answer, quoted);
}
function plainRefusal(asked, answer, quoted) {
  const { thing: subject, kind } = asked;
  const { hasScope, remedy = RIGHTS_OF[kind] } = rightsOf(answer);
  const refused = (code, cause, what) => new RemedyError({ code, subject, cause, remedy: what });
  switch (answer.status) {
    case 403:
      return refused(
        "github-permission-denied",
        `the token may not do this${quoted}`,
        asked.remedy ?? (hasScope === true ? OWNER : remedy)
      );
    case 404:
      return new NotShownError({
        code: "github-not-found",
        subject,
        cause: "GitHub does not show it to this token",
        remedy: asked.remedy ?? `check its name; ${hasScope === true ? "the token has the scope, so its account must be able to see it" : remedy}`
      });
    case 409:
      if (kind === "organization")
        return refused(
          "visibility-not-selected",
          `its visibility is not selected, so it has no list of repositories${quoted}`,
          `${COMMAND} drift shows what differs`
        );
      return refusedByGitHub(subject, answer, quoted);
    case 422:
      return refusedByGitHub(subject, answer, quoted);
    default:
      return refused(
        answer.status >= 500 ? "github-unavailable" : "github-answer-unexpected",
        `GitHub answered ${answer.status}${quoted}`,
        "run again later"
      );
  }
}
function refusedByGitHub(subject, answer, quoted) {
  return new RemedyError({
    code: "github-refused",
    subject,
    cause: `GitHub refuses it${quoted || `: it answered ${answer.status}`}`,
    remedy: "fix what it names, then run this again"
  });
}
function notGitHub(asked, what = "is not GitHub's") {
  const remedy = "check that the address is GitHub's API, and what is in between";
  return new RemedyError({
    code: "github-answer-unreadable",
    subject: asked.thing,
    cause: `the answer ${what}`,
    remedy
  });
}

// src/clients/github-call.ts
var PAGE = 100;
function createGitHubCall(options) {
  const { organization, token, http } = options;
  const url = serverOf(options.url);
  const request = async (asked, address, write) => {
    const headers = {
      authorization: `Bearer ${token.unwrap()}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "sophia-secrets",
      ...write.body === void 0 ? {} : { "content-type": "application/json" }
    };
    const answer = await http({ ...write, url: address, headers });
    if (answer.status >= 300) throw refusal(asked, answer, token);
    return answer;
  };
  const send2 = (asked, path, write = { method: "GET" }) => request(asked, `${apiOf(url)}${path}`, write);
  const get = async (asked, path) => parse(asked, await send2(asked, path));
  const list = async (asked, path, field) => {
    const found = [];
    const look = refuseRepeats(asked);
    for (let page = 1; ; page += 1) {
      const items = (await get(asked, `${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`))[field];
      if (!Array.isArray(items)) throw notGitHub(asked);
      look(items);
      found.push(...items);
      if (items.length < PAGE) return found;
    }
  };
  return {
    url,
    organization,
    ofRepository: (name) => ({ thing: `repository ${organization}/${name}`, kind: "repository" }),
    send: send2,
    get,
    list,
    names: async (asked, path, field) => (await list(asked, path, field)).map(({ name }) => name),
    graphql: async (asked, query) => {
      const write = { method: "POST", body: JSON.stringify({ query }), repeatable: true };
      return parse(asked, await request(asked, graphqlOf(url), write));
    },
    gitTransport: (repository) => ({
      url: `${webOf(url)}/${organization}/${repository}.git`,
      header: new Secret(
        `Authorization: Basic ${Buffer.from(`x-access-token:${token.unwrap()}`).toString("base64")}`
      )
    }),
    put: (asked, path, body) => send2(asked, path, { method: "PUT", body: JSON.stringify(body), repeatable: true })
  };
}
function parse(asked, answer) {
  try {
    return { ...JSON.parse(answer.text) };
  } catch {
    throw notGitHub(asked);
  }
}
function serverOf(url) {
  return url.replace(/\/+$/, "").replace(/\/api\/v3$/, "");
}
function graphqlOf(server) {
  return `${apiOf(server).replace(/\/v3$/, "")}/graphql`;
}
function apiOf(server) {
  const { hostname } = new URL(server);
  const own = hostname === "api.github.com" || hostname.endsWith(".ghe.com");
  return own ? server : `${server}/api/v3`;
}
function webOf(server) {
  const { hostname } = new URL(server);
  const own = hostname === "api.github.com" || hostname.startsWith("api.") && hostname.endsWith(".ghe.com");
  return own ? server.replace("//api.", "//") : server;
}
function refuseRepeats(asked) {
  const seen = /* @__PURE__ */ new Set();
  return (items) => {
    const text = JSON.stringify(items);
    if (seen.has(text)) throw notGitHub(asked, "repeats itself");
    seen.add(text);
  };
}
var GITHUB = "https://api.github.com";
function gitHubAddress(configured, env) {
  const address = configured ?? (env.GITHUB_BASE_URL || GITHUB);
  const cause = unfitAddress(address, { mayHavePath: true });
  if (cause === void 0) return address;
  const thing = configured === void 0 ? "GITHUB_BASE_URL" : "config githubApiUrl";
  throw new RemedyError({
    code: "address-invalid",
    subject: thing,
    cause,
    remedy: `leave it out for ${GITHUB}, or give the server's API by https`
  });
}

// src/clients/github-secrets.ts
var import_node_util2 = require("node:util");
function createGitHub(options) {
  const call = createGitHubCall(options);
  const { url, organization } = call;
  const { get, list, names: names2, put } = call;
  const secrets = `/orgs/${organization}/actions/secrets`;
  const whole = { thing: `organization ${organization}`, kind: "organization" };
  const ofSecret = (name) => ({ thing: name, kind: "organization" });
  const { ofRepository } = call;
  return {
    url,
    listSecrets: async () => {
      const found = await list(whole, secrets, "secrets");
      return found.map(({ name, visibility, updated_at }) => ({ name, visibility, updatedAt: updated_at }));
    },
    repositoriesOf: (secret) => names2(ofSecret(secret), `${secrets}/${secret}/repositories`, "repositories"),
    repositoryId: async (repository) => {
      const asked = ofRepository(repository);
      const { id, full_name } = await get(asked, `/repos/${organization}/${repository}`);
      if (typeof id !== "number") throw notGitHub(asked);
      if (typeof full_name === "string" && full_name !== `${organization}/${repository}`)
        throw new RemedyError({
          code: "github-name-differs",
          subject: asked.thing,
          cause: `GitHub spells it ${full_name}, and trust compares names by letter`,
          remedy: `${COMMAND} verify says what names it, and how to correct that`
        });
      return id;
    },
    publicKey: () => readPublicKey(call, whole, secrets),
    writeSecret: (name, write) => putSecret(call, ofSecret(name), `${secrets}/${name}`, bodyOf(write)),
    setRepositories: async (secret, repositoryIds) => {
      const path = `${secrets}/${secret}/repositories`;
      const asked = ofSecret(secret);
      await put(asked, path, { selected_repository_ids: repositoryIds });
      const standing = await list(asked, path, "repositories");
      if ((0, import_node_util2.isDeepStrictEqual)(new Set(standing.map(({ id }) => id)), new Set(repositoryIds))) return;
      throw new RemedyError({
        code: "write-not-carried-out",
        subject: secret,
        cause: "GitHub says that it wrote the list of repositories, and shows another",
        remedy: `${COMMAND} drift shows who can use it now; then run this again`
      });
    },
    readableBy: (repository) => names2(
      ofRepository(repository),
      `/repos/${organization}/${repository}/actions/organization-secrets`,
      "secrets"
    ),
    repositorySecrets: (repository) => names2(ofRepository(repository), `/repos/${organization}/${repository}/actions/secrets`, "secrets"),
    environments: (repository) => names2(ofRepository(repository), `/repos/${organization}/${repository}/environments`, "environments"),
    environmentSecrets: (repository, gitHubEnvironment) => names2(
      ofRepository(repository),
      `/repos/${organization}/${repository}/environments/${encodeURIComponent(gitHubEnvironment)}/secrets`,
      "secrets"
    )
  };
}
var WRITTEN_WITHIN_MS = 15e3;
async function readPublicKey({ get }, asked, secretsPath) {
  const { key, key_id: keyId } = await get(asked, `${secretsPath}/public-key`);
  if (typeof key !== "string" || typeof keyId !== "string") throw notGitHub(asked);
  return { key, keyId };
}
async function putSecret(call, asked, path, body) {
  return confirmWritten(call, asked, path, await call.put(asked, path, body));
}
async function confirmWritten({ get }, asked, path, { headers }) {
  const { updated_at: at } = await get(asked, path).catch((error) => {
    if (error instanceof NotShownError) return { updated_at: "never" };
    throw error;
  });
  const answered = Date.parse(headers.date ?? "");
  const isOld = Date.parse(String(at)) < answered - WRITTEN_WITHIN_MS;
  if (at !== "never" && !isOld)
    return Date.parse(String(at)) > answered ? new Date(answered).toISOString() : String(at);
  throw new RemedyError({
    code: "write-not-carried-out",
    subject: asked.thing,
    cause: at === "never" ? "GitHub says that it wrote, and shows no such secret" : `GitHub says that it wrote, and the secret's last change is of ${at}`,
    remedy: "run this again; until then the old value stays"
  });
}
function bodyOf({ visibility, repositoryIds, sealed }) {
  return {
    visibility,
    // GitHub refuses a list beside any other visibility, and without one takes the secret from all.
    ...visibility === "selected" ? { selected_repository_ids: repositoryIds } : {},
    ...sealed === void 0 ? {} : { key_id: sealed.keyId, encrypted_value: sealed.box }
  };
}

// src/clients/http.ts
var import_node_http3 = require("node:http");
var import_promises = require("node:timers/promises");

// src/clients/connections.ts
var import_node_fs = require("node:fs");
var import_node_http2 = require("node:http");

// src/clients/proxy.ts
var import_node_net = require("node:net");
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
  const [, inBrackets, name = "", only] = ((0, import_node_net.isIPv6)(entry) ? [entry, void 0, entry] : /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry)) ?? [];
  if (only !== void 0 && only !== port) return false;
  const plain = (inBrackets ?? name).replace(/^\*?\./, "").replace(/\.$/, "");
  if (entry.includes("/")) return isInNetwork(host, entry);
  if ((0, import_node_net.isIP)(plain) !== 0) return isInNetwork(host, plain);
  return plain !== "" && (host === plain || (0, import_node_net.isIP)(host) === 0 && host.endsWith(`.${plain}`));
}
function isInNetwork(host, network) {
  const [address = "", prefix = (0, import_node_net.isIPv6)(address) ? "128" : "32"] = network.split("/");
  if ((0, import_node_net.isIP)(host) === 0 || (0, import_node_net.isIP)(address) === 0 || !/^\d{1,3}$/.test(prefix)) return false;
  try {
    const list = new import_node_net.BlockList();
    list.addSubnet(address, Number(prefix), (0, import_node_net.isIPv6)(address) ? "ipv6" : "ipv4");
    return list.check(host, (0, import_node_net.isIPv6)(host) ? "ipv6" : "ipv4");
  } catch {
    return false;
  }
}

// src/clients/tunnel-agent.ts
var import_node_http = require("node:http");
var import_node_net2 = require("node:net");
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
      const target = `${(0, import_node_net2.isIPv6)(host) ? `[${host}]` : host}:${options.port ?? 443}`;
      const open = url.protocol === "https:" ? httpsRequest : import_node_http.request;
      const request = open(url, {
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
var PLAIN = new import_node_http2.Agent({ keepAlive: true });
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
    return process.getBuiltinModule("node:tls").createSecureContext({ ca: [...defaults(env), (0, import_node_fs.readFileSync)(file, "utf8")] });
  } catch {
    return void 0;
  }
}
function defaults(env) {
  const tls = process.getBuiltinModule("node:tls");
  if (tls.getCACertificates !== void 0) return tls.getCACertificates("default");
  const extra = env.NODE_EXTRA_CA_CERTS ?? "";
  return [...tls.rootCertificates, ...extra === "" ? [] : [(0, import_node_fs.readFileSync)(extra, "utf8")]];
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
  const told2 = isLate ? `no answer${from} in time` : `no answer${from} (${code})`;
  return new NoAnswerError(
    { code: "no-answer", subject, cause: told2, remedy: `${where}, then run again${again}` },
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
    const told2 = `the proxy ${host} of ${proxy.variable} does not reach it (${status})`;
    return new NoAnswerError(
      { code: "no-answer", subject, cause: told2, remedy: `${advice}, then run again` },
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
    await (0, import_promises.setTimeout)(ms);
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
  const open = isSecure ? process.getBuiltinModule("node:https").request : import_node_http3.request;
  const headers = {
    ...options.headers,
    ...request.headers,
    ...body === void 0 ? {} : { "content-length": body.length }
  };
  return new Promise((done, fail) => {
    const lost = (cause) => fail(lossOf({ method, url, proxy, env, cause }));
    const outgoing = open(url, { ...options, method, headers, signal }, (answer) => {
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

// src/clients/secret-repositories.ts
function createSecretRepositories(call, github) {
  const secrets = `/orgs/${call.organization}/actions/secrets`;
  const asked = (name) => ({ thing: name, kind: "organization" });
  let visibilities;
  const list = async () => new Map((await github.listSecrets()).map(({ name, visibility }) => [name, visibility]));
  const accessOf = async (name, visibility) => {
    if (visibility !== "selected") return { visibility, repositoryIds: [] };
    const found = await call.list(
      asked(name),
      `${secrets}/${name}/repositories`,
      "repositories"
    );
    return { visibility, repositoryIds: found.map(({ id }) => id) };
  };
  return {
    listed: async (name) => {
      visibilities ??= list();
      const visibility = (await visibilities).get(name);
      return visibility === void 0 ? void 0 : accessOf(name, visibility);
    },
    now: async (name) => {
      const { visibility } = await call.get(asked(name), `${secrets}/${name}`);
      if (!isVisibility(visibility)) throw notGitHub(asked(name));
      return accessOf(name, visibility);
    },
    replace: async (name, repositoryIds, visibility = "selected") => {
      visibilities = void 0;
      const select = () => setVisibility(github, name, { visibility: "selected", repositoryIds });
      if (visibility !== "selected") return select();
      const body = { selected_repository_ids: repositoryIds };
      try {
        await call.put(asked(name), `${secrets}/${name}/repositories`, body);
      } catch (error) {
        if (!(error instanceof RemedyError) || error.problem.code !== "visibility-not-selected") throw error;
        await select();
      }
    }
  };
}
function isVisibility(value) {
  return value === "all" || value === "private" || value === "selected";
}
async function setVisibility(github, name, write) {
  try {
    await github.writeSecret(name, write);
  } catch (error) {
    if (!(error instanceof RemedyError) || error.problem.code !== "github-refused") throw error;
    throw new RemedyError({
      code: "value-required",
      subject: name,
      cause: "GitHub changes its visibility only together with a value",
      remedy: `someone who knows the value must run ${COMMAND} set ${name} --replace`
    });
  }
}

// src/resources/own/arguments.ts
var ARGUMENTS = {
  organization: "github:organization",
  address: "github:address",
  writeDelayMs: "github:writeDelayMs"
};

// src/resources/own/secret-repositories-provider.ts
var import_promises2 = require("node:timers/promises");
var SecretRepositoriesProvider = class {
  constructor(connect) {
    this.connect = connect;
  }
  connect;
  connection;
  last = Promise.resolve();
  /** Called by the SDK before the first other method. */
  async configure({ config }) {
    this.connection = this.connect((key) => config.get(key));
  }
  async diff(_id, old, wanted) {
    const isSame = (key) => old[key] === wanted[key];
    const isMoved = !isSame("secretName");
    const isChanged = isMoved || !isSame("__provider") || !isSame("secretCreatedAt") || !isSameSet(old.selectedRepositoryIds, wanted.selectedRepositoryIds);
    return { changes: isChanged, replaces: isMoved ? ["secretName"] : [] };
  }
  async create(wanted) {
    return told(async () => {
      await this.write(wanted);
      return { id: wanted.secretName, outs: wanted };
    });
  }
  /** Writes only where GitHub has another list. */
  async update(_id, _old, wanted) {
    return told(async () => {
      const { visibility, repositoryIds } = await this.connected.repositories.now(wanted.secretName);
      const isRight = visibility === "selected" && isSameSet(repositoryIds, wanted.selectedRepositoryIds);
      if (!isRight) await this.write(wanted, visibility);
      return { outs: wanted };
    });
  }
  /** What GitHub has; without an id when the secret is gone, and the list with it. */
  async read(id, known) {
    return told(async () => {
      const standing = await this.connected.repositories.listed(id);
      if (standing === void 0) return {};
      const { repositoryIds } = standing;
      const ids = isSameSet(repositoryIds, known.selectedRepositoryIds) ? known.selectedRepositoryIds : repositoryIds;
      const found = { ...known, secretName: id, selectedRepositoryIds: ids };
      return { id, props: { ...found }, inputs: { ...found } };
    });
  }
  /** Forgets it: an empty list would take the secret from every repository. */
  async delete() {
  }
  get connected() {
    if (this.connection === void 0) throw new Error("configure was not called");
    return this.connection;
  }
  write({ secretName, selectedRepositoryIds }, visibility) {
    const { repositories, writeDelayMs } = this.connected;
    const send2 = () => repositories.replace(secretName, selectedRepositoryIds, visibility);
    if (writeDelayMs === 0) return send2();
    const mine = this.last.then(send2);
    this.last = mine.catch(() => void 0).then(() => (0, import_promises2.setTimeout)(writeDelayMs));
    return mine;
  }
};
function isSameSet(a, b) {
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  const [one, other] = [new Set(a), new Set(b)];
  return one.size === other.size && [...one].every((each) => other.has(each));
}
async function told(run) {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    error.message = diagnosticLine(error.problem);
    error.stack = "";
    throw error;
  }
}

// src/resources/own/main.ts
function secretRepositories() {
  const http = createHttp({ env: process.env });
  return new SecretRepositoriesProvider((argument) => {
    const at = {
      url: gitHubAddress(argument(ARGUMENTS.address), process.env),
      organization: argument(ARGUMENTS.organization) ?? "",
      token: new Secret((process.env.GITHUB_TOKEN ?? "").trim()),
      http
    };
    return {
      repositories: createSecretRepositories(createGitHubCall(at), createGitHub(at)),
      writeDelayMs: Number(argument(ARGUMENTS.writeDelayMs) ?? 0)
    };
  });
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  secretRepositories
});
