import { type Catalog, type Secret as CatalogSecret, resolveCatalog } from "../../secrets/entry";
import { SENTINEL, WORKFLOW_PATH } from "../../secrets/layout";
import { valueAt } from "../clients/value-at";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import type { LoadedSecrets } from "./loaded-secrets";
import { nearestNames } from "./nearest-names";

/** Secrets the application cannot start without have no value. One error for all of them. */
export class MissingSecretsError extends RemedyError {
  constructor(
    /** The composite environment, `project/name`. */
    environment: string,
    /** App keys, by name. */
    readonly keys: readonly string[],
    reasons: readonly string[],
  ) {
    const count = keys.length === 1 ? "1 secret" : `${keys.length} secrets`;
    super(
      environment,
      `${count} could not be loaded: ${reasons.join("; ")}`,
      `set each in GitHub under the name in brackets, run the workflow ${WORKFLOW_PATH}, then start again`,
    );
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
  for (const secret of resolveCatalog(catalog).filter((each) => !each.bootstrap)) {
    const read = readOne(secret, valueAt(source.document, [source.appRoot, ...secret.path.split(".")]));
    const { reason } = read;
    if (reason !== undefined && (read.wrong === true || isCertain(secret, environment))) {
      missing.push({ key: secret.appKey, reason: `${secret.appKey} (${secret.name}) ${reason}` });
    }
    for (const key of [secret.appKey, ...secret.appKeyAliases]) values.set(key, read.secret);
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

/** A value, or why there is none; `wrong` where something stands that the pipeline never writes. */
type Reading =
  | { secret: Secret; reason?: never; wrong?: never }
  | { secret?: never; reason: string; wrong?: true };

function readOne(secret: CatalogSecret, value: unknown): Reading {
  if (value === undefined) return { reason: "is not there" };
  if (value === "") return { reason: "is empty" };
  if (value === SENTINEL) return { reason: "is a placeholder, nobody has set it yet" };
  if (typeof value === "string") return { secret: new Secret(value) };
  const kind = Array.isArray(value) ? "list" : typeof value === "object" ? "mapping" : typeof value;
  return { reason: `is a ${kind} at ${secret.path}, not text`, wrong: true };
}

/** The sync writes a value or the default for these, or fails; the type says `Secret` for the same ones. */
function isCertain(secret: CatalogSecret, environment: string): boolean {
  if (secret.tombstone !== undefined) return false;
  return (secret.required || secret.default !== undefined) && secret.environments.includes(environment);
}

function withGet(values: ReadonlyMap<string, Secret | undefined>): object {
  const get = (key: string): Secret | undefined => {
    if (values.has(key)) return values.get(key);
    throw new RemedyError(
      `app key ${key}`,
      "the catalog has no such key",
      `use ${nearestNames(key, [...values.keys()]).join(", ")}, or add an entry to secrets/catalog.ts`,
    );
  };
  const loaded = Object.defineProperty(Object.fromEntries(values), "get", { value: get });
  return Object.freeze(loaded);
}
