import type { AuditEvent, AuditKind } from "./audit-event";

/** What somebody did in one hour in one deployment environment. */
export interface AuditGroup {
  /** Beginning of the hour, RFC 3339, UTC. */
  hour: string;
  /** Login, or name of a team or token; undefined where no source tells. */
  who: string | undefined;
  /** Undefined: it is about none, such as a secret of the organization. */
  environment: string | undefined;
  /** By kind, the most serious first: how often, and to what, each once. */
  did: { kind: AuditKind; times: number; whats: readonly string[] }[];
  /** Ids of workflow runs that it came from. */
  runs: readonly string[];
}

/** What most needs to be seen comes first. */
const ORDER: readonly AuditKind[] = [
  "refused",
  "opened",
  "removed",
  "set",
  "changed",
  "access",
  "reviewed",
  "tagged",
  "synced",
  "run",
  "read",
];

/**
 * Events by hour, person and deployment environment, in the order of the newest of each.
 *
 * @param events newest first.
 */
export function groupAudit(events: readonly AuditEvent[]): AuditGroup[] {
  const groups = new Map<string, AuditEvent[]>();
  for (const event of events) {
    const key = [hourOf(event), nameOf(event.who) ?? "", event.environment ?? ""].join("\0");
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first === undefined) return [];
    const did = ORDER.flatMap((kind) => {
      const those = all.filter((event) => event.kind === kind);
      const whats = [...new Set(those.map(({ what }) => what))];
      return those.length === 0 ? [] : [{ kind, times: those.length, whats }];
    });
    const runs = [...new Set(all.flatMap(({ run }) => run ?? []))];
    return [{ hour: hourOf(first), who: nameOf(first.who), environment: first.environment, did, runs }];
  });
}

function hourOf({ at }: AuditEvent): string {
  return `${at.slice(0, 13)}:00Z`;
}

/**
 * Pulumi Cloud calls a team's token `team:ORGANIZATION/TEAM:TOKEN`, and the ledger's events have the team alone. A job
 * that asks for one is `oidc:github-actions:` and the subject of GitHub's identity.
 */
function nameOf(who: string | undefined): string | undefined {
  const [, team] = /^team:[^/]+\/([^:]+):/.exec(who ?? "") ?? [];
  const [, job] = /^oidc:github-actions:repo:[^/]+\/(.+)$/.exec(who ?? "") ?? [];
  return team ?? (job === undefined ? who : `job of ${job}`);
}

/** Openings by whoever asks: every look with `verify` or `diff` is one, and nobody looks for them. */
export function isOwnOpening({ kind, who }: AuditEvent, asker: string | undefined): boolean {
  return kind === "opened" && asker !== undefined && who === asker;
}
