import { createHmac, randomUUID } from "node:crypto";
import type { Delivery, Hook } from "./state";

/** What a webhook is told, with the names the vendor filters by. */
export interface HookEvent {
  /** `environment_revision`, sent as Pulumi-Webhook-Kind. */
  kind: string;
  /** `environment_revision_created`, what filters name. */
  filter: string;
  payload: Record<string, unknown>;
}

const TIMEOUT_MS = 5000;
/** Deliveries kept for each hook, newest first; enough to see what happened, small enough for the state file. */
const KEPT = 50;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Sends webhook events, one at a time for each hook, beside the requests that caused them. No retries. */
export class HookSender {
  private readonly running = new Set<Promise<unknown>>();
  private readonly closing = new AbortController();

  /**
   * @param decrypt gives a hook's shared secret.
   * @param recorded called after each delivery was recorded in its hook.
   */
  constructor(
    private readonly decrypt: (ciphertext: string) => Uint8Array,
    private readonly recorded: () => void,
  ) {}

  /** Starts sending an event to every active hook that subscribes to it. */
  announce(hooks: Hook[], event: HookEvent): void {
    for (const hook of hooks.filter((h) => h.active && subscribes(h, event.filter))) {
      const sending: Promise<unknown> = this.send(hook, event.kind, event.payload).finally(() =>
        this.running.delete(sending),
      );
      this.running.add(sending);
    }
  }

  /** Sends one event now and records how it went: never throws for an unreachable receiver. */
  async send(hook: Hook, kind: string, payload: Record<string, unknown>): Promise<Delivery> {
    const id = randomUUID();
    const body = JSON.stringify(payload);
    const headers: Record<string, string> = {
      "content-type": "application/json",
      "Pulumi-Webhook-ID": id,
      "Pulumi-Webhook-Kind": kind,
    };
    if (hook.secret !== undefined)
      headers["Pulumi-Webhook-Signature"] = createHmac("sha256", this.decrypt(hook.secret))
        .update(body)
        .digest("hex");
    const started = Date.now();
    const answer = await this.post(hook.payloadUrl, headers, body);
    const delivery: Delivery = {
      id,
      kind,
      timestamp: Math.floor(started / 1000),
      duration: Date.now() - started,
      payload: body,
      requestUrl: hook.payloadUrl,
      requestHeaders: JSON.stringify(headers),
      ...answer,
    };
    hook.deliveries.unshift(delivery);
    hook.deliveries.length = Math.min(hook.deliveries.length, KEPT);
    this.recorded();
    return delivery;
  }

  /** Resolves when everything announced so far was sent. */
  async idle(): Promise<void> {
    await Promise.all(this.running);
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.idle();
  }

  private async post(
    url: string,
    headers: Record<string, string>,
    body: string,
  ): Promise<Pick<Delivery, "responseCode" | "responseHeaders" | "responseBody">> {
    // A sandbox must not tell the outside world anything, so every other host is an unreachable one.
    if (!URL.canParse(url) || !LOOPBACK.has(new URL(url).hostname))
      return failed("not sent: the sandbox delivers to this machine only");
    try {
      const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      return {
        responseCode: response.status,
        responseHeaders: JSON.stringify(Object.fromEntries(response.headers)),
        responseBody: (await response.text()).slice(0, 1000),
      };
    } catch (error) {
      return failed(`not delivered: ${(error as Error).name}`);
    }
  }
}

const failed = (why: string) => ({ responseCode: 0, responseHeaders: "{}", responseBody: why });

/** Without filters and groups a hook gets everything; the group `environments` is every environment event. */
function subscribes(hook: Hook, filter: string): boolean {
  if (hook.filters.length === 0 && hook.groups.length === 0) return true;
  return hook.filters.includes(filter) || hook.groups.includes("environments");
}
