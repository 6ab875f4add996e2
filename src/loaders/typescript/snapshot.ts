import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { nearestNames } from "../../text";
import { keysOf, type LoaderSpec } from "../generator/loader-spec";
import { MissingSecretsError, type Values } from "./collect-secrets";

/** Where a snapshot came from. */
export type Source = "pulumi-cloud" | "last-known-good" | "fake";

/** What was loaded at one moment. A snapshot never changes; a refresh replaces it whole. */
export interface Snapshot {
  /** A property per app key, and `get` for keys that are only known when the program runs. Frozen. */
  readonly secrets: Readonly<Record<string, Secret | undefined>>;
  readonly values: Values;
  readonly environment: string;
  readonly source: Source;
}

/** A snapshot of values that a reader found complete. */
export function createSnapshot(
  spec: LoaderSpec,
  environment: string,
  values: Values,
  source: Source = "pulumi-cloud",
): Snapshot {
  const secrets = Object.fromEntries(values);
  const get = (key: string): Secret | undefined => {
    if (values.has(key)) return values.get(key);
    throw unknownKey(spec, key);
  };
  Object.defineProperty(secrets, "get", { value: get });
  return { secrets: withUnknownKeys(spec, secrets), values, environment, source };
}

/** A snapshot for tests, in which a required secret without a value throws when it is read. */
export function createFake(spec: LoaderSpec, environment: string, given: Values): Snapshot {
  for (const key of given.keys()) if (!keysOf(spec).includes(key)) throw unknownKey(spec, key);
  const values = new Map<string, Secret | undefined>();
  for (const { keys } of spec.entries) {
    const value = keys.map((key) => given.get(key)).find((each) => each !== undefined);
    for (const key of keys) values.set(key, value);
  }
  const read = (key: string): Secret | undefined => {
    const entry = spec.entries.find(({ keys }) => keys.includes(key));
    if (entry === undefined) throw unknownKey(spec, key);
    const value = values.get(key);
    if (value !== undefined || !entry.requiredIn.includes(environment)) return value;
    const place = spec.environments[environment]?.opens ?? environment;
    throw new MissingSecretsError(spec, place, [{ entry, reason: "has no value" }]);
  };
  const secrets = Object.defineProperty({}, "get", { value: read });
  for (const key of values.keys())
    Object.defineProperty(secrets, key, { get: () => read(key), enumerable: true });
  return { secrets: withUnknownKeys(spec, secrets), values, environment, source: "fake" };
}

/** What the language and its libraries look for on any object: `await` for `then`, assertions for the others. */
const LOOKED_FOR: ReadonlySet<string> = new Set([
  "then",
  "catch",
  "finally",
  "length",
  "name",
  "message",
  "inspect",
]);
/** How an app key is spelled, and no method of JavaScript's: `toJSON`, `nodeType`. */
const LIKE_A_KEY = /^[a-z][a-z0-9_]*$/;

/** The secrets, frozen; a key that is not there throws as in `get`. Types tell it before, where nobody cast them away. */
function withUnknownKeys(
  spec: LoaderSpec,
  secrets: Record<string, Secret | undefined>,
): Readonly<Record<string, Secret | undefined>> {
  return new Proxy(Object.freeze(secrets), {
    get: (target, key) => {
      if (typeof key === "symbol" || key in target || LOOKED_FOR.has(key) || !LIKE_A_KEY.test(key))
        return Reflect.get(target, key);
      throw unknownKey(spec, key);
    },
  });
}

/** Keys whose values differ. */
export function changedKeys(before: Snapshot, after: Snapshot): string[] {
  const text = ({ values }: Snapshot, key: string) => values.get(key)?.unwrap();
  return [...after.values.keys()].filter((key) => text(before, key) !== text(after, key));
}

function unknownKey(spec: LoaderSpec, key: string): RemedyError {
  const names = new Map(spec.entries.flatMap(({ name, keys }) => keys.map((each) => [each, name] as const)));
  const nearest = nearestNames(key, [...names.keys()]).map((each) => `${each} (${names.get(each)})`);
  return new RemedyError({
    code: "app-key-unknown",
    subject: `app key ${key}`,
    cause: "the catalog has no such key",
    remedy: `use ${nearest.join(", ")}, or add an entry to the catalog and generate this loader again`,
  });
}
