import type { AuditEvent } from "../audit/audit-event";
import { readAudit } from "../audit/read-audit";
import type { Context } from "../context";
import type { Case, Journal } from "./case";

/** Somebody who got the values of an environment, or tried to. */
export interface Reader {
  who: string;
  what: string;
  /** `opened`, or `refused`. */
  kind: AuditEvent["kind"];
  times: number;
  first: string;
  last: string;
  /** How, by the log's own words: the last of them. */
  detail: string;
}

/** What the logs tell of a secret since a time, and what they do not. */
export interface Readers {
  readers: Reader[];
  /** Changes of the secret and of who may read it, newest first. */
  changes: AuditEvent[];
  unknown: string[];
}

/**
 * Asks the logs who opened an environment that holds the secret, and joins what one person did in one place.
 *
 * For the pipeline's own credential that is everything: it opens what its owner may open.
 */
export async function findReaders(
  context: Context,
  { secret, way, grantedTo, carriers, rotated }: Case,
  journal: Journal,
): Promise<Readers> {
  const answer = await readAudit(context, {
    since: new Date(journal.since),
    ...(secret.bootstrap ? {} : { environments: secret.environments }),
    // Of what ESC makes the audit knows no name: all openings of its environments may have given it out.
    ...(secret.bootstrap || rotated !== undefined ? {} : { names: [secret.name] }),
  });
  const ways = [
    `workflows of ${grantedTo.join(", ")} may read it in GitHub, and no log says which did`,
    ...(carriers.length > 0
      ? ["anyone who can write to a carrier's branch could have read it in a run"]
      : []),
    ...(way === "config" ? [OF_CONFIG] : []),
    ...(secret.bootstrap
      ? [
          "anyone who held it could open everything that its owner may open: include every secret of these environments",
        ]
      : []),
    "copies that were made of it, and what was done with it at the vendor: see the vendor's logs",
  ];
  return {
    readers: joined(
      answer.events.filter((event) => gotIt(event, journal)),
      journal,
    ),
    changes: answer.events.filter(({ kind }) => ["set", "removed", "synced", "access"].includes(kind)),
    unknown: [...answer.unknown.map(({ subject, cause }) => `${subject}: ${cause}`), ...ways],
  };
}

const OF_CONFIG =
  "who read it from the stack's config: everyone who can decrypt it could (pulumi config --show-secrets, pulumi stack export --show-secrets, a run of the program), now and in its history, and no log was searched for it";

/** Whether it gave out, or was to give out, the value from before: what is opened later gives the new one. */
function gotIt({ kind, environment, at }: AuditEvent, { checks }: Journal): boolean {
  if (kind !== "opened" && kind !== "refused") return false;
  const { until } = checks.find((check) => check.environment === environment) ?? {};
  // The logs' times are whole seconds: what is in the same one counts.
  return until === undefined || Date.parse(at) <= Date.parse(until);
}

function joined(events: readonly AuditEvent[], { by, started }: Journal): Reader[] {
  const found = new Map<string, Reader>();
  for (const { who: login = "unknown", what, kind, at, detail } of events) {
    const who = login === by && Date.parse(at) >= Date.parse(started) ? `${login}, in this procedure` : login;
    const key = [who, what, kind].join("\0");
    const known = found.get(key);
    // Newest first, so each further one is earlier.
    if (known !== undefined) Object.assign(known, { times: known.times + 1, first: at });
    else found.set(key, { who, what, kind, times: 1, first: at, last: at, detail });
  }
  return [...found.values()];
}
