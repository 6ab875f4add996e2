import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

/** Stands between a process and a service, and knows every request. */
export interface Gate {
  url: string;
  close(): Promise<void>;
}

/** What happens at a request: it is called before the service sees it, and after it has answered. */
export type AtRequest = (moment: "before" | "after", count: number) => Promise<void>;

/** A gate to a service; each request waits for what happens at it. */
export async function openGate(target: string, at: AtRequest): Promise<Gate> {
  let count = 0;
  const server = createServer(async (incoming, outgoing) => {
    count += 1;
    const number = count;
    const body = await bodyOf(incoming);
    await at("before", number);
    const forwarded = request(`${target}${incoming.url}`, {
      method: incoming.method,
      headers: incoming.headers,
    });
    forwarded.on("error", () => outgoing.destroy());
    forwarded.on("response", async (response) => {
      const answer = await bodyOf(response);
      await at("after", number);
      outgoing.writeHead(response.statusCode ?? 500, response.headers).end(answer);
    });
    forwarded.end(body);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
