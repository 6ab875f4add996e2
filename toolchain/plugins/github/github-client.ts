import type { GitHubSettings } from "./github-settings";
import { Throttle } from "./throttle";

/** An answer that is not success, with the text go-github gives it. */
export class GitHubError extends Error {
  constructor(
    readonly status: number,
    request: string,
    body: { message?: string; errors?: unknown },
  ) {
    // GitHub answers a list, and to some conflicts one text.
    const errors = [body.errors ?? []]
      .flat()
      .map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
    super(`${request}: ${status} ${body.message ?? ""} [${errors.join(" ")}]`);
  }
}

/** JSON from GitHub: its shapes are checked nowhere, as in the real provider. */
// biome-ignore lint/suspicious/noExplicitAny: a foreign interface with hundreds of optional fields
export type Answer = any;

/** GitHub's REST interface as the provider uses it. */
export class GitHubClient {
  private readonly throttle: Throttle;
  /** Owner of all resources; set by `identify`. */
  owner = "";
  ownerIsOrganization = false;

  constructor(readonly settings: GitHubSettings) {
    this.throttle = new Throttle(settings);
  }

  /** One call: the owner, or the token's user. A 404 for the owner means that it is a user. */
  async identify(): Promise<void> {
    const { owner, token } = this.settings;
    this.owner = owner ?? "";
    if (owner === undefined && token !== undefined) this.owner = (await this.call("GET", "user")).login;
    if (this.owner === "") return;
    const found = await this.call("GET", `orgs/${this.owner}`).catch((error: Error) => {
      if (error instanceof GitHubError && error.status === 404) return undefined;
      throw new Error(`failed to lookup organization "${this.owner}": ${error.message}`);
    });
    this.ownerIsOrganization = found !== undefined;
  }

  /** @throws GitHubError */
  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    return (await this.send(method, path, body)).json;
  }

  /** Undefined on 404. @throws GitHubError on any other failure. */
  async find(path: string): Promise<Answer | undefined> {
    return this.call("GET", path).catch((error: Error) => {
      if (error instanceof GitHubError && error.status === 404) return undefined;
      throw error;
    });
  }

  /** All items of a paged list, following the Link header. */
  async list(path: string, field: string): Promise<Answer[]> {
    const items: Answer[] = [];
    let next: string | undefined = `${path}?per_page=${this.settings.perPage}`;
    while (next !== undefined) {
      const { json, link } = await this.send("GET", next);
      items.push(...(json[field] as Answer[]));
      const page = /[?&]page=(\d+)[^>]*>;\s*rel="next"/.exec(link ?? "")?.[1];
      next = page === undefined ? undefined : `${path}?page=${page}&per_page=${this.settings.perPage}`;
    }
    return items;
  }

  /** An answer as it is, a 404 too. @throws GitHubError on any other failure. */
  async get(path: string): Promise<{ status: number; reason: string; headers: Headers; body: string }> {
    const { response, text, request } = await this.exchange("GET", path);
    const { status, statusText: reason, headers } = response;
    if (!response.ok && status !== 404) throw refused(request, status, text);
    return { status, reason, headers, body: text };
  }

  private async send(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ json: Answer; link: string | null }> {
    const { response, text, request } = await this.exchange(method, path, body);
    if (!response.ok) throw refused(request, response.status, text);
    return { json: parseOr(text, undefined), link: response.headers.get("link") };
  }

  private async exchange(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ response: Response; text: string; request: string }> {
    const url = `${this.settings.apiUrl}${path}`;
    const { token } = this.settings;
    const response = await this.throttle.run(method, () =>
      fetch(url, {
        method,
        headers: {
          accept: "application/vnd.github.v3+json",
          "x-github-api-version": "2022-11-28",
          "user-agent": "go-github/v88.0.0",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch((error: Error) => {
        throw new Error(`${method} ${url}: ${reason(error)}`);
      }),
    );
    return { response, text: await response.text(), request: `${method} ${url}` };
  }
}

function refused(request: string, status: number, text: string): GitHubError {
  return new GitHubError(status, request, parseOr(text, { message: text }));
}

function reason(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
}

function parseOr(text: string, fallback: Answer): Answer {
  try {
    return text === "" ? fallback : JSON.parse(text);
  } catch {
    return fallback;
  }
}
