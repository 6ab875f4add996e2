import { stringify } from "yaml";
import { boundedYaml } from "../yaml-text";
import { type Pause, readPause } from "./pause";
import { runBefore, runId } from "./run-names";

export { describeRun, handRun, isOfAnotherGitHub, runBefore, runId } from "./run-names";

/** What the ledger knows of one secret in one environment. Times are RFC 3339, UTC. */
export interface LedgerEntry {
  /** HMAC-SHA-256 of the value under the ledger's key, base64url. */
  fingerprint: string;
  /** Where the value came from: the GitHub name it was read under, or `default`. */
  source: string;
  /** When the value last changed. */
  changed: string;
  /** When, by which run and from which commit it was last written. */
  synced: string;
  run: string;
  commit: string;
  /** KiB that its value had under all its names together, rounded up; absent where that is no more than one. */
  kib?: number;
}

/**
 * Why a secret is refused, for programs. unset: nobody has set it in GitHub. absent: no value arrived. conflicting: two of
 * its names hold different values. unfit: its value has the wrong form. blocked: something else stands at its place in
 * ESC. older: what came may be older than what stands.
 */
export type RefusalCode = "unset" | "absent" | "conflicting" | "unfit" | "blocked" | "older";

/** How often in a row a secret has been refused, and why. The job of an earlier version noted no reason. */
export interface Refusal {
  /** 1 to 3: it is counted until somebody was told. */
  times: number;
  /** The run that counted last. */
  run: string;
  /** When that was, RFC 3339, UTC. */
  at?: string;
  /** Why, for programs and in words. Never a value. */
  code?: string;
  reason?: string;
  /** The page of that run. */
  page?: string;
}

/**
 * What a run held back before it wrote anything. many: it would have replaced more values than the limit.
 * all-or-nothing: that was asked for, and something else could not be written.
 */
export interface Hold {
  code: "many" | "all-or-nothing";
  /** Why, in words. Never a value. */
  why: string;
  /** The run that held it back first for that reason, when (RFC 3339, UTC), and its page. */
  run: string;
  at: string;
  page?: string;
}

/** A change of a value that a run proposed, as long as no run has found what became of it. */
export interface Proposal {
  run: string;
  /** When, RFC 3339, UTC. */
  at: string;
  /** The change request, and which of its revisions the run made. */
  request: string;
  revision: number;
}

/** What a sync is about to write, noted before it writes: whoever finds the value knows who wrote it. */
export interface Intent {
  run: string;
  /** When, RFC 3339, UTC. */
  at: string;
  /** Fingerprint of each value by secret; "" where it is taken away. */
  values: Record<string, string>;
}

/** A case of a compromised secret that somebody has open, so that nobody begins another beside it. */
export interface OpenCase {
  /** Of the record that this case has where it was started. */
  id: string;
  /** Login in Pulumi Cloud. */
  by: string;
  /** RFC 3339, UTC. */
  since: string;
}

/**
 * An environment's ledger: what was synced, when and by which run, without a value. Its one secret is the key of
 * the fingerprints, which only those who may open the ledger can use; everybody else reads times and names.
 */
export interface Ledger {
  /** Key of the fingerprints, base64; undefined before the first sync, and when the text was read without opening. */
  key: string | undefined;
  /** Revision of each values environment as the sync last left it: another one means a person wrote in between. */
  revisions: Record<string, number>;
  secrets: Record<string, LedgerEntry>;
  /** Secrets that the last run refused. */
  refused: Record<string, Refusal>;
  /** Changes that the last run held back, by secret. */
  held?: Record<string, Hold>;
  /** While it holds, no run writes. */
  paused?: Pause;
  /** Whether a run left values that it could not tag. */
  untagged?: true;
  /** Where changes need an approval: what was proposed, by secret. */
  proposed?: Record<string, Proposal>;
  /** By writer: what syncs have begun to write and not ended, because they are at it or died. */
  writing?: Record<string, Intent>;
  /** Cases of compromised secrets that are open, by secret. */
  cases?: Record<string, OpenCase>;
}

export const EMPTY_LEDGER: Ledger = { key: undefined, revisions: {}, secrets: {}, refused: {} };

/** Text of a ledger before the first sync. */
export const EMPTY_LEDGER_TEXT = "values: {}\n";

/** The revisions at which syncs left a group's values; where carriers share them, each left one (`group@carrier`). */
export function revisionsOf({ revisions }: Ledger, group: string): number[] {
  const own = Object.entries(revisions).filter(([key]) => key === group || key.startsWith(`${group}@`));
  return own.map(([, revision]) => revision);
}

/** Reads a ledger's text, with its secret in plain text or as ciphertext. What is not a ledger reads as empty: it can be rebuilt. */
export function parseLedger(text: string): Ledger {
  const ledger = property(property(boundedYaml(text), "values"), "ledger");
  const key = property(property(ledger, "key"), "fn::secret");
  const paused = readPause(property(ledger, "paused"));
  const proposed = record(property(ledger, "proposed"), proposal);
  const writing = record(property(ledger, "writing"), intent);
  const cases = record(property(ledger, "cases"), openCase);
  const held = record(property(ledger, "held"), hold);
  return {
    key: typeof key === "string" ? key : undefined,
    revisions: record(property(ledger, "revisions"), (value) =>
      typeof value === "number" ? value : undefined,
    ),
    secrets: record(property(ledger, "secrets"), entry),
    refused: record(property(ledger, "refused"), refusal),
    ...(Object.keys(held).length === 0 ? {} : { held }),
    ...(paused === undefined ? {} : { paused }),
    ...(property(ledger, "untagged") === true ? { untagged: true as const } : {}),
    ...(Object.keys(proposed).length === 0 ? {} : { proposed }),
    ...(Object.keys(writing).length === 0 ? {} : { writing }),
    ...(Object.keys(cases).length === 0 ? {} : { cases }),
  };
}

/** The ledger's whole text. The order of names is theirs, so that equal ledgers have equal texts. */
export function renderLedger(ledger: Ledger): string {
  const key = ledger.key === undefined ? {} : { key: { "fn::secret": ledger.key } };
  const refused = Object.keys(ledger.refused).length === 0 ? {} : { refused: sorted(ledger.refused) };
  const content = {
    ...key,
    ...(ledger.paused === undefined ? {} : { paused: ledger.paused }),
    revisions: sorted(ledger.revisions),
    secrets: sorted(ledger.secrets),
    ...refused,
    ...(ledger.held === undefined ? {} : { held: sorted(ledger.held) }),
    ...(ledger.untagged === undefined ? {} : { untagged: true }),
    ...(ledger.proposed === undefined ? {} : { proposed: sorted(ledger.proposed) }),
    ...(ledger.writing === undefined ? {} : { writing: sorted(ledger.writing) }),
    ...(ledger.cases === undefined ? {} : { cases: sorted(ledger.cases) }),
  };
  return stringify({ values: { ledger: content } }, { lineWidth: 0 });
}

function sorted<T>(named: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const FIELDS = ["fingerprint", "source", "changed", "synced", "run", "commit"] as const;

function entry(value: unknown): LedgerEntry | undefined {
  const fields = FIELDS.map((field) => [field, property(value, field)] as const);
  if (fields.some(([, text]) => typeof text !== "string")) return undefined;
  const kib = property(value, "kib");
  const size = typeof kib === "number" && Number.isSafeInteger(kib) && kib > 1 ? { kib } : {};
  return { ...(Object.fromEntries(fields) as unknown as LedgerEntry), ...size };
}

function refusal(value: unknown): Refusal | undefined {
  const [times, run] = [property(value, "times"), property(value, "run")];
  if (typeof times !== "number" || typeof run !== "string") return undefined;
  const why = ["at", "code", "reason", "page"].map((field) => [field, property(value, field)] as const);
  return { times, run, ...Object.fromEntries(why.filter(([, text]) => typeof text === "string")) };
}

function hold(value: unknown): Hold | undefined {
  const [code, why, run, at] = ["code", "why", "run", "at"].map((field) => property(value, field));
  const page = property(value, "page");
  if (code !== "many" && code !== "all-or-nothing") return undefined;
  if (typeof why !== "string" || typeof run !== "string" || typeof at !== "string") return undefined;
  return { code, why, run, at, ...(typeof page === "string" ? { page } : {}) };
}

function proposal(value: unknown): Proposal | undefined {
  const [run, at, request] = ["run", "at", "request"].map((field) => property(value, field));
  const revision = property(value, "revision");
  if (typeof run !== "string" || typeof at !== "string" || typeof request !== "string") return undefined;
  return typeof revision === "number" ? { run, at, request, revision } : undefined;
}

function intent(value: unknown): Intent | undefined {
  const [run, at] = [property(value, "run"), property(value, "at")];
  const values = record(property(value, "values"), (each) => (typeof each === "string" ? each : undefined));
  return typeof run === "string" && typeof at === "string" ? { run, at, values } : undefined;
}

function openCase(value: unknown): OpenCase | undefined {
  const [id, by, since] = ["id", "by", "since"].map((field) => property(value, field));
  if (typeof id !== "string" || typeof by !== "string" || typeof since !== "string") return undefined;
  return { id, by, since };
}

function record<T>(value: unknown, read: (value: unknown) => T | undefined): Record<string, T> {
  if (typeof value !== "object" || value === null) return {};
  const pairs = Object.entries(value).map(([key, each]) => [key, read(each)] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, T & {}] => pair[1] !== undefined));
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/** The newest run of the workflow that a ledger tells of. */
export function newestRunIn({ secrets, refused, proposed = {}, writing = {} }: Ledger): number | undefined {
  const runs = [secrets, refused, proposed, writing].flatMap((each) =>
    Object.values(each).map(({ run }) => run),
  );
  const ids = runs.flatMap((run) => runId(run) ?? runBefore(run) ?? []);
  return ids.length === 0 ? undefined : Math.max(...ids);
}
