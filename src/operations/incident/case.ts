import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ResolvedEntry } from "../../catalog/entry";
import type { SlotName } from "../../catalog/slots";
import { RemedyError } from "../../errors";
import { shellPath } from "../../text";

/**
 * Where a new value is set: by this command in the organization, by a person in GitHub environments or the stack's
 * config, by ESC itself.
 */
export type Way = "organization" | "environments" | "config" | "rotator";

/** What is compromised, and where it lives. Names, never a value. */
export interface Case {
  secret: ResolvedEntry;
  way: Way;
  /** Environments whose value comes from what is replaced; none for the pipeline's own credential, which is in none. */
  environments: readonly string[];
  /** The organization's secrets to replace: its own name, and the older ones that stand in GitHub too. */
  slots: readonly SlotName[];
  /** Where GitHub environments hold it. */
  places: readonly { repository: string; environment: string }[];
  /** Carriers whose workflow syncs it. */
  carriers: readonly string[];
  /** Repositories with access to it in GitHub; a word for all, or for all private ones. */
  grantedTo: readonly string[];
  /** GitHub's time of each name that stands there. */
  updated: Readonly<Record<string, string>>;
  /** What this procedure does not replace or cannot see, a sentence each; kept as open questions. */
  notes: readonly string[];
  /** ESC environments to rotate, `organization/project/name`, where ESC makes it. */
  rotated?: readonly string[];
}

/** The steps of the guide's emergency procedure. */
export type Step = "pause" | "revoke" | "value" | "sync" | "verify" | "readers" | "post-mortem";

/** The steps for one case, in order: a pure function. A dry run shows just these. */
export function stepsOf({ secret, environments, rotated }: Case, pause: boolean): Step[] {
  const inGitHub = rotated === undefined;
  const synced = inGitHub && !secret.bootstrap;
  return [
    ...(pause && inGitHub && environments.length > 0 ? (["pause"] as const) : []),
    "revoke",
    ...(inGitHub ? (["value"] as const) : []),
    ...(synced ? (["sync", "verify"] as const) : []),
    "readers",
    "post-mortem",
  ];
}

/** Whether one value goes to one GitHub environment: this command can set it there. */
export function isOfOneEnvironment({ way, places }: Pick<Case, "way" | "places">): boolean {
  return way === "environments" && new Set(places.map(({ environment }) => environment)).size === 1;
}

/** A run of the sync that the procedure started. */
export interface StartedRun {
  carrier: string;
  id: number;
  /** `all`, or the one environment it was started for. */
  environment: string;
  url?: string;
  conclusion?: string;
}

/** What one environment shows of the new value. */
export interface EnvironmentCheck {
  environment: string;
  /** `proven`: the ledger knows another value, or the very one that was typed. */
  ledger: "proven" | "failed" | "unknown";
  /** `proven`: whoever opens the composite gets the new value; `failed`: another one, or it is pinned to what holds another. */
  composite: "proven" | "failed" | "unknown";
  /** What was opened later gave the new value; absent where that is not known. */
  until?: string;
  detail: string;
}

/** Where a case stands: names, times and fingerprints under a key that is not here; never a value. */
export interface Journal {
  version: 1;
  /** By which the ledgers know it (case-note.ts); the record of an earlier version has none. */
  id?: string;
  name: string;
  /** Environments that were asked for; empty: all that have it. */
  asked: readonly string[];
  reason: string;
  by: string;
  /** RFC 3339, UTC, as all times. */
  started: string;
  /** From when on readings count: what a person said, or the value's last change. */
  since: string;
  /** Whether a person said so: what changed later is then another value. */
  sinceGiven: boolean;
  /** What the ledgers knew before, by environment: null for no value; those that could not be read are left out. */
  before: Record<string, { fingerprint: string; changed: string } | null>;
  /** GitHub's time of each name, before. */
  updated: Readonly<Record<string, string>>;
  /** GitHub's time of each name as this case has seen or set it last; as `updated` where left out. */
  seen?: Readonly<Record<string, string>>;
  /** When this case paused the sync, by environment; those it has resumed are left out. */
  paused?: Readonly<Record<string, string>>;
  done: Step[];
  runs: StartedRun[];
  checks: EnvironmentCheck[];
  timeline: { at: string; what: string }[];
}

/** The file in which a case that was interrupted is found again. */
export interface JournalFile {
  path: string;
  /** File that exists while a process works on the case. */
  lockPath: string;
  read(): Journal | undefined;
  save(journal: Journal): void;
  remove(): void;
}

/** Beside the stack's backups, ignored by git, for its owner alone. */
const FOLDER = ".sophia-secrets";

/** @throws RemedyError for what is not a name; from `read` when the file is none of ours. */
export function journalFile(dir: string, name: string): JournalFile {
  if (!/^[A-Za-z0-9_]+$/.test(name))
    throw new RemedyError({
      code: "secret-unknown",
      subject: name,
      cause: "it is not a secret's name",
      remedy: "spell it as in secrets/catalog.ts",
    });
  const folder = join(dir, FOLDER);
  const path = join(folder, `compromise-${name}.json`);
  return {
    path: join(FOLDER, `compromise-${name}.json`),
    lockPath: join(folder, `compromise-${name}.lock`),
    read: () => {
      if (!existsSync(path)) return undefined;
      const journal = parse(readFileSync(path, "utf8"));
      if (journal?.version === 1 && journal.name === name && Array.isArray(journal.done)) return journal;
      throw new RemedyError({
        code: "case-file-invalid",
        subject: path,
        cause: "it is not the record of a case",
        remedy: `rm ${shellPath(path)} and run this again with --take-over: the case starts from the beginning`,
      });
    },
    save: (journal) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, `${JSON.stringify(journal, null, 1)}\n`, { mode: 0o600 });
    },
    remove: () => rmSync(path, { force: true }),
  };
}

function parse(text: string): Journal | undefined {
  try {
    return JSON.parse(text) as Journal;
  } catch {
    return undefined;
  }
}
