import { FORMATS, type FormatName, misfit } from "../catalog/formats";
import { UNSEEN } from "../text";

/** Why the sync of an environment writes nothing. Kept in its ledger, which everybody may read who reads names. */
export interface Pause {
  /** In one line, by a person. */
  reason: string;
  /** Their login in Pulumi Cloud. */
  by: string;
  /** RFC 3339, UTC, as `until`. */
  since: string;
  /** From then on the sync writes again; until somebody resumes it where it is left out. */
  until?: string;
  /** The rollback that set it, as that names itself; absent for a person's pause. */
  rollback?: string;
}

/** Characters a reason may have: a line of a table, and of an annotation. */
export const LONGEST_REASON = 200;

/** Credentials are longer than this; words such as sk-learn are not. */
const SHORTEST_CREDENTIAL = 20;
const CREDENTIALS = (Object.keys(FORMATS) as FormatName[]).filter((name) =>
  /-(key|token|webhook)$/.test(name),
);

/**
 * Why a text is not a reason. It is read by many, so what looks like a vendor's credential is refused; whether a text is
 * one of the catalog's values nobody can know who may not read them.
 *
 * @returns undefined when it is one. Never quotes the text.
 */
export function unfitReason(text: string): string | undefined {
  if (text.trim() === "") return "is empty";
  if (text.length > LONGEST_REASON) return `is longer than ${LONGEST_REASON} characters`;
  if (text.search(UNSEEN) >= 0) return "holds a line end or a character that does not show";
  // ESC would look for a property of that name, and refuse the whole ledger.
  if (/\$\{/.test(text)) return "holds ${, on which ESC acts";
  return text.split(/\s+/).some(isCredential) ? "holds what looks like a credential" : undefined;
}

function isCredential(word: string): boolean {
  if (word.length < SHORTEST_CREDENTIAL) return false;
  return CREDENTIALS.some((name) => name !== "docker-token" && misfit(name, word) === undefined);
}

/**
 * The pause that a ledger's text holds. Whatever stands there pauses: who writes `paused: true` by hand means it.
 *
 * @returns undefined where nothing stands.
 */
export function readPause(value: unknown): Pause | undefined {
  if (value === undefined || value === null) return undefined;
  const fields = typeof value === "object" ? (value as Record<string, unknown>) : {};
  const text = (name: string, otherwise: string) => {
    const field = fields[name];
    return typeof field === "string" && field !== "" ? oneLine(field) : otherwise;
  };
  const [until, rollback] = [text("until", ""), text("rollback", "")];
  return {
    reason: text("reason", "no reason is given"),
    by: text("by", "somebody"),
    since: text("since", "an unknown time"),
    ...(until === "" ? {} : { until }),
    ...(rollback === "" ? {} : { rollback }),
  };
}

function oneLine(text: string): string {
  return text.replace(UNSEEN, " ").slice(0, LONGEST_REASON).trim();
}

/** The pause that holds at a time; an end that is no time never comes. @param now RFC 3339. */
export function pauseAt(pause: Pause | undefined, now: string): Pause | undefined {
  const ended = pause?.until !== undefined && Date.parse(pause.until) <= Date.parse(now);
  return ended ? undefined : pause;
}

/** `paused by ada since 2026-08-01T10:00:00.000Z, until somebody resumes it: wrong keys`. */
export function describePause({ by, since, until, reason }: Pause): string {
  return `paused by ${by} since ${since}, until ${until ?? "somebody resumes it"}: ${reason}`;
}
