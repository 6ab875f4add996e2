import { isSentinel, unfit } from "../../secrets/value-limits";
import { Secret } from "../secret";
import type { JobSecret } from "./job-catalog";

/** Where values come from: GitHub name to value, "" where the workflow was given none. */
export type Input = Readonly<Record<string, string | undefined>>;

/** The value a secret has in the input, or why it has none. Reasons never quote a value. */
export type Choice =
  | { kind: "value"; value: Secret; source: string }
  | { kind: "none"; reason: string }
  | { kind: "refused"; reason: string };

/**
 * Chooses a secret's value among its name and aliases.
 *
 * Two names with different values are refused, naming both: nobody but a person can say which is the right one. The
 * sentinel and an empty text are no values: they never replace one.
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
    return { kind: "refused", reason };
  }
  const wrong = unfit(secret.format, first.value);
  if (wrong !== undefined) return { kind: "refused", reason: `the value of ${first.name} ${wrong}` };
  return { kind: "value", value: new Secret(first.value), source: first.name };
}

function withoutValue(secret: JobSecret, input: Input): Choice {
  if (secret.default !== undefined)
    return { kind: "value", value: new Secret(secret.default), source: "default" };
  const waiting = [secret.name, ...secret.aliases].some((name) => isSentinel(input[name] ?? ""));
  const reason = waiting
    ? "nobody has set it in GitHub yet"
    : "did not arrive: it is not in GitHub, is empty, is not granted to this repository, or lies beyond the first 100 a workflow sees";
  return { kind: secret.required ? "refused" : "none", reason };
}
