import type { Actor } from "./actor";

/**
 * GitHub's limits (docs: "Rate limits for the REST API"). `null` switches one off.
 */
export interface Limits {
  /** Requests an hour of a user's tokens together. */
  primaryPerHour: number | null;
  /** Requests an hour without a token. */
  anonymousPerHour: number | null;
  /** Requests an hour and repository with a GITHUB_TOKEN. */
  installationPerHour: number | null;
  /** Requests under way at once. */
  concurrent: number | null;
  /** Points a minute and endpoint: a read costs 1, a write 5. */
  pointsPerMinute: number | null;
  /** POST, PUT and PATCH a minute. */
  contentPerMinute: number | null;
  /** POST, PUT and PATCH an hour. */
  contentPerHour: number | null;
}

/** Every limit as on github.com. */
export const GITHUB_LIMITS: Limits = {
  primaryPerHour: 5000,
  anonymousPerHour: 60,
  installationPerHour: 1000,
  concurrent: 100,
  pointsPerMinute: 900,
  contentPerMinute: 80,
  contentPerHour: 500,
};

/** The sandbox's default: a first `up` of 60 secrets and their repository lists must not be made to wait. */
export const SANDBOX_LIMITS: Limits = {
  ...GITHUB_LIMITS,
  anonymousPerHour: null,
  contentPerMinute: null,
  contentPerHour: null,
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Window {
  start: number;
  used: number;
}

/** Standing of one caller under the primary limit, in the terms of GitHub's x-ratelimit headers. */
export interface Standing {
  limit: number;
  remaining: number;
  used: number;
  /** Unix seconds. */
  reset: number;
}

/** A refusal: by which limit, and for the secondary ones after how many seconds to try again. */
export type Refusal = { by: "primary" } | { by: "secondary"; retryAfter: number };

/** Counts requests in fixed windows, which begin at a caller's first request, as GitHub's do. In memory only. */
export class RateLimits {
  limits: Limits;
  private windows = new Map<string, Window>();
  private underWay = 0;

  constructor(
    private readonly initial: Limits,
    private readonly now: () => Date,
  ) {
    this.limits = { ...initial };
  }

  /** Forgets all counts and changes of limits. */
  reset(): void {
    this.limits = { ...this.initial };
    this.windows.clear();
  }

  begin(): Refusal | undefined {
    const { concurrent } = this.limits;
    if (concurrent !== null && this.underWay >= concurrent) return { by: "secondary", retryAfter: 60 };
    this.underWay += 1;
    return undefined;
  }

  end(): void {
    this.underWay -= 1;
  }

  /** Takes one request of the actor's hour. A limit that is off counts without ever refusing. */
  takePrimary(actor: Actor): { standing: Standing; refusal: Refusal | undefined } {
    const limit = this.limitOf(actor);
    const window = this.primary(actor);
    const refused = limit !== null && window.used >= limit;
    if (!refused) window.used += 1;
    return { standing: this.standingOf(actor), refusal: refused ? { by: "primary" } : undefined };
  }

  /** Gives one request back: GitHub does not count a 304 with a token. */
  refundPrimary(actor: Actor): Standing {
    const window = this.primary(actor);
    if (actor.kind !== "anonymous") window.used = Math.max(0, window.used - 1);
    return this.standingOf(actor);
  }

  standingOf(actor: Actor): Standing {
    const window = this.primary(actor);
    const limit = this.limitOf(actor) ?? 5000;
    return {
      limit,
      remaining: Math.max(0, limit - window.used),
      used: window.used,
      reset: Math.ceil((window.start + HOUR) / 1000),
    };
  }

  /** Takes what a request costs under the secondary limits. */
  takeSecondary(actor: Actor, method: string, endpoint: string): Refusal | undefined {
    const caller = callerName(actor);
    const reads = method === "GET" || method === "HEAD" || method === "OPTIONS";
    const makesContent = !reads && method !== "DELETE";
    const costs: [key: string, length: number, cost: number, limit: number | null][] = [
      [`points ${caller} ${endpoint}`, MINUTE, reads ? 1 : 5, this.limits.pointsPerMinute],
      [`minute ${caller}`, MINUTE, makesContent ? 1 : 0, this.limits.contentPerMinute],
      [`hour ${caller}`, HOUR, makesContent ? 1 : 0, this.limits.contentPerHour],
    ];
    for (const [key, length, cost, limit] of costs) {
      const window = this.window(key, length);
      if (limit === null || cost === 0 || window.used + cost <= limit) continue;
      const wait = Math.ceil((window.start + length - this.now().getTime()) / 1000);
      return { by: "secondary", retryAfter: Math.max(1, wait) };
    }
    for (const [key, length, cost] of costs) this.window(key, length).used += cost;
    return undefined;
  }

  private window(key: string, length: number): Window {
    const at = this.now().getTime();
    const known = this.windows.get(key);
    if (known !== undefined && at < known.start + length) return known;
    const fresh = { start: at, used: 0 };
    this.windows.set(key, fresh);
    return fresh;
  }

  private primary(actor: Actor): Window {
    return this.window(`primary ${callerName(actor)}`, HOUR);
  }

  private limitOf(actor: Actor): number | null {
    if (actor.kind === "anonymous") return this.limits.anonymousPerHour;
    return actor.kind === "user" ? this.limits.primaryPerHour : this.limits.installationPerHour;
  }
}

/** Whose count a request goes to, in the words of GitHub's message: all tokens of a user count together. */
export function callerName(actor: Actor): string {
  if (actor.kind === "anonymous") return "127.0.0.1";
  return actor.kind === "user" ? `user ID ${actor.id}` : `installation ID ${actor.installation.repositoryId}`;
}
