import { chooseValue, type Input } from "./choose-value";
import { fingerprint } from "./fingerprint";
import type { JobSecret } from "./job-catalog";

/** What happens to one secret in one environment. */
export type Verb = "create" | "update" | "unchanged" | "waiting" | "refused";

/** One line of a plan: a name and a verb, never a value. */
export interface PlanLine {
  name: string;
  verb: Verb;
  /** Why, where the verb alone does not say it. */
  reason?: string;
  /** Under which name the value was read; absent when there is none. */
  source?: string;
  /** Fingerprint of the value; absent when there is none. */
  fingerprint?: string;
}

/** What stands in ESC, by name: no values. */
export interface Standing {
  /** Secrets that have a value. */
  present: ReadonlySet<string>;
  /** Secrets whose references all stand. */
  mapped: ReadonlySet<string>;
  /** Fingerprints of the values that stand, as far as they are known. */
  fingerprints: Readonly<Record<string, string | undefined>>;
}

/**
 * The plan for one values environment: a pure function of what is declared, what came in and what stands.
 *
 * Nothing is ever deleted and nothing that stands is replaced by nothing: a secret without a value keeps what ESC
 * holds.
 *
 * @param key of the fingerprints, base64.
 */
export function plan(
  secrets: readonly JobSecret[],
  input: Input,
  standing: Standing,
  key: string,
): PlanLine[] {
  return secrets.map((secret) => planOne(secret, input, standing, key));
}

function planOne(secret: JobSecret, input: Input, standing: Standing, key: string): PlanLine {
  const { name } = secret;
  const present = standing.present.has(name);
  const choice = chooseValue(secret, input);
  if (choice.kind === "refused") return { name, verb: "refused", reason: choice.reason };
  if (choice.kind === "none") {
    return present
      ? { name, verb: "unchanged", reason: `${choice.reason}; ESC keeps the value it has` }
      : { name, verb: "waiting", reason: choice.reason };
  }
  const line = { name, source: choice.source, fingerprint: fingerprint(key, name, choice.value) };
  if (!present) return { ...line, verb: "create" };
  if (standing.fingerprints[name] !== line.fingerprint) return { ...line, verb: "update" };
  if (!standing.mapped.has(name))
    return { ...line, verb: "update", reason: "its further keys or variables were missing" };
  return { ...line, verb: "unchanged" };
}

/** Whether a line leads to a write. */
export function isChange(line: PlanLine): boolean {
  return line.verb === "create" || line.verb === "update";
}
