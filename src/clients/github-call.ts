import { unfitAddress } from "../addresses";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import { type Asked, notGitHub, refusal } from "./github-refusal";
import type { Http, HttpAnswer, HttpRequest } from "./http";

/** One organization of GitHub, as its clients ask it. Each method throws RemedyError for every answer of 300 and more. */
export interface GitHubCall {
  /** Address of the server, with no slash at the end and no /api/v3. */
  url: string;
  organization: string;
  /** A repository of the organization, for errors. */
  ofRepository(name: string): Asked;
  /** @param path below the REST API's address: `/orgs/acme`. */
  send(asked: Asked, path: string, write?: Omit<HttpRequest, "url">): Promise<HttpAnswer>;
  /** The answer's JSON. */
  get(asked: Asked, path: string): Promise<Record<string, unknown>>;
  /** All items of a paged list; `field` holds them. */
  list<Item>(asked: Asked, path: string, field: string): Promise<Item[]>;
  /** The names of all items of a paged list. */
  names(asked: Asked, path: string, field: string): Promise<string[]>;
  /** The answer's JSON to a query of GraphQL, which reads: `data`, or `errors`. */
  graphql(asked: Asked, query: string): Promise<Record<string, unknown>>;
  /** A repository's address for git itself, and the line of its configuration that lets git read it. */
  gitTransport(repository: string): { url: string; header: Secret };
  /** A write that does no harm twice. */
  put(asked: Asked, path: string, body: object): Promise<HttpAnswer>;
}

/** GitHub's largest page. */
const PAGE = 100;

/** @param url the server's address, with or without /api/v3. */
export function createGitHubCall(options: {
  url: string;
  organization: string;
  token: Secret;
  http: Http;
}): GitHubCall {
  const { organization, token, http } = options;
  const url = serverOf(options.url);

  const request = async (asked: Asked, address: string, write: Omit<HttpRequest, "url">) => {
    const headers = {
      authorization: `Bearer ${token.unwrap()}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "sophia-secrets",
      ...(write.body === undefined ? {} : { "content-type": "application/json" }),
    };
    const answer = await http({ ...write, url: address, headers });
    if (answer.status >= 300) throw refusal(asked, answer, token);
    return answer;
  };
  const send: GitHubCall["send"] = (asked, path, write = { method: "GET" }) =>
    request(asked, `${apiOf(url)}${path}`, write);
  const get: GitHubCall["get"] = async (asked, path) => parse(asked, await send(asked, path));
  const list = async <Item>(asked: Asked, path: string, field: string): Promise<Item[]> => {
    const found: Item[] = [];
    const look = refuseRepeats(asked);
    for (let page = 1; ; page += 1) {
      const items = (
        await get(asked, `${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE}&page=${page}`)
      )[field];
      if (!Array.isArray(items)) throw notGitHub(asked);
      look(items);
      found.push(...(items as Item[]));
      if (items.length < PAGE) return found;
    }
  };
  return {
    url,
    organization,
    ofRepository: (name) => ({ thing: `repository ${organization}/${name}`, kind: "repository" }),
    send,
    get,
    list,
    names: async (asked, path, field) =>
      (await list<{ name: string }>(asked, path, field)).map(({ name }) => name),
    graphql: async (asked, query) => {
      const write = { method: "POST", body: JSON.stringify({ query }), repeatable: true } as const;
      return parse(asked, await request(asked, graphqlOf(url), write));
    },
    gitTransport: (repository) => ({
      url: `${webOf(url)}/${organization}/${repository}.git`,
      header: new Secret(
        `Authorization: Basic ${Buffer.from(`x-access-token:${token.unwrap()}`).toString("base64")}`,
      ),
    }),
    put: (asked, path, body) =>
      send(asked, path, { method: "PUT", body: JSON.stringify(body), repeatable: true }),
  };
}

function parse(asked: Asked, answer: HttpAnswer): Record<string, unknown> {
  try {
    return { ...JSON.parse(answer.text) } as Record<string, unknown>;
  } catch {
    throw notGitHub(asked);
  }
}

/** A server's address however it was written: the provider takes one with /api/v3 as well. */
function serverOf(url: string): string {
  return url.replace(/\/+$/, "").replace(/\/api\/v3$/, "");
}

/** Where a server answers GraphQL: a self-hosted one's is at /api/graphql (GitHub's documentation, "Forming calls with GraphQL"). */
function graphqlOf(server: string): string {
  return `${apiOf(server).replace(/\/v3$/, "")}/graphql`;
}

/** Where a server's REST API begins: a self-hosted one's lies under /api/v3, github.com's and ghe.com's has its own host. */
export function apiOf(server: string): string {
  const { hostname } = new URL(server);
  const own = hostname === "api.github.com" || hostname.endsWith(".ghe.com");
  return own ? server : `${server}/api/v3`;
}

/** Where a server has its repositories for git: github.com's and ghe.com's API have a host of their own. */
function webOf(server: string): string {
  const { hostname } = new URL(server);
  const own = hostname === "api.github.com" || (hostname.startsWith("api.") && hostname.endsWith(".ghe.com"));
  return own ? server.replace("//api.", "//") : server;
}

/**
 * Looks at the pages of one list of GitHub's, in their order. A server, or what is in between, that does not
 * understand `page` answers the same one without end.
 *
 * @returns what takes a page's items, and throws RemedyError for those that came before.
 */
export function refuseRepeats(asked: Asked): (items: readonly unknown[]) => void {
  const seen = new Set<string>();
  return (items) => {
    const text = JSON.stringify(items);
    if (seen.has(text)) throw notGitHub(asked, "repeats itself");
    seen.add(text);
  };
}
const GITHUB = "https://api.github.com";

/**
 * Address of GitHub's API.
 *
 * @param configured the stack's config `githubApiUrl`, which goes before the environment's GITHUB_BASE_URL.
 * @throws RemedyError when it is none to send a token to; it is not quoted.
 */
export function gitHubAddress(
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const address = configured ?? (env.GITHUB_BASE_URL || GITHUB);
  const cause = unfitAddress(address, { mayHavePath: true });
  if (cause === undefined) return address;
  const thing = configured === undefined ? "GITHUB_BASE_URL" : "config githubApiUrl";
  throw new RemedyError({
    code: "address-invalid",
    subject: thing,
    cause,
    remedy: `leave it out for ${GITHUB}, or give the server's API by https`,
  });
}
