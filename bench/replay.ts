import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that gives the answers of another. */
export interface Replay {
  url: string;
  close(): void;
}

/**
 * Asks a service each thing once, and then gives the same answer without asking. A sandbox evaluates a large environment
 * longer than a client reads it, so it would be the sandbox that is measured.
 */
export async function startReplay(service: string): Promise<Replay> {
  const kept = new Map<string, { status: number; type: string; body: Buffer }>();
  const server = createServer(async (request, response) => {
    const { method = "GET", url = "/", headers } = request;
    request.resume();
    const key = `${method} ${url}`;
    const authorization = headers.authorization ?? "";
    let answer = kept.get(key);
    if (answer === undefined) {
      const fresh = await fetch(`${service}${url}`, { method, headers: { authorization } });
      const type = fresh.headers.get("content-type") ?? "";
      answer = { status: fresh.status, type, body: Buffer.from(await fresh.arrayBuffer()) };
      kept.set(key, answer);
    }
    response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
