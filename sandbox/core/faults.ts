import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import type { MiddlewareHandler } from "hono";

/** A fault to inject: which requests it strikes, how often, and what it does to them. */
export interface Fault {
  /** HTTP method; every method when left out. */
  method?: string;
  /** Regular expression on path and query, e.g. `/api/esc/environments/.*`. */
  path: string;
  /** How many requests it lets through before the first strike. Default 0. */
  skip?: number;
  /** How many requests it strikes. Default 1; 0 means every one from then on. */
  times?: number;
  /** Milliseconds waited before anything else. Default 0. */
  delayMs?: number;
  /** Milliseconds between what the service did and its answer: who asked does not know yet that it is done. Default 0. */
  holdMs?: number;
  /** Answered instead of the service's own answer. */
  answer?: { status: number; headers?: Record<string, string>; body?: unknown };
  /** Cuts the connection: `before` the service saw the request, or `after` it was carried out. */
  reset?: "before" | "after";
}

/** The faults waiting to strike one service. */
export class Faults {
  private waiting: { fault: Fault; seen: number; struck: number }[] = [];

  add(fault: Fault): void {
    new RegExp(fault.path); // a bad pattern is the caller's error now, not a silent no-strike later
    this.waiting.push({ fault, seen: 0, struck: 0 });
  }

  clear(): void {
    this.waiting = [];
  }

  /** The fault that strikes this request, if any; counts it. */
  strike(method: string, path: string): Fault | undefined {
    for (const entry of this.waiting) {
      const { fault } = entry;
      if (fault.method !== undefined && fault.method !== method) continue;
      if (!new RegExp(fault.path).test(path)) continue;
      entry.seen += 1;
      const limit = fault.times ?? 1;
      if (entry.seen <= (fault.skip ?? 0) || (limit !== 0 && entry.struck >= limit)) continue;
      entry.struck += 1;
      return fault;
    }
    return undefined;
  }
}

/** Middleware that lets the waiting faults strike. */
export function injectFaults(faults: Faults): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (context, next) => {
    const url = new URL(context.req.url);
    const fault = faults.strike(context.req.method, url.pathname + url.search);
    if (fault === undefined) return next();
    if (fault.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false });
    if (fault.reset === "before") {
      context.env.incoming.socket.destroy();
      return new Response(null);
    }
    if (fault.answer !== undefined) {
      const { status, headers, body } = fault.answer;
      const text = body === undefined ? "" : JSON.stringify(body);
      return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
    }
    await next();
    if (fault.holdMs !== undefined) await sleep(fault.holdMs, undefined, { ref: false });
    if (fault.reset === "after") context.env.incoming.socket.destroy();
    return undefined;
  };
}
