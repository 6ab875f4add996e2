import type { EscPlace } from "../../access/esc-places";
import { WORKFLOW_FILE } from "../../catalog/layout";
import type { SecretEvent, WorkflowRun } from "../../clients/github-audit";
import type { OrganizationSecret } from "../../clients/github-secrets";
import type { CloudEvent } from "../../clients/pulumi-audit";
import { type Ledger, type LedgerEntry, runId } from "../../ledger/ledger";

/**
 * What was done: `opened` gave values out, `refused` did not, `read` showed names and ciphertext, `changed` made another
 * revision or existence in ESC, `tagged` named a revision or took its name, `set` and `removed` touched a secret in
 * GitHub, `synced` wrote a value, `run` is a run of the sync, `reviewed` let one go on or not, `access` changed who may do
 * what.
 */
export type AuditKind =
  | "opened"
  | "refused"
  | "read"
  | "changed"
  | "tagged"
  | "set"
  | "removed"
  | "synced"
  | "run"
  | "reviewed"
  | "access";

/** One line of the joined list: names and times, never a value. */
export interface AuditEvent {
  /** RFC 3339, UTC. */
  at: string;
  /** Login, team or token; undefined where the source does not tell. */
  who: string | undefined;
  kind: AuditKind;
  /** An ESC environment, a secret, or a workflow. */
  what: string;
  source: "Pulumi Cloud" | "GitHub" | "ledger";
  /** The catalog's environment, where it is about one. */
  environment?: string;
  /** Id of the workflow run it came from. */
  run?: string;
  detail: string;
}

const OPENED = new Set([
  "environment-open",
  "environment-read-open",
  "environment-decrypted",
  "environment-version-tag-open",
  // A copy can be opened by whoever made it.
  "environment-clone",
]);
const REFUSED = "environment-unauthorized-open";
const READ = new Set(["environment-read", "environment-version-tag-read", "environment-version-read"]);
const TAGGED = /^environment-version-tag-(created?|updated?|deleted?)$/;
const OF_ACCESS =
  /^(team|member|organization|role|oidc|auth-policy|access-token|personal-access-token|change-gate|approval|webhook|audit-log-export)/;

/** An event of Pulumi Cloud's, or undefined for one that is about none of the catalog's environments. */
export function fromCloud(event: CloudEvent, places: readonly EscPlace[]): AuditEvent | undefined {
  const place = placeIn(event.description, places);
  const kind = kindOf(event, place);
  if (kind === undefined) return undefined;
  const from = event.sourceIp === "" ? "" : `, from ${event.sourceIp}`;
  return {
    at: event.at,
    who: event.actor || undefined,
    kind,
    what: place?.path ?? event.description,
    source: "Pulumi Cloud",
    ...(place === undefined ? {} : { environment: place.environment }),
    detail: `${event.event}${from}`,
  };
}

function kindOf({ event, refused }: CloudEvent, place: EscPlace | undefined): AuditKind | undefined {
  if (place === undefined) return OF_ACCESS.test(event) ? "access" : undefined;
  if (event === REFUSED || refused) return "refused";
  if (OPENED.has(event)) return "opened";
  if (READ.has(event)) return "read";
  if (TAGGED.test(event)) return "tagged";
  return OF_ACCESS.test(event) ? "access" : "changed";
}

/** An event of GitHub's audit log. */
export function fromGitHub(event: SecretEvent): AuditEvent {
  if (event.run !== "") return fromReview(event);
  const [owner, verb] = event.action.split(/[._]/);
  const where = {
    org: "the organization's",
    repo: `of the repository ${event.repository}`,
    environment: `of ${[event.environment, event.repository].filter((each) => each !== "").join(" in ")}`,
  }[owner ?? ""];
  return {
    at: event.at,
    who: event.actor || undefined,
    kind: verb === "remove" ? "removed" : "set",
    what: event.secret || "a secret",
    source: "GitHub",
    ...(event.environment === "" ? {} : { environment: event.environment }),
    detail: `${event.action}, ${where ?? ""}`,
  };
}

function fromReview({ at, actor, action, repository, run }: SecretEvent): AuditEvent {
  const who = actor || undefined;
  return { at, who, kind: "reviewed", what: repository, source: "GitHub", run, detail: action };
}

/** What GitHub's list still tells where there is no audit log: the last change of each secret, and not whose. */
export function fromList(listed: OrganizationSecret, since: Date): AuditEvent[] {
  if (Date.parse(listed.updatedAt) < since.getTime()) return [];
  return [
    {
      at: new Date(listed.updatedAt).toISOString(),
      who: undefined,
      kind: "set",
      what: listed.name,
      source: "GitHub",
      detail: "its last change: the value, or who may read it",
    },
  ];
}

/** What a ledger tells: per secret the last write of its value. */
export function fromLedger(ledger: Ledger, place: EscPlace, since: Date): AuditEvent[] {
  return Object.entries(ledger.secrets)
    .filter(([, entry]) => Date.parse(entry.synced) >= since.getTime())
    .map(([name, entry]) => ({
      at: new Date(entry.synced).toISOString(),
      ...writerOf(entry, place),
      kind: "synced" as const,
      what: name,
      source: "ledger" as const,
      environment: place.environment,
    }));
}

/** A sync by hand is a person's: the log of Pulumi Cloud may know whose, the ledger does not. */
function writerOf({ run, source, commit }: LedgerEntry, { environment, syncTeam }: EscPlace) {
  const how = `into ${environment}, from ${source}`;
  if (runId(run) === undefined) return { who: undefined, detail: `${how}, by hand` };
  return { who: syncTeam, run, detail: `${how}, commit ${commit.slice(0, 12)}` };
}

export function fromRun(run: WorkflowRun): AuditEvent {
  return {
    at: run.started,
    who: run.actor || undefined,
    kind: "run",
    what: `${run.repository}/${WORKFLOW_FILE}`,
    source: "GitHub",
    run: run.id,
    detail: `${run.event}, ${run.outcome}`,
  };
}

/**
 * The place that a text of the service's names first. A longer name that begins with a place's (`app-production-keys`,
 * `app-production`) is another place.
 */
export function placeIn(text: string, places: readonly EscPlace[]): EscPlace | undefined {
  let best: { at: number; place: EscPlace } | undefined;
  for (const place of places) {
    const at = indexOfWord(text, place.path);
    if (at >= 0 && (best === undefined || at < best.at)) best = { at, place };
  }
  return best?.place;
}

const NAME_CHARACTER = /[A-Za-z0-9._-]/;

function indexOfWord(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + word.length]];
    // A dot may end the sentence that the name stands in.
    const ends = !NAME_CHARACTER.test(after) || /^\.(\s|$)/.test(text.slice(at + word.length));
    if (!NAME_CHARACTER.test(before) && ends) return at;
  }
  return -1;
}
