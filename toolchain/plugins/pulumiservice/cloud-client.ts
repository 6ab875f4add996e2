import { setTimeout as sleep } from "node:timers/promises";
import type { CloudSettings } from "./cloud-settings";

/** A problem in an environment's text. */
export interface Diagnostic {
  summary: string;
  detail?: string;
}

/** An answer that is not success. */
export class CloudError extends Error {
  constructor(
    readonly status: number,
    text: string,
    readonly diagnostics: readonly Diagnostic[] = [],
  ) {
    super(text);
  }
}

/** JSON from Pulumi Cloud: its shapes are checked nowhere, as in the real provider. */
// biome-ignore lint/suspicious/noExplicitAny: a foreign interface with hundreds of optional fields
export type Answer = any;

export interface CloudAnswer {
  json: Answer;
  text: string;
  headers: Headers;
}

/** The provider's own client gives up after this long and never tries again. */
const timeoutMs = 60_000;

/** The ESC client tries a GET again after 1, 2, 4 and 8 seconds when the server or the network fails. */
const escRetries = 4;

/** The two clients of the provider: its own for organizations and teams, the `esc` tool's for environments. */
export class CloudClient {
  constructor(private readonly settings: CloudSettings) {}

  /** `path` below /api/: any path of the configured address is dropped. @throws CloudError */
  async api(
    method: string,
    path: string,
    body?: unknown,
    accept = "application/vnd.pulumi+9",
    query: Record<string, string> = {},
  ): Promise<Answer> {
    const url = new URL(this.settings.apiUrl);
    url.pathname = `/api/${path}`;
    url.search = new URLSearchParams(query).toString();
    const answer = await this.send(method, url.href, body === undefined ? undefined : JSON.stringify(body), {
      accept,
      "x-pulumi-source": "provider",
    });
    if (answer.ok) return answer.json;
    throw new CloudError(answer.status, `${answer.status} API error: ${answer.json?.message ?? answer.text}`);
  }

  /** Undefined on 404. @throws CloudError on any other failure. */
  async find(path: string): Promise<Answer | undefined> {
    return this.api("GET", path).catch((error: Error) => {
      if (error instanceof CloudError && error.status === 404) return undefined;
      throw error;
    });
  }

  /** `path` below /api/esc/environments/; `text` is sent as it is. @throws CloudError with the diagnostics. */
  async esc(method: string, path: string, text?: string): Promise<CloudAnswer> {
    const url = `${this.settings.apiUrl}/api/esc/environments/${path}`;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.send(method, url, text, { accept: "application/vnd.pulumi+8" });
      if (answer.ok) return answer;
      if (method === "GET" && answer.status >= 500 && attempt < escRetries) {
        await sleep(1000 * 2 ** attempt);
        continue;
      }
      const { message = answer.text, diagnostics = [] } = answer.json ?? {};
      throw new CloudError(answer.status, `[${answer.status}] ${message}`, diagnostics);
    }
  }

  private async send(
    method: string,
    url: string,
    body: string | undefined,
    headers: Record<string, string>,
  ): Promise<CloudAnswer & { ok: boolean; status: number }> {
    const response = await fetchOrExplain(method, url, {
      method,
      headers: {
        ...headers,
        authorization: `token ${this.settings.accessToken}`,
        "content-type": "application/json",
        "user-agent": "provider-pulumiservice/1",
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { ok: response.ok, status: response.status, headers: response.headers, text, json: jsonOf(text) };
  }
}

async function fetchOrExplain(method: string, url: string, init: RequestInit): Promise<Response> {
  const { protocol } = new URL(url);
  const verb = `${method[0]}${method.slice(1).toLowerCase()}`;
  if (protocol !== "http:" && protocol !== "https:") {
    throw new Error(`${verb} "${url}": unsupported protocol scheme "${protocol.replace(":", "")}"`);
  }
  return fetch(url, init).catch((error: Error) => {
    throw new Error(
      `${verb} "${url}": ${error.cause instanceof Error ? error.cause.message : error.message}`,
    );
  });
}

function jsonOf(text: string): Answer {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
