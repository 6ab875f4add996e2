import { type Catalog, type ResolvedEntry as CatalogSecret, resolveCatalog } from "../../catalog/entry";
import { SENTINEL, WORKFLOW_PATH } from "../../catalog/layout";
import { isIn, rotatedValues, UNROTATED } from "../../catalog/rotators";
import { valueAt } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { counted, nearestNames } from "../../text";
import type { LoadedSecrets } from "./loaded-secrets";

const NEVER_ROTATED = "has never been rotated";

/** Secrets the application cannot start without have no value. One error for all of them. */
export class MissingSecretsError extends RemedyError {
  constructor(
    /** The composite environment, `project/name`. */
    environment: string,
    /** App keys, by name. */
    readonly keys: readonly string[],
    reasons: readonly string[],
  ) {
    super({
      code: "secrets-missing",
      subject: environment,
      cause: `${counted(keys.length, "secret")} could not be loaded: ${reasons.join("; ")}`,
      remedy: reasons.every((reason) => reason.includes(NEVER_ROTATED))
        ? "rotate each once, as an administrator, then start again"
        : `set each in GitHub under the name in brackets, run the workflow ${WORKFLOW_PATH}, then start again`,
    });
  }
}

/**
 * The catalog's secrets out of an evaluated environment. A pure function.
 *
 * @param document what `PulumiCloud.open` returns for the composite environment.
 * @param place where it came from, `project/name`, for errors.
 * @throws MissingSecretsError naming every required secret without a value, and every secret that is not text.
 */
export function collectSecrets<const C extends Catalog, Environment extends string>(
  catalog: C,
  environment: Environment,
  source: { document: unknown; place: string; appRoot: string },
): LoadedSecrets<C, Environment> {
  const values = new Map<string, Secret | undefined>();
  const missing: { key: string; reason: string }[] = [];
  for (const wanted of wantedOf(catalog, environment)) {
    const read = readOne(wanted.path, valueAt(source.document, [source.appRoot, ...wanted.path.split(".")]));
    const { reason } = read;
    const [key = ""] = wanted.keys;
    if (reason !== undefined && (read.wrong === true || wanted.isCertain)) {
      missing.push({ key, reason: `${key} (${wanted.name}) ${reason}` });
    }
    for (const each of wanted.keys) values.set(each, read.secret);
  }
  if (missing.length > 0) {
    const keys = missing.map((each) => each.key);
    throw new MissingSecretsError(
      source.place,
      keys,
      missing.map((each) => each.reason),
    );
  }
  return withGet(values) as LoadedSecrets<C, Environment>;
}

/** One value that the catalog promises: an entry's, or a rotator's. */
interface Wanted {
  name: string;
  /** Its app key, then its aliases. */
  keys: readonly string[];
  path: string;
  isCertain: boolean;
}

function wantedOf(catalog: Catalog, environment: string): Wanted[] {
  const { entries, rotators } = resolveCatalog(catalog);
  const synced = entries.filter((each) => !each.bootstrap);
  const rotated = rotators.flatMap((rotator) =>
    rotatedValues(rotator).map(({ name, appKey, required }) => {
      const isCertain = required && isIn(rotator, environment);
      return { name, keys: [appKey], path: appKey, isCertain };
    }),
  );
  return [
    ...synced.map((secret) => ({
      name: secret.name,
      keys: [secret.appKey, ...secret.appKeyAliases],
      path: secret.path,
      isCertain: isCertain(secret, environment),
    })),
    ...rotated,
  ];
}

/** A value, or why there is none; `wrong` where something stands that the pipeline never writes. */
type Reading =
  | { secret: Secret; reason?: never; wrong?: never }
  | { secret?: never; reason: string; wrong?: true };

function readOne(path: string, value: unknown): Reading {
  if (value === undefined) return { reason: "is not there" };
  if (value === "") return { reason: "is empty" };
  if (value === SENTINEL) return { reason: "is a placeholder, nobody has set it yet" };
  if (value === UNROTATED) return { reason: `${NEVER_ROTATED}: pulumi env rotate makes the first one` };
  if (typeof value === "string") return { secret: new Secret(value) };
  const kind = Array.isArray(value) ? "list" : typeof value === "object" ? "mapping" : typeof value;
  return { reason: `is a ${kind} at ${path}, not text`, wrong: true };
}

/** The sync writes a value or the default for these, or fails; the type says `Secret` for the same ones. */
function isCertain(secret: CatalogSecret, environment: string): boolean {
  if (secret.tombstone !== undefined) return false;
  return (secret.required || secret.default !== undefined) && secret.environments.includes(environment);
}

function withGet(values: ReadonlyMap<string, Secret | undefined>): object {
  const get = (key: string): Secret | undefined => {
    if (values.has(key)) return values.get(key);
    throw new RemedyError({
      code: "?",
      subject: `app key ${key}`,
      cause: "the catalog has no such key",
      remedy: `use ${nearestNames(key, [...values.keys()]).join(", ")}, or add an entry to secrets/catalog.ts`,
    });
  };
  const loaded = Object.defineProperty(Object.fromEntries(values), "get", { value: get });
  return Object.freeze(loaded);
}
