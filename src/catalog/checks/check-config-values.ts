import type { Problem } from "../../errors";
import type { ResolvedEntry } from "../entry";
import { unfit } from "../formats";

/**
 * The values that entries take from the stack's config: there is one for each, it fits, and none is left over.
 *
 * @param secrets every secret of the catalog.
 * @param values config key `values`, in plain text. No problem quotes one.
 * @param owned whether this stack owns a secret's slots, and so needs its value.
 */
export function checkConfigValues(
  secrets: readonly ResolvedEntry[],
  values: Readonly<Record<string, unknown>>,
  owned: (secret: ResolvedEntry) => boolean,
): Problem[] {
  const configured = secrets.filter((secret) => secret.value === "config");
  const known = new Set(configured.map((secret) => secret.name));
  const leftOver = Object.keys(values).filter((name) => !known.has(name));
  return [
    ...configured.filter(owned).flatMap((secret) => checkOne(secret, values)),
    ...leftOver.map((name) => ({
      code: "config-value-unknown",
      subject: `config values.${name}`,
      cause: 'no entry of that name has value: "config"',
      remedy: `remove it: pulumi config rm --path 'values.${name}'`,
    })),
  ];
}

function checkOne({ name, format }: ResolvedEntry, values: Readonly<Record<string, unknown>>): Problem[] {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  const wrong =
    value === undefined
      ? "is missing"
      : typeof value === "string"
        ? unfit(format, value, [name])
        : "is not text";
  if (wrong === undefined) return [];
  const remedy = `set it, by standard input: pulumi config set --secret --path 'values.${name}'`;
  return [
    {
      code: value === undefined ? "config-value-missing" : "config-value-invalid",
      subject: `config values.${name}`,
      cause: `the value of ${name} ${wrong}`,
      remedy,
    },
  ];
}

/**
 * Secret config that is in plain text in a stack's file, where everybody who reads the repository reads it.
 *
 * @param file the stack's config as its file has it: encrypted values are `{ secure: ... }`.
 */
export function checkEncrypted(file: Readonly<Record<string, unknown>>): Problem[] {
  const { values, dockerPassword, webhookUrl } = file;
  const named =
    typeof values === "object" && values !== null && !isEncrypted(values)
      ? Object.entries(values).map(([name, value]) => ({ key: `values.${name}`, value }))
      : [{ key: "values", value: values }];
  const others = [
    { key: "dockerPassword", value: dockerPassword },
    { key: "webhookUrl", value: webhookUrl },
  ];
  return [...named, ...others].flatMap(({ key, value }) => {
    if (value === undefined || value === "" || isEncrypted(value)) return [];
    const path = key.includes(".") ? "--path " : "";
    return [
      {
        code: "config-value-in-clear",
        subject: `config ${key}`,
        cause: "is in plain text in the stack's file, and in every commit that has it",
        remedy: `create a new value where it comes from, then pulumi config set --secret ${path}'${key}'`,
      },
    ];
  });
}

/** Config keys whose values are secrets. */
const SECRET_KEYS = ["values", "dockerPassword", "webhookUrl"];

/**
 * The same config where it came from elsewhere: an ESC environment that the stack imports, `--config-file`, `-c`. Pulumi
 * knows which of it was encrypted; what was not is in plain text in the state as well.
 *
 * @param config what Pulumi hands over, in plain text.
 * @param isSecret whether Pulumi got a key as a secret.
 */
export function checkSecrecy(
  config: Readonly<Record<string, string>>,
  isSecret: (key: string) => boolean,
): Problem[] {
  return SECRET_KEYS.filter((key) => !["", "{}"].includes(config[key] ?? "") && !isSecret(key)).map(
    (key) => ({
      code: "config-value-in-clear",
      subject: `config ${key}`,
      cause: "is not a secret where it comes from: an ESC environment, --config-file or the command line",
      remedy: "make it one there (fn::secret, or pulumi config set --secret), with a new value",
    }),
  );
}

function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === "secure";
}
