import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Percent-encoded in a variable: it has what an address gives a meaning. */
export const PASSWORD = "p@ss:/#%canary";
export const USER = "ada";

/** What a proxy saw: the head of each request, as `METHOD target` and its Proxy-Authorization. */
export interface Seen {
  line: string;
  authorization: string | undefined;
  headers: string[];
}

/**
 * A company's network on loopback: services are reached over TLS of a private authority, and only by a proxy that asks
 * for a user name and a password. Names under `.test` resolve nowhere, so what goes past the proxy fails.
 */
export class PrivateNetwork {
  readonly seen: Seen[] = [];
  /** File of the private authority's certificate, PEM. */
  readonly authority: string;
  /** What the proxy answers in place of 200 to a CONNECT; null: it never answers. */
  refusal: number | null | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), "private-network-"));
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #ports = new Map<string, number>();
  #proxyPort = 0;

  private constructor() {
    this.authority = join(this.#folder, "authority.pem");
  }

  /** @param services addresses over http by the host names that they have in the network. */
  static async start(services: Readonly<Record<string, string>>): Promise<PrivateNetwork> {
    const network = new PrivateNetwork();
    const tls = network.#certificate(Object.keys(services));
    for (const [host, url] of Object.entries(services)) {
      const server = createTlsServer(tls, (incoming, answer) => {
        const { method, headers } = incoming;
        const outgoing = request(`${url}${incoming.url}`, { method, headers }, (from) => {
          answer.writeHead(from.statusCode ?? 0, from.headers);
          from.pipe(answer);
        });
        outgoing.on("error", () => answer.destroy());
        incoming.pipe(outgoing);
      });
      network.#ports.set(host, await network.#listen(server as unknown as Server));
    }
    network.#proxyPort = await network.#listen(network.#proxy());
    return network;
  }

  /** The proxy's address with its login. */
  get proxy(): string {
    return `http://${USER}:${encodeURIComponent(PASSWORD)}@${this.proxyHost}`;
  }

  get proxyHost(): string {
    return `127.0.0.1:${this.#proxyPort}`;
  }

  /** Where a service listens without the proxy. */
  portOf(host: string): number {
    return this.#ports.get(host) ?? 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((done) => server.close(done))));
    rmSync(this.#folder, { recursive: true });
  }

  #proxy(): Server {
    const server = createServer((incoming, answer) => {
      this.#note(`${incoming.method} ${incoming.url}`, incoming.headers);
      answer.writeHead(this.#admits(incoming.headers) ? 200 : 407).end("by the proxy");
    });
    server.on("connect", (incoming, client: Socket) => {
      this.#note(`CONNECT ${incoming.url}`, incoming.headers);
      client.on("error", () => client.destroy());
      if (this.refusal === null) return;
      const status = this.#admits(incoming.headers) ? (this.refusal ?? 200) : 407;
      const port = this.#ports.get((incoming.url ?? "").replace(/:443$/, ""));
      if (status !== 200 || port === undefined) {
        client.end(`HTTP/1.1 ${status === 200 ? 502 : status} canary\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      const upstream = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on("error", () => client.destroy());
    });
    return server;
  }

  #note(line: string, headers: NodeJS.Dict<string | string[]>): void {
    this.seen.push({
      line,
      authorization: `${headers["proxy-authorization"]}`,
      headers: Object.keys(headers),
    });
  }

  #admits(headers: NodeJS.Dict<string | string[]>): boolean {
    const login = Buffer.from(`${USER}:${PASSWORD}`).toString("base64");
    return headers["proxy-authorization"] === `Basic ${login}`;
  }

  #listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    return new Promise((done) =>
      server.listen(0, "127.0.0.1", () => done((server.address() as AddressInfo).port)),
    );
  }

  /** An authority, and a certificate of it for these names. */
  #certificate(names: readonly string[]): { key: string; cert: string } {
    const at = (name: string) => join(this.#folder, name);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
    const subject = ["-subj", "/CN=Private authority"];
    const kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "2"];
    openssl("req", ...kind, ...subject, "-keyout", at("authority.key"), "-out", this.authority);
    openssl(
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=service",
      "-keyout",
      at("key.pem"),
      "-out",
      at("csr.pem"),
    );
    writeFileSync(
      at("names"),
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")},DNS:localhost\n`,
    );
    const by = ["-CA", this.authority, "-CAkey", at("authority.key"), "-CAcreateserial"];
    openssl(
      "x509",
      "-req",
      "-in",
      at("csr.pem"),
      ...by,
      "-days",
      "2",
      "-extfile",
      at("names"),
      "-out",
      at("cert.pem"),
    );
    return { key: readFileSync(at("key.pem"), "utf8"), cert: readFileSync(at("cert.pem"), "utf8") };
  }
}
