import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One answer of the server: an answer to send, or something to do to the connection. */
export type Step =
  | { status: number; headers?: Record<string, string>; text?: string }
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
  /** Milliseconds, monotonic. */
  at: number;
}

export interface ScriptServer {
  url: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** A server on loopback that goes through its steps, one a request; the last one is repeated. */
export async function scriptServer(...steps: Step[]): Promise<ScriptServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers } = request;
    const step = steps[Math.min(seen.length, steps.length - 1)] ?? { status: 500 };
    seen.push({ method, url, headers, body, at: performance.now() });
    if (typeof step === "function") return step(request, response);
    response.writeHead(step.status, step.headers).end(step.text ?? "");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Ends the connection without an answer. */
export const reset: Step = (request) => request.socket.destroy();

/** Never answers. */
export const silence: Step = () => {};

/** Sends half an answer, then ends the connection. */
export const halfAnswer: Step = (request, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write("half", () => request.socket.destroy());
};
