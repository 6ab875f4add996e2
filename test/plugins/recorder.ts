import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What a route answers; a body that is a string is sent as it is. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Call {
  method: string;
  /** Path and query. */
  path: string;
  body: string;
  headers: IncomingMessage["headers"];
}

/** `METHOD /path` (without query) to what is answered; what is not listed answers 404. */
export type Routes = Record<string, Reply | ((call: Call) => Reply)>;

/** A server that answers from a table and remembers every call. */
export interface Recorder {
  url: string;
  routes: Routes;
  /** `METHOD path?query` of the calls since last asked. */
  taken(): string[];
  /** Calls since last taken, with bodies and headers. */
  calls: Call[];
  close(): Promise<void>;
}

export async function startRecorder(routes: Routes): Promise<Recorder> {
  const calls: Call[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", url: path = "", headers } = request;
    const call = { method, path, headers, body: Buffer.concat(chunks).toString() };
    calls.push(call);
    const route = routes[`${method} ${decodeURIComponent(path.split("?")[0] ?? "")}`];
    const reply = (typeof route === "function" ? route(call) : route) ?? {
      status: 404,
      body: { message: "Not Found" },
    };
    response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
    const empty = reply.body === undefined;
    response.end(
      empty ? undefined : typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get routes() {
      return routes;
    },
    set routes(next) {
      routes = next;
    },
    calls,
    taken: () => calls.splice(0).map((call) => `${call.method} ${call.path}`),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
