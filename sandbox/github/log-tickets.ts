import { randomBytes } from "node:crypto";
import { type GitHubContext, webUrl } from "./github-app";

interface Download {
  type: string;
  bytes: Uint8Array;
}

/** GitHub's log addresses expire after one minute (docs: "Download job logs for a workflow run"). */
const LIFETIME = 60_000;

/** Short-lived addresses for logs. They need no token: clients drop theirs when a redirect leaves the API. */
export class LogTickets {
  private readonly open = new Map<string, Download & { until: number }>();

  constructor(private readonly now: () => Date) {}

  /** @returns the address to redirect to. */
  issue(c: GitHubContext, download: Download): string {
    this.dropExpired();
    const ticket = randomBytes(24).toString("hex");
    this.open.set(ticket, { ...download, until: this.now().getTime() + LIFETIME });
    return `${webUrl(c)}/_actions/logs/${ticket}`;
  }

  /** Good until it expires, however often it is asked for. */
  find(ticket: string): Download | undefined {
    this.dropExpired();
    return this.open.get(ticket);
  }

  private dropExpired(): void {
    for (const [ticket, { until }] of this.open) {
      if (until <= this.now().getTime()) this.open.delete(ticket);
    }
  }
}
