import { valueAt } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { counted } from "../../text";
import type { LoaderEntry, LoaderSpec } from "../generator/loader-spec";

interface Missing {
  entry: LoaderEntry;
  reason: string;
  /** ESC makes it, and has not yet. */
  isUnrotated?: true;
}

/** Secrets the application cannot start without have no value. One error for all of them. */
export class MissingSecretsError extends RemedyError {
  /** App keys, in the order of the GitHub names. */
  readonly keys: readonly string[];

  constructor(spec: LoaderSpec, place: string, missing: readonly Missing[]) {
    const named = missing.map(({ entry, reason }) => `${entry.keys[0]} (${entry.name}) ${reason}`);
    super({
      code: "secrets-missing",
      subject: place,
      cause: `${counted(missing.length, "secret")} could not be loaded: ${named.join("; ")}`,
      remedy: missing.every(({ isUnrotated }) => isUnrotated)
        ? "rotate each once, as an administrator, then start again"
        : `set each in GitHub under the name in brackets, run the workflow ${spec.workflow}, then start again`,
    });
    this.keys = missing.map(({ entry }) => entry.keys[0] ?? "");
  }
}

/** Values by app key and alias. */
export type Values = ReadonlyMap<string, Secret | undefined>;

/**
 * The catalog's secrets out of an evaluated environment. A pure function.
 *
 * @param document what Pulumi Cloud evaluates for the environment that the spec opens.
 * @throws MissingSecretsError naming every required secret without a value, and every secret that is not text.
 */
export function collectSecrets(spec: LoaderSpec, environment: string, document: unknown): Values {
  const values = new Map<string, Secret | undefined>();
  const missing: Missing[] = [];
  for (const entry of spec.entries) {
    const { secret, reason, wrong, isUnrotated } = readOne(
      spec,
      entry.path,
      valueAt(document, [spec.root, ...entry.path.split(".")]),
    );
    if (reason !== undefined && (wrong === true || entry.requiredIn.includes(environment)))
      missing.push({ entry, reason, ...(isUnrotated === undefined ? {} : { isUnrotated }) });
    for (const key of entry.keys) values.set(key, secret);
  }
  if (missing.length === 0) return values;
  throw new MissingSecretsError(spec, spec.environments[environment]?.opens ?? environment, missing);
}

/** A value, or why there is none; `wrong` where something stands that the pipeline never writes. */
type Reading =
  | { secret: Secret; reason?: never; wrong?: never; isUnrotated?: never }
  | { secret?: never; reason: string; wrong?: true; isUnrotated?: true };

function readOne(spec: LoaderSpec, path: string, value: unknown): Reading {
  if (value === undefined) return { reason: "is not there" };
  if (value === "") return { reason: "is empty" };
  if (value === spec.placeholder) return { reason: "is a placeholder, nobody has set it yet" };
  if (value === spec.unrotated)
    return { reason: "has never been rotated: pulumi env rotate makes the first one", isUnrotated: true };
  if (typeof value === "string") return { secret: new Secret(value) };
  const kind = Array.isArray(value) ? "list" : typeof value === "object" ? "mapping" : typeof value;
  return { reason: `is a ${kind} at ${path}, not text`, wrong: true };
}
