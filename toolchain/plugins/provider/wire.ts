import { readFileSync } from "node:fs";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource's inputs or outputs as they travel: JSON with the engine's special objects in it. */
export type Properties = Record<string, unknown>;

/* The engine's markers, from sdk/go/common/resource/{sig,properties}.go. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands for a value that is known only after `up`. */
export function unknown(): string {
  return unknownValue;
}

export function isUnknown(value: unknown): boolean {
  return value === unknownValue || (isSecret(value) && isUnknown(value.value));
}

/** The value, encrypted by the engine wherever it is stored or shown. */
export function secret(value: unknown): unknown {
  return isSecret(value) ? value : { [signatureKey]: secretSignature, value };
}

/** The same properties with every secret replaced by what it holds, at any depth. */
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

/**
 * The text of a string or of a text or file asset.
 * @throws when it is anything else; a remote asset is not looked up.
 */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  const asset = value as { [signatureKey]?: string; text?: string; path?: string } | undefined;
  if (asset?.[signatureKey] !== assetSignature) throw new Error("expected a string or an asset");
  if (typeof asset.text === "string" && asset.text !== "") return asset.text;
  if (typeof asset.path === "string" && asset.path !== "") return readFileSync(asset.path, "utf8");
  return "";
}

export function fromStruct(struct: Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** Properties without any secret wrapper. */
export function plain(struct: Struct | undefined): Properties {
  return reveal(fromStruct(struct)) as Properties;
}

/** Properties that are undefined are left out: a Struct would make null of them, which is a value. */
export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, never>);
}

function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && Reflect.get(value, signatureKey) === secretSignature;
}
