import { setTimeout as sleep } from "node:timers/promises";
import type { GitHubSettings } from "./github-settings";

const writes = new Set(["POST", "PATCH", "PUT", "DELETE"]);

/** GitHub's advice where a secondary limit says nothing: at least a minute. */
const secondaryLimitWaitMs = 60_000;

/** The most requests in flight at once with `legacyClient: false` (internal/ghclient/const.go). */
const mostAtOnce = 100;

/**
 * The order and pace of requests.
 *
 * The legacy client sends one at a time and sleeps after a write, before whatever comes next, holding its lock
 * (github/transport.go); the new one only limits how many are in flight. Both sleep a rate limit out.
 */
export class Throttle {
  private nextDelayMs = 0;
  private inFlight = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly lanes: number;

  constructor(private readonly settings: GitHubSettings) {
    const serial = settings.legacyClient && !settings.parallelRequests;
    this.lanes = serial ? 1 : settings.legacyClient ? Number.POSITIVE_INFINITY : mostAtOnce;
  }

  async run(method: string, send: () => Promise<Response>): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const response = await this.inLane(method, send);
      const retryable = this.settings.retryableStatuses.includes(response.status);
      if (!retryable || attempt >= this.settings.maxRetries) return response;
      await sleep(this.settings.retryDelayMs);
    }
  }

  private async inLane(method: string, send: () => Promise<Response>): Promise<Response> {
    for (;;) {
      await this.enter();
      try {
        if (this.settings.legacyClient) await this.delay(method);
        const response = await send();
        const wait = await rateLimitWaitMs(response);
        if (wait === undefined) return response;
        this.nextDelayMs = 0;
        await sleep(wait);
      } finally {
        this.leave();
      }
    }
  }

  private async delay(method: string): Promise<void> {
    const delay = this.nextDelayMs;
    this.nextDelayMs = writes.has(method) ? this.settings.writeDelayMs : this.settings.readDelayMs;
    if (delay > 0) await sleep(delay);
  }

  private async enter(): Promise<void> {
    if (this.inFlight < this.lanes) this.inFlight += 1;
    else await new Promise<void>((go) => this.waiting.push(go)); // handed the lane of the one that leaves
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.inFlight -= 1;
    else next();
  }
}

/** Milliseconds to wait when the answer is a rate limit, as go-github tells them apart; undefined otherwise. */
async function rateLimitWaitMs(response: Response): Promise<number | undefined> {
  if (response.status !== 403 && response.status !== 429) return undefined;
  if (response.headers.get("x-ratelimit-remaining") === "0") {
    return Math.max(0, Number(response.headers.get("x-ratelimit-reset")) * 1000 - Date.now());
  }
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as { documentation_url?: string };
  if (!/secondary-rate-limits|abuse-rate-limits/.test(body.documentation_url ?? "")) return undefined;
  const after = response.headers.get("retry-after");
  return after === null ? secondaryLimitWaitMs : Number(after) * 1000;
}
