import { basename } from "node:path";
import { RemedyError } from "../../errors";
import { Secret } from "../../secret";
import { boundedYaml } from "../../yaml-text";
import type { FolderContext } from "../context";
import { readEnv } from "../values/env-file";

/** Forms in which other tools write down secrets, as their documentation has them. */
export const FILE_KINDS = ["env", "doppler", "dotenvx", "infisical", "sops"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** The names that a file holds. Values stay here: they only tell whether a format fits. */
export interface NamesInFile {
  /** By name; undefined where the value is encrypted. */
  values: ReadonlyMap<string, Secret | undefined>;
  /** The deployment environment that the file says it is of, in lower case. */
  environment?: string;
}

/**
 * Reads the names in a file.
 *
 * - env: `NAME=value` lines.
 * - doppler: `doppler secrets download --no-file --format json`, a mapping with DOPPLER_CONFIG, _ENVIRONMENT, _PROJECT.
 * - dotenvx: a .env file with encrypted values and DOTENV_PUBLIC_KEY_<ENVIRONMENT>.
 * - infisical: `infisical export --format=json`, a list of mappings with `key` and `value`.
 * - sops: an encrypted .env, JSON or YAML file, whose keys are in plain text, and `sops` metadata.
 *
 * @throws RemedyError when the file cannot be read, or is none of that kind. Never quotes it.
 */
export function readNames(
  { readFile }: Pick<FolderContext, "readFile">,
  file: string,
  kind: FileKind,
): NamesInFile {
  const bytes = readFile(file);
  const isText = kind === "env" || kind === "dotenvx" || (kind === "sops" && !/\.(json|ya?ml)$/.test(file));
  const all = isText ? Object.entries(readEnv(bytes, file)) : pairsIn(textOf(bytes, file), file, kind);
  const own = all.filter(([name]) => !METADATA[kind]?.test(name));
  const isEncrypted = kind === "dotenvx" || kind === "sops";
  const environment = environmentOf(file, kind, all);
  return {
    values: new Map(
      own.map(([name, value = ""]) => [
        name,
        isEncrypted && ENCRYPTED.test(value) ? undefined : new Secret(value),
      ]),
    ),
    ...(environment === undefined ? {} : { environment }),
  };
}

/** What the tool itself puts beside the secrets. */
const METADATA: Partial<Record<FileKind, RegExp>> = {
  doppler: /^DOPPLER_(CONFIG|ENVIRONMENT|PROJECT)$/,
  dotenvx: /^DOTENV_(PUBLIC|PRIVATE)_KEY(_|$)/,
  sops: /^sops(_|$)/,
};
const ENCRYPTED = /^(encrypted:|ENC\[)/;

type Pairs = [name: string, value: string | undefined][];

function environmentOf(file: string, kind: FileKind, pairs: Pairs): string | undefined {
  const told = kind === "doppler" ? pairs.find(([name]) => name === "DOPPLER_ENVIRONMENT")?.[1] : undefined;
  const keyed = pairs
    .map(([name]) => /^DOTENV_PUBLIC_KEY_(.+)$/.exec(name)?.[1])
    .find((each) => each !== undefined);
  const named = /^\.env\.([\w-]+)$|^([\w-]+)(?:\.enc)?\.(?:env|json|ya?ml)$/.exec(basename(file));
  return (told ?? keyed ?? named?.[1] ?? named?.[2])?.toLowerCase();
}

function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, "is not UTF-8 text");
  }
}

/** @throws RemedyError for what has another form, and for keys that stand twice. */
function pairsIn(text: string, file: string, kind: FileKind): Pairs {
  // JSON is YAML, whose reader also refuses equal keys.
  const data = boundedYaml(text);
  if (kind === "infisical") {
    if (!Array.isArray(data) || !data.every((each) => typeof each?.key === "string"))
      throw unreadable(file, "is not a list of { key, value }, as infisical export --format=json writes it");
    return data.map(({ key, value }: { key: string; value?: unknown }) => [key, textIn(value)]);
  }
  const twice = nameTwice(text);
  if (data === undefined && twice !== undefined) throw unreadable(file, twice);
  const what = kind === "sops" ? "sops" : "doppler secrets download --no-file --format json";
  if (typeof data !== "object" || data === null || Array.isArray(data))
    throw unreadable(file, `is not a mapping of names, as ${what} writes it`);
  if (kind === "sops" && !("sops" in data))
    throw unreadable(file, "has no sops metadata: it is not encrypted");
  return Object.entries(data).map(([name, value]) => [name, textIn(value)]);
}

/** The first name that is listed twice at the left of its lines, with both. */
function nameTwice(text: string): string | undefined {
  const seen = new Map<string, number>();
  for (const [index, line] of text.split("\n").entries()) {
    const name = /^\s*"?([A-Za-z_]\w*)"?\s*:/.exec(line)?.[1];
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first !== undefined) return `has ${name} twice, in lines ${first} and ${index + 1}`;
    seen.set(name, index + 1);
  }
  return undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function unreadable(file: string, cause: string): RemedyError {
  const remedy =
    "name the file that was meant, or its kind: --from-env, --from-doppler, --from-dotenvx, --from-infisical, --from-sops";
  return new RemedyError({ code: "names-file-invalid", subject: file, cause, remedy });
}
