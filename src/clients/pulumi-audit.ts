import { notTheService, type PulumiCall, parseAnswer } from "./pulumi-call";

/** One event of Pulumi Cloud's audit log. Names only: the log holds no values. */
export interface CloudEvent {
  /** RFC 3339, UTC, to the second. */
  at: string;
  /** The event's name in lower case with hyphens (`environment-open`), however the service spells it. */
  event: string;
  /** Login, or the name of the token that acted. */
  actor: string;
  /** Free text of the service's; names what the event was about. */
  description: string;
  sourceIp: string;
  refused: boolean;
}

/** Who did what in Pulumi Cloud. */
export interface PulumiAudit {
  /** Newest first. @throws RemedyError; also where the organization's edition has no audit log. */
  events(since: Date): Promise<CloudEvent[]>;
}

/** Shapes: `provider/pkg/cloud/spec.json` of pulumi/pulumi-pulumiservice 1.3.0. */
export function createPulumiAudit(call: PulumiCall): PulumiAudit {
  const { organization } = call;
  return {
    events: async (since) => {
      const thing = `audit log of ${organization}`;
      const base = `/api/orgs/${organization}/auditlogs/v2?startTime=${Math.floor(since.getTime() / 1000)}`;
      const found: CloudEvent[] = [];
      const seen = new Set<string>();
      for (let token = ""; ; ) {
        const path = token === "" ? base : `${base}&continuationToken=${encodeURIComponent(token)}`;
        const page = parseAnswer(thing, await call(thing, path)) as Page;
        if (!Array.isArray(page.auditLogEvents)) throw notTheService(thing, "lists no events");
        found.push(...page.auditLogEvents.map(eventOf));
        const next = page.continuationToken ?? "";
        if (next === "") return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
        if (seen.has(next)) throw notTheService(thing, "repeats itself");
        seen.add(next);
        token = next;
      }
    },
  };
}

interface Page {
  auditLogEvents?: Sent[];
  continuationToken?: string;
}

interface Sent {
  timestamp: number;
  sourceIP?: string;
  event: string;
  description?: string;
  user?: { githubLogin?: string; name?: string };
  tokenName?: string;
  actorName?: string;
  authFailure?: boolean;
}

/** The specification shows `environment-open`, the documentation's example `Environment Open`. */
function eventOf(sent: Sent): CloudEvent {
  return {
    at: new Date(sent.timestamp * 1000).toISOString(),
    event: sent.event
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, ""),
    actor: sent.actorName || sent.user?.githubLogin || sent.user?.name || sent.tokenName || "",
    description: sent.description ?? "",
    sourceIp: sent.sourceIP ?? "",
    refused: sent.authFailure === true,
  };
}
