import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface WebhookReceiver {
  url: string;
  /** What it was told, oldest first: the kind of event, and the body. */
  heard: string[];
  /** Resolves when it has been told something that fits: deliveries come beside what causes them. */
  told(words: RegExp): Promise<void>;
  close(): void;
}

/** Something on this machine that Pulumi Cloud's webhooks reach. @param path whoever knows it can speak here: a secret. */
export async function receiveWebhooks(path: string): Promise<WebhookReceiver> {
  const heard: string[] = [];
  let wake = () => {};
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    heard.push(`${request.headers["pulumi-webhook-kind"]} ${body}`);
    response.end();
    wake();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const told = async (words: RegExp) => {
    while (!heard.some((line) => words.test(line)))
      await new Promise<void>((done) => {
        wake = done;
      });
  };
  return { url: `http://127.0.0.1:${port}/${path}`, heard, told, close: () => server.close() };
}
