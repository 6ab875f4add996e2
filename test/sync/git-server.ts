import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The repository's name in each address. */
export const REPOSITORY = "acme/carrier";

/**
 * One private repository behind git's own `http-backend` and the one route of the REST API that reads a file: with the
 * token, and not without.
 */
export class GitServer {
  readonly folder = mkdtempSync(join(tmpdir(), "git-server-"));
  /** `METHOD path` of each request, with `anonymous` where it had no token. */
  readonly requests: string[] = [];
  /** Answers each request of git with a redirect to this address, if it is set. */
  movedTo: string | undefined;
  private readonly work = join(this.folder, "work");
  private readonly bare = join(this.folder, "served", `${REPOSITORY}.git`);
  private server: Server | undefined;
  private port = 0;

  constructor(
    readonly token: string,
    format = "sha1",
  ) {
    mkdirSync(dirname(this.bare), { recursive: true });
    git(this.folder, "init", "--quiet", "--bare", `--object-format=${format}`, this.bare);
    git(this.folder, "init", "--quiet", `--object-format=${format}`, "--initial-branch=main", this.work);
    for (const key of ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"])
      git(this.bare, "config", key, "true");
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    const server = createServer((request, response) => this.answer(request, response));
    // As a proxy it leads everywhere to itself.
    server.on("connect", (_request, socket: Socket) => {
      const inner = connect(this.port, "127.0.0.1", () => socket.write("HTTP/1.1 200 OK\r\n\r\n"));
      socket.pipe(inner).pipe(socket);
    });
    this.server = server;
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Commits files, and gives the commit's id back. */
  commit(files: Readonly<Record<string, string>>): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.work, path)), { recursive: true });
      writeFileSync(join(this.work, path), text);
    }
    git(this.work, "add", "--all");
    git(this.work, "commit", "--quiet", "--message", "change");
    git(this.work, "push", "--quiet", this.bare, "main");
    return git(this.work, "rev-parse", "HEAD").trim();
  }

  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done));
    rmSync(this.folder, { recursive: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = "", headers } = request;
    // As a proxy it is asked for whole addresses.
    const url = (request.url ?? "").replace(/^http:\/\/[^/]+/, "");
    const basic = Buffer.from(`x-access-token:${this.token}`).toString("base64");
    const isKnown = [`Basic ${basic}`, `Bearer ${this.token}`].includes(headers.authorization ?? "");
    this.requests.push(`${method} ${url}${headers.authorization === undefined ? " anonymous" : ""}`);
    const end = (status: number, more: Record<string, string> = {}, body: string | Buffer = "") =>
      response.writeHead(status, more).end(body);
    const [path = "", query = ""] = url.split("?");
    if (path.startsWith(`/${REPOSITORY}.git/`) && this.movedTo !== undefined)
      end(301, { location: this.movedTo + url });
    else if (!isKnown) end(401, { "www-authenticate": 'Basic realm="GitHub"' });
    else if (path.startsWith(`/${REPOSITORY}.git/`)) this.cgi(request, path, query, response);
    else end(...this.rest(path, query));
  }

  private rest(path: string, query: string): [number, Record<string, string>, Buffer?] {
    const file = path.split(`/api/v3/repos/${REPOSITORY}/contents/`)[1];
    const at = new URLSearchParams(query).get("ref");
    try {
      return [
        200,
        {},
        execFileSync("git", ["cat-file", "blob", `${at}:${file}`], { cwd: this.bare, stdio: "pipe" }),
      ];
    } catch {
      return [404, {}];
    }
  }

  private cgi(request: IncomingMessage, path: string, query: string, response: ServerResponse): void {
    const child = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: join(this.folder, "served"),
        GIT_HTTP_EXPORT_ALL: "1",
        GIT_CONFIG_NOSYSTEM: "1",
        REQUEST_METHOD: request.method,
        PATH_INFO: path,
        QUERY_STRING: query,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_USER: "x-access-token",
      },
    });
    request.pipe(child.stdin);
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("close", () => {
      const all = Buffer.concat(parts);
      const at = all.indexOf("\r\n\r\n");
      const headers = Object.fromEntries(
        all
          .subarray(0, at)
          .toString()
          .split("\r\n")
          .map((line) => line.split(": ") as [string, string]),
      );
      response.writeHead(Number.parseInt(headers.Status ?? "200", 10), headers).end(all.subarray(at + 4));
    });
  }
}

function git(cwd: string, ...args: string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8", stdio: "pipe" });
}
