import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { apiOf } from "../clients/github-call";
import type { Http } from "../clients/http";

/** A GitHub that can be read and not written: what Pulumi is pointed at while it learns of secrets that exist. */
export interface AdoptDoor {
  /** Address to use as GITHUB_BASE_URL. */
  url: string;
  /** Writes that were refused, as `METHOD path`: there should be none. */
  refused(): string[];
  close(): Promise<void>;
}

export interface DoorOptions {
  /** GitHub's address, as the client of GitHub has it. */
  upstream: string;
  /** Names of the secrets to adopt, in upper case. */
  names: ReadonlySet<string>;
  http: Http;
  /** Told each name as Pulumi creates its slot, and how many there were so far. */
  onAdopted: (name: string, count: number) => void;
}

/** `/api/v3/orgs/O/actions/secrets/NAME` and what may follow. */
const SECRET = /^(?:\/api\/v3)?\/orgs\/[^/]+\/actions\/secrets\/([^/]+)(\/repositories)?$/;
const LIST = /^(?:\/api\/v3)?\/orgs\/[^/]+\/actions\/secrets$/;

/**
 * Opens the door on loopback. Reads go through to GitHub. Of the secrets to adopt, the list shows nothing, so that the
 * program takes them for new; and what the provider then sends to create them ends here: its answer is GitHub's, its
 * effect is none. Every other write is refused.
 *
 * @throws nothing by itself; what GitHub answers, the caller's `pulumi` hears.
 */
export async function openAdoptDoor(options: DoorOptions): Promise<AdoptDoor> {
  const adopted = new Set<string>();
  const refused: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "/";
    if (request.method === "GET") return forward(request, response, options, path);
    const [, name, repositories] = SECRET.exec(path) ?? [];
    request.resume(); // the sealed placeholder: nobody reads it
    if (request.method === "PUT" && name !== undefined && options.names.has(name)) {
      const isNew = repositories === undefined && !adopted.has(name);
      if (isNew) options.onAdopted(name, adopted.add(name).size);
      response.writeHead(204).end();
      return;
    }
    refused.push(`${request.method} ${path}`);
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
  options: DoorOptions,
  path: string,
): Promise<void> {
  const { authorization = "", accept = "application/json" } = request.headers;
  const headers = { authorization, accept, "user-agent": "sophia-secrets-adopt" };
  // The provider takes the door for a self-hosted server, whose API lies under /api/v3.
  const url = apiOf(options.upstream) + path.replace(/^\/api\/v3/, "");
  const answer = await options.http({ method: "GET", url, headers });
  const link = answer.headers.link;
  const pathOnly = path.split("?")[0] ?? path;
  const text =
    LIST.test(pathOnly) && answer.status === 200 ? without(answer.text, options.names) : answer.text;
  response.writeHead(answer.status, {
    "content-type": "application/json; charset=utf-8",
    // Further pages are asked here too, not past the door.
    ...(typeof link === "string"
      ? { link: link.replaceAll(/<https?:\/\/[^/>]+/g, `<http://${request.headers.host}`) }
      : {}),
  });
  response.end(text);
}

function without(text: string, names: ReadonlySet<string>): string {
  const list = JSON.parse(text) as { total_count: number; secrets: { name: string }[] };
  return JSON.stringify({ ...list, secrets: list.secrets.filter((secret) => !names.has(secret.name)) });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
