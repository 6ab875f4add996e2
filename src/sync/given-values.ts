import { isSentinel, oddity, unfit } from "../catalog/formats";
import { kibOf } from "../catalog/process-size";
import { RemedyError } from "../errors";
import type { RefusalCode } from "../ledger/ledger";
import { Secret } from "../secret";
import type { JobCatalog, JobSecret } from "./job-catalog";

/** Where values come from: GitHub name to value, "" where the workflow was given none. */
export type Input = Readonly<Record<string, string | undefined>>;

/** The value a secret has in the input, or why it has none. Reasons never quote a value. */
export type Choice =
  | { kind: "value"; value: Secret; source: string; warning?: string }
  | { kind: "none"; reason: string }
  | { kind: "refused"; code: RefusalCode; reason: string };

/**
 * Chooses a secret's value among its name and aliases.
 *
 * Two names with different values are refused, naming both: nobody but a person can say which is the right one. The
 * placeholder and an empty text are no values: they never replace one.
 */
export function chooseValue(secret: JobSecret, input: Input): Choice {
  const set = [secret.name, ...secret.aliases].flatMap((name) => {
    const value = input[name] ?? "";
    return value === "" || isSentinel(value) ? [] : [{ name, value }];
  });
  const first = set[0];
  if (first === undefined) return withoutValue(secret, input);
  const other = set.find((each) => each.value !== first.value);
  if (other !== undefined) {
    const reason = `${first.name} and ${other.name} hold different values; set both to the right one, or delete one in GitHub`;
    return { kind: "refused", code: "conflicting", reason };
  }
  const wrong = unfit(secret.format, first.value, [secret.name, ...secret.aliases]);
  if (wrong !== undefined)
    return { kind: "refused", code: "unfit", reason: `the value of ${first.name} ${wrong}` };
  const odd = oddity(secret.format, first.value);
  const warning = odd === undefined ? {} : { warning: `the value of ${first.name} ${odd}` };
  return { kind: "value", value: new Secret(first.value), source: first.name, ...warning };
}

/** KiB of what came in for a secret, under its name and its aliases together, rounded up. */
export function kibGiven({ name, aliases }: JobSecret, input: Input): number {
  const texts = [name, ...aliases].map((each) => input[each] ?? "");
  return kibOf(texts.reduce((sum, text) => sum + Buffer.byteLength(text, "utf8"), 0));
}

const CAME_EMPTY =
  "came empty: it is not in GitHub, is empty there, is not granted to this repository, or lies beyond the first 100 that a workflow sees";

function withoutValue(secret: JobSecret, input: Input): Choice {
  if (secret.default !== undefined)
    return { kind: "value", value: new Secret(secret.default), source: "default" };
  const names = [secret.name, ...secret.aliases];
  const code = names.some((name) => isSentinel(input[name] ?? "")) ? "unset" : "absent";
  // The workflow passes every name, so one that is not there at all was never GitHub's to give.
  const isGiven = names.some((name) => input[name] !== undefined);
  const missing = isGiven ? CAME_EMPTY : `${names.join(" or ")} is not set where the sync runs`;
  const reason = code === "unset" ? "nobody has set it in GitHub yet" : missing;
  return secret.required ? { kind: "refused", code, reason } : { kind: "none", reason };
}

/** What a person asked of one run. */
export interface RunOptions {
  dryRun: boolean;
  /** Secrets to sync, by name; undefined: all. */
  names: ReadonlySet<string> | undefined;
  /** Whether one refusal keeps everything of the environment from being written. */
  allOrNothing: boolean;
  /** Whether an unusual number of values may be replaced at once. */
  allowMany: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Reads what the workflow's inputs ask for, from the variables it passes them in.
 *
 * @throws RemedyError for a switch that is neither true nor false, and for names that the catalog does not have.
 */
export function readRunOptions(env: Env, catalog: JobCatalog): RunOptions {
  const names = readNames(env.SYNC_NAMES ?? "", catalog);
  return {
    dryRun: isOn("SYNC_DRY_RUN", env),
    names,
    allOrNothing: isOn("SYNC_ALL_OR_NOTHING", env),
    // Whoever names the secrets has counted them.
    allowMany: isOn("SYNC_ALLOW_MANY_CHANGES", env) || names !== undefined,
  };
}

/** Whoever writes 1 or TRUE by hand means it, and must not get the opposite. */
function isOn(name: string, env: Env): boolean {
  const text = env[name] ?? "";
  if (["", "true", "false"].includes(text)) return text === "true";
  throw new RemedyError({
    code: "switch-invalid",
    subject: name,
    cause: "is neither true nor false",
    remedy: "set it to one of them",
  });
}

const NAME = /^[A-Za-z0-9_]{1,100}$/;

/**
 * Names separated by commas.
 *
 * @returns undefined for an empty text.
 * @throws RemedyError naming those that are not in the catalog; what cannot be a name is not quoted, for it may be a value.
 */
export function readNames(text: string, catalog: JobCatalog): ReadonlySet<string> | undefined {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length === 0) return undefined;
  const known = new Set(catalog.secrets.map((secret) => secret.name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return new Set(names);
  const told = unknown.map((name) => (NAME.test(name) ? name : "(no name)"));
  const remedy = "spell it as in secrets/catalog.ts, names separated by commas; nothing was read or written";
  throw new RemedyError({
    code: "secret-unknown",
    subject: "names",
    cause: `the catalog has no such secret: ${told.join(", ")}`,
    remedy,
  });
}

/**
 * Texts shorter than this are left out: as masks they would blank unrelated words (`true`, `}`, `prod`) in the whole log.
 * The runner hides whole secrets of any length by itself.
 */
const SHORTEST = 8;

/** First and last lines of keys in PEM: the same in all of them. */
const ARMOUR = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/**
 * Everything of these values that a log could show: each whole value and each of its lines, as it is, in base64 (also
 * inside a longer text, where it has one of three shapes), as part of a URL and as part of a JSON text.
 */
export function masksOf(values: readonly string[]): string[] {
  const texts = values.flatMap((value) => [value, ...value.split(/\r\n|\r|\n/)].map((text) => text.trim()));
  const told = new Set(texts.filter((text) => text.length >= SHORTEST && !ARMOUR.test(text)));
  const masks = [...told, ...values.filter((value) => told.has(value.trim()))].flatMap(shapesOf);
  // A mask of several lines can hide nothing: a log is masked line by line, and each line has a mask of its own.
  return [...new Set(masks)].filter((mask) => mask.length >= SHORTEST && !/[\r\n]/.test(mask));
}

function shapesOf(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  const base64 = [bytes.toString("base64"), ...[0, 1, 2].map((shift) => core(bytes, shift))];
  return [
    text,
    ...base64,
    ...base64.map((each) => each.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")),
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
  ];
}

/** The letters of base64 that stand for these bytes alone when `shift` of them share a letter with what goes before. */
function core(bytes: Buffer, shift: number): string {
  const whole = Math.floor((bytes.length - shift) / 3) * 3;
  return bytes.subarray(shift, shift + Math.max(0, whole)).toString("base64");
}
