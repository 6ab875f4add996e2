import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Where one job asks for id tokens: its own port, its own bearer, gone when the job ends. */
export interface IdTokenEndpoint {
  /** Already has a query, so that `&audience=` can be appended, as toolkits do. */
  url: string;
  /** Secret. */
  bearer: string;
  close(): Promise<void>;
}

/**
 * Serves `GET URL&audience=AUD` with `Authorization: bearer TOKEN` on loopback: `{"value": "<jwt>"}`.
 * Without the bearer the answer is 401, for anything but GET 404.
 *
 * @param sign makes the token for an audience; undefined asks for GitHub's default.
 */
export async function serveIdTokens(
  sign: (audience: string | undefined) => string,
): Promise<IdTokenEndpoint> {
  const bearer = randomBytes(32).toString("base64url");
  const path = `/${randomBytes(12).toString("hex")}/idtoken`;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (request.method !== "GET" || url.pathname !== path)
      return answer(response, 404, { message: "Not Found" });
    if (!allowed(request, bearer)) return answer(response, 401, { message: "Unauthorized" });
    const audience = url.searchParams.get("audience");
    const value = sign(audience === null || audience === "" ? undefined : audience);
    return answer(response, 200, { count: value.length, value });
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}?api-version=2.0`,
    bearer,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function allowed(request: IncomingMessage, bearer: string): boolean {
  const [, given = ""] = /^bearer (.+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const [left, right] = [Buffer.from(given), Buffer.from(bearer)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}
