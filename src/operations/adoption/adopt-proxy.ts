import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { apiOf } from "../../clients/github-call";
import type { Http, HttpAnswer } from "../../clients/http";

/** A GitHub that can be read and not written: what Pulumi is pointed at while it learns of secrets that exist. */
export interface AdoptProxy {
  /** Address to use as GITHUB_BASE_URL. */
  url: string;
  /** Writes that were refused, as `METHOD path`: there should be none. */
  refused(): string[];
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** GitHub's address, as the client of GitHub has it. */
  upstream: string;
  adoptable: Adoptable;
  http: Http;
  /** Told each secret as Pulumi creates its slot, and how many there were so far. */
  onAdopted: (name: string, count: number) => void;
}

/**
 * Starts the proxy on loopback. Reads go through to GitHub. Of the secrets to adopt, the lists show nothing, so that the
 * program takes them for new; and what the provider then sends to create them ends here: its answer is GitHub's, its
 * effect is none. Every other write is refused.
 *
 * @throws nothing by itself; what GitHub answers, the caller's `pulumi` hears.
 */
export async function openAdoptProxy(options: ProxyOptions): Promise<AdoptProxy> {
  const adopted = new Set<string>();
  const refused: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url: path = "/" } = request;
    if (method === "GET") return forward(request, response, options, path);
    const found = answerTo(method, path, options.adoptable);
    if (found?.kind === "existing") return existing(request, response, options, path, found.list === true);
    request.resume(); // the sealed placeholder: nobody reads it
    if (found?.kind === "done") {
      const { adopted: name } = found;
      if (name !== undefined && !adopted.has(name)) options.onAdopted(name, adopted.add(name).size);
      response.writeHead(204).end();
      return;
    }
    refused.push(`${method} ${path}`);
    json(response, 403, { message: "sophia-secrets adopt lets nothing be written to GitHub" });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => json(response, 502, { message: error.message }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: () => refused,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  path: string,
): Promise<void> {
  const answer = await read(request, options, path);
  const link = answer.headers.link;
  const hidden = hiddenIn(path.split("?")[0] ?? path, options.adoptable);
  const text = hidden.size > 0 && answer.status === 200 ? without(answer.text, hidden) : answer.text;
  // The provider takes an answer to a query of its own for none when it bears no id.
  const id = answer.headers["x-github-request-id"];
  response.writeHead(answer.status, {
    "content-type": "application/json; charset=utf-8",
    ...(typeof id === "string" ? { "x-github-request-id": id } : {}),
    // Further pages are asked here too, not past the proxy.
    ...(typeof link === "string"
      ? { link: link.replaceAll(/<https?:\/\/[^/>]+/g, `<http://${request.headers.host}`) }
      : {}),
  });
  response.end(text);
}

/** Answers a write with what stands there already: the thing itself, or the one of that name in the list. */
async function existing(
  request: IncomingMessage,
  response: ServerResponse,
  options: ProxyOptions,
  path: string,
  isList: boolean,
): Promise<void> {
  const sent = await bodyOf(request);
  const answer = await read(request, options, path);
  if (!isList || answer.status !== 200) {
    response.writeHead(answer.status, { "content-type": "application/json; charset=utf-8" });
    response.end(answer.text);
    return;
  }
  const { name } = JSON.parse(sent) as { name: string };
  const { branch_policies: rules } = JSON.parse(answer.text) as { branch_policies: { name: string }[] };
  const found = rules.find((rule) => rule.name === name);
  json(response, found === undefined ? 404 : 200, found ?? { message: "Not Found" });
}

function read(request: IncomingMessage, options: ProxyOptions, path: string): Promise<HttpAnswer> {
  const { authorization = "", accept = "application/json" } = request.headers;
  const headers = { authorization, accept, "user-agent": "sophia-secrets-adopt" };
  // The provider takes the proxy for a self-hosted server, whose API lies under /api/v3.
  const url = apiOf(options.upstream) + path.replace(/^\/api\/v3/, "");
  return options.http({ method: "GET", url, headers });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function without(text: string, names: ReadonlySet<string>): string {
  const list = JSON.parse(text) as { total_count: number; secrets: { name: string }[] };
  return JSON.stringify({ ...list, secrets: list.secrets.filter((secret) => !names.has(secret.name)) });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

/** What the proxy takes for done, though it is not carried out. */
export interface Adoptable {
  /** Names of the organization's secrets, in upper case. */
  names: ReadonlySet<string>;
  /**
   * Names of environment secrets, by `repository id/environment` and by `repository/environment`: clients ask for them
   * either way.
   */
  environmentSecrets: ReadonlyMap<string, ReadonlySet<string>>;
  /** `repository/environment` of environments that exist. */
  environments: ReadonlySet<string>;
  /** `repository/environment` of those whose branch has its rule already. */
  branchRules: ReadonlySet<string>;
}

/** How a write is answered: at once, or with what GitHub has there already. `adopted` is the path of a secret. */
export type ProxyAnswer = { kind: "done"; adopted?: string } | { kind: "existing"; list?: true };

const API = String.raw`^(?:\/api\/v3)?`;
const SECRET = new RegExp(String.raw`${API}\/orgs\/[^/]+\/actions\/secrets\/([^/]+)(\/repositories)?$`);
const LIST = new RegExp(String.raw`${API}\/orgs\/[^/]+\/actions\/secrets$`);
const PLACE = String.raw`${API}\/(?:repositories|repos\/[^/]+)\/([^/]+)\/environments\/([^/]+)\/secrets`;
const ENVIRONMENT_SECRET = new RegExp(String.raw`${PLACE}\/([^/]+)$`);
const ENVIRONMENT_LIST = new RegExp(`${PLACE}$`);
const ENVIRONMENT = new RegExp(String.raw`${API}\/repos\/[^/]+\/([^/]+)\/environments\/([^/]+)$`);
const RULES = new RegExp(
  String.raw`${API}\/repos\/[^/]+\/([^/]+)\/environments\/([^/]+)\/deployment-branch-policies$`,
);

/** How a write is answered; undefined: it is refused. */
export function answerTo(method: string, path: string, adoptable: Adoptable): ProxyAnswer | undefined {
  if (method === "POST") {
    const place = placeIn(RULES, path);
    return place !== undefined && adoptable.branchRules.has(place)
      ? { kind: "existing", list: true }
      : undefined;
  }
  if (method !== "PUT") return undefined;
  const [, name, repositories] = SECRET.exec(path) ?? [];
  if (name !== undefined && adoptable.names.has(name))
    return { kind: "done", ...(repositories === undefined ? { adopted: name } : {}) };
  const [, id, environment = "", secret] = ENVIRONMENT_SECRET.exec(path) ?? [];
  const key = `${id}/${decodeURIComponent(environment)}`;
  if (secret !== undefined && adoptable.environmentSecrets.get(key)?.has(secret))
    return { kind: "done", adopted: `${key}/${secret}` };
  const place = placeIn(ENVIRONMENT, path);
  return place !== undefined && adoptable.environments.has(place) ? { kind: "existing" } : undefined;
}

/** Names that a list does not show, so that the program takes those secrets for new; none for any other read. */
export function hiddenIn(path: string, { names, environmentSecrets }: Adoptable): ReadonlySet<string> {
  if (LIST.test(path)) return names;
  const [, id, environment = ""] = ENVIRONMENT_LIST.exec(path) ?? [];
  return environmentSecrets.get(`${id}/${decodeURIComponent(environment)}`) ?? new Set();
}

function placeIn(pattern: RegExp, path: string): string | undefined {
  const [, repository, environment] = pattern.exec(path) ?? [];
  return environment === undefined ? undefined : `${repository}/${decodeURIComponent(environment)}`;
}
