import { fingerprint } from "../ledger/fingerprint";
import type { RefusalCode } from "../ledger/ledger";
import { COMMAND } from "../text";
import { type Choice, chooseValue, type Input, kibGiven } from "./given-values";
import type { JobSecret } from "./job-catalog";

/** What happens to one secret in one environment. */
export type Verb =
  | "create"
  | "update"
  | "unchanged"
  | "waiting"
  | "refused"
  | "held"
  | "pending"
  | "skipped"
  | "tombstone"
  | "delete";

/** One line of a plan: a name and a verb, never a value. */
export interface PlanLine {
  name: string;
  verb: Verb;
  /** What is written, if anything: the value and all that refers to it, the references alone, or the end of both. */
  writes?: "value" | "references" | "removal";
  /** What was to be done, where the brake holds it back or somebody must approve it first. */
  planned?: Verb;
  /** Why, where the verb alone does not say it. */
  reason?: string;
  /** Of a line that is refused. */
  code?: RefusalCode;
  /** Under which name the value was read; absent when there is none. */
  source?: string;
  /** Fingerprint of the value that came in; absent when there is none. */
  fingerprint?: string;
  /** Fingerprint of what ESC holds once the line is carried out; absent when it holds nothing. */
  holds?: string;
  /** What a person should look at in the value that came in. */
  warning?: string;
  /** KiB of the value that came in, under all its names together; absent where that is no more than one. */
  kib?: number;
  /** Its tombstone is due: once the line is carried out, nothing of it stands. */
  gone?: true;
}

/** What ESC holds where nothing but another `fn::` call or a plain text stands: equal to no fingerprint. */
const UNREADABLE = "unreadable";

/** What stands in ESC, by name: no values. */
export interface CurrentValue {
  /** Secrets that have a value. */
  present: ReadonlySet<string>;
  /** Secrets whose variable refers to the place their value stands at. */
  bound: ReadonlySet<string>;
  /** Secrets whose references all stand. */
  mapped: ReadonlySet<string>;
  /** Secrets of which a value or a reference stands. */
  remaining: ReadonlySet<string>;
  /** Secrets to which a name refers that is due to go. */
  outlived: ReadonlySet<string>;
  /** Why a secret cannot be written where it belongs. */
  obstacles: Readonly<Record<string, string | undefined>>;
  /** Fingerprints of the values that stand, as far as they are known. */
  fingerprints: Readonly<Record<string, string | undefined>>;
  /** Secrets whose value the sync last took from the catalog's default. */
  defaulted: ReadonlySet<string>;
  /** Who wrote, proposed or removed what is newer than what came in, by name: `run 43, which was queued after this one, wrote`. */
  newer: Readonly<Record<string, string | undefined>>;
}

/**
 * The plan for one values environment: a pure function of what is declared, what came in and what stands.
 *
 * Nothing is deleted but what the catalog has announced by a tombstone that is due, and nothing that stands is replaced
 * by nothing or by what is older: a secret without a value keeps what ESC holds, a default replaces nothing but a
 * default, and a run that waited replaces nothing that a later one wrote.
 *
 * @param key of the fingerprints, base64.
 * @param asked names a person asked for; all when left out.
 */
export function plan(
  secrets: readonly JobSecret[],
  input: Input,
  standing: CurrentValue,
  key: string,
  asked?: ReadonlySet<string>,
): PlanLine[] {
  return secrets.map((secret) => {
    const { name } = secret;
    const held = standing.present.has(name) ? (standing.fingerprints[name] ?? UNREADABLE) : undefined;
    const holds = held === undefined ? {} : { holds: held };
    if (asked?.has(name) === false) return { name, ...holds, verb: "skipped" };
    if (secret.due === true) return planDeletion(secret, standing, holds);
    return announced(secret, planLiving(secret, input, standing, key, held));
  });
}

function planLiving(
  secret: JobSecret,
  input: Input,
  standing: CurrentValue,
  key: string,
  held: string | undefined,
): PlanLine {
  const { name } = secret;
  const holds = held === undefined ? {} : { holds: held };
  const obstacle = standing.obstacles[name];
  if (obstacle !== undefined) return { name, ...holds, verb: "refused", code: "blocked", reason: obstacle };
  const choice = chooseValue(secret, input);
  if (choice.kind === "refused") {
    const { code, reason } = choice;
    return { name, ...holds, verb: "refused", code, reason };
  }
  if (choice.kind === "none") return { ...planNothing(name, choice.reason, standing), ...holds };
  const kib = kibGiven(secret, input);
  return { ...planValue(name, choice, standing, key, held), ...(kib > 1 ? { kib } : {}) };
}

/**
 * Before its day a secret is synced as any other, and each run says that it is about to go; or that its only value in
 * GitHub goes, with its old name.
 */
function announced({ name, tombstone, former }: JobSecret, line: PlanLine): PlanLine {
  if (line.verb === "refused") return line;
  if (former?.tombstone !== undefined && line.source === former.name)
    return {
      ...line,
      reason: `has its value under ${former.name} alone, which expires on ${former.tombstone}: set ${name}`,
    };
  if (tombstone === undefined) return line;
  const quiet = line.verb === "unchanged" || line.verb === "waiting";
  return { ...line, verb: quiet ? "tombstone" : line.verb, reason: `expires on ${tombstone}` };
}

function planDeletion(
  { name, tombstone }: JobSecret,
  standing: CurrentValue,
  holds: Pick<PlanLine, "holds">,
): PlanLine {
  if (!standing.remaining.has(name)) return { name, verb: "unchanged", gone: true };
  const later = standing.newer[name];
  if (later !== undefined)
    return { name, ...holds, verb: "refused", code: "older", reason: olderReason(later) };
  if (!standing.present.has(name) || standing.bound.has(name))
    return {
      name,
      verb: "delete",
      writes: "removal",
      reason: `its tombstone of ${tombstone} is due`,
      gone: true,
    };
  const reason =
    "its tombstone is due, but what is there is not the sync's; remove it there (pulumi env edit)";
  return { name, ...holds, verb: "refused", code: "blocked", reason };
}

const MAPPING = "its further keys or variables were missing";
const OUTLIVED = "its old name was due to go";

function mappingReason(name: string, standing: CurrentValue): string {
  return standing.outlived.has(name) ? OUTLIVED : MAPPING;
}

function planNothing(name: string, reason: string, standing: CurrentValue): PlanLine {
  if (!standing.present.has(name)) return { name, verb: "waiting", reason };
  if (standing.bound.has(name) && !standing.mapped.has(name))
    return { name, verb: "update", writes: "references", reason: mappingReason(name, standing) };
  return { name, verb: "unchanged", reason: `${reason}; ESC keeps the value it has` };
}

function planValue(
  name: string,
  choice: Choice & { kind: "value" },
  standing: CurrentValue,
  key: string,
  held: string | undefined,
): PlanLine {
  const { source, value, warning } = choice;
  const told = warning === undefined ? {} : { warning };
  const line = { name, source, fingerprint: fingerprint(key, name, value), ...told };
  const written = { ...line, holds: line.fingerprint, writes: "value" } as const;
  const writer = standing.newer[name];
  if (held !== line.fingerprint && writer !== undefined) {
    const holds = held === undefined ? {} : { holds: held };
    return { name, verb: "refused", ...holds, code: "older", reason: olderReason(writer) };
  }
  if (held === undefined) return { ...written, verb: "create" };
  if (held !== line.fingerprint) {
    if (source !== "default" || standing.defaulted.has(name)) return { ...written, verb: "update" };
    // A value that did not arrive, as the 101st secret does not, must not fall back to the default in silence.
    const reason = "no value came from GitHub; ESC keeps the one it has, not the default";
    return { name, verb: "unchanged", holds: held, reason };
  }
  if (!standing.mapped.has(name))
    return {
      ...line,
      holds: held,
      verb: "update",
      writes: "references",
      reason: mappingReason(name, standing),
    };
  return { ...line, holds: held, verb: "unchanged" };
}

/** A line that would replace a value, where that is newer. @param held fingerprint of what stands. */
export function refuseOlder(line: PlanLine, writer: string, held: string | undefined): PlanLine {
  if (line.writes !== "value" && line.writes !== "removal") return line;
  const holds = held === undefined ? {} : { holds: held };
  return { name: line.name, verb: "refused", ...holds, code: "older", reason: olderReason(writer) };
}

function olderReason(writer: string): string {
  return `${writer} another value: what came here may be older. Start a new run; if that is refused too: ${COMMAND} verify`;
}

/** Whether a line leads to a write. */
export function isChange(line: PlanLine): boolean {
  return line.writes !== undefined;
}

/**
 * Lines of a plan that is not carried out: what would have changed is held back, though its value is right, or pending
 * until somebody approves it, and nothing is known of what stays.
 */
export function notCarriedOut(lines: readonly PlanLine[], verb: "held" | "pending"): PlanLine[] {
  return lines.map((line) => {
    if (!isChange(line)) return line;
    const { name, verb: planned, reason } = line;
    return { name, verb, planned, ...(reason === undefined ? {} : { reason }) };
  });
}

/**
 * Lines of a later look, with what this run itself changed before it: that is its doing, not "unchanged". Fingerprints
 * stay the later look's, which may go by another run's key.
 */
export function withEarlier(lines: readonly PlanLine[], earlier: readonly PlanLine[]): PlanLine[] {
  return lines.map((line) => {
    const before = earlier.find((each) => each.name === line.name);
    if (!["unchanged", "tombstone"].includes(line.verb) || before?.writes === undefined) return line;
    const { verb, writes, reason } = before;
    return { ...line, verb, writes, ...(reason === undefined ? {} : { reason }) };
  });
}
