import { isThisMachine } from "../addresses";
import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import type { Http, HttpAnswer } from "./http";

/** Docker Hub's name for itself in Docker's files and in its helpers' input. */
export const DOCKER_HUB = "https://index.docker.io/v1/";

/** Where Docker Hub answers (Docker's documentation, "Registry API"). */
const DOCKER_HUB_API = "https://registry-1.docker.io";

/** A login at a registry. */
export interface RegistryLogin {
  /** As Docker's files name it: a host, with a port if it has one; Docker Hub's own name for itself. */
  server: string;
  username: Secret;
  secret: Secret;
}

/** What a registry says to a login: `open` is one that asks nobody for a login. */
export type LoginAnswer = "accepted" | "refused" | "open";

/**
 * Tries a login as `docker login` does, and keeps nothing of the token that comes back.
 *
 * Source: OCI distribution specification 1.1, "Determining support" (`GET /v2/`), and Docker's "Token authentication
 * specification" for registries that name a realm.
 *
 * @throws RemedyError when the registry does not answer, or answers what neither of them describes.
 */
export async function tryLogin(http: Http, login: RegistryLogin): Promise<LoginAnswer> {
  const base = `${addressOf(login.server)}/v2/`;
  const first = await http({ method: "GET", url: base });
  if (first.status === 200) return "open";
  if (first.status !== 401) throw notARegistry(login.server, first);
  const challenge = challengeOf(first);
  if (challenge === undefined) throw notARegistry(login.server, first);
  const url = challenge.realm === undefined ? base : tokenAddress(challenge, login.server);
  const { status } = await http({ method: "GET", url, headers: { authorization: basic(login) } });
  if (status === 200) return "accepted";
  if (status === 401 || status === 403) return "refused";
  throw notARegistry(login.server, { status });
}

/** Docker speaks http to this machine alone. */
function addressOf(server: string): string {
  if (server === DOCKER_HUB || server === "docker.io") return DOCKER_HUB_API;
  const plain = server.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  const secure = `https://${plain}`;
  return URL.canParse(secure) && isThisMachine(new URL(secure).hostname) ? `http://${plain}` : secure;
}

interface Challenge {
  /** Absent where the registry takes the login itself. */
  realm?: string;
  service?: string;
}

function challengeOf({ headers }: HttpAnswer): Challenge | undefined {
  const said = headers["www-authenticate"] ?? "";
  if (/^basic\b/i.test(said)) return {};
  if (!/^bearer\b/i.test(said)) return undefined;
  const parts = Object.fromEntries(
    [...said.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const { realm, service } = parts as Record<string, string | undefined>;
  return realm === undefined ? undefined : { realm, ...(service === undefined ? {} : { service }) };
}

/** @throws RemedyError for a realm to which a login would travel in plain text. */
function tokenAddress({ realm = "", service }: Challenge, server: string): string {
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isThisMachine(url.hostname));
  if (url === undefined || !isSafe)
    throw new RemedyError({
      code: "registry-realm-unsafe",
      subject: server,
      cause: "sends logins to an address without https",
      remedy: "check the registry's name in GROUPINGS of secrets/applications.ts, and what is in between",
    });
  if (service !== undefined) url.searchParams.set("service", service);
  return url.href;
}

function basic({ username, secret }: RegistryLogin): string {
  return `Basic ${Buffer.from(`${username.unwrap()}:${secret.unwrap()}`).toString("base64")}`;
}

function notARegistry(server: string, { status }: Pick<HttpAnswer, "status">): RemedyError {
  return new RemedyError({
    code: "registry-answer-unexpected",
    subject: server,
    cause: `answered ${status}, which no registry answers here`,
    remedy:
      "check the registry's name in GROUPINGS of secrets/applications.ts; run again later if it is right",
  });
}
