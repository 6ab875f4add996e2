import { ifKnown } from "./rule";
import { tokenIn } from "./token-formats";

/** A text among a resource's inputs and where it stands. */
export interface Text {
  path: readonly string[];
  text: string;
}

/** Every text among a resource's inputs that is known, those in assets included; a number is one too: of a password. */
export async function textsIn(value: unknown, path: readonly string[] = []): Promise<Text[]> {
  if (typeof value === "string" || typeof value === "number") return [{ path, text: String(value) }];
  if (typeof value !== "object" || value === null) return [];
  const asset = await assetText(value);
  if (asset !== undefined) return [{ path, text: asset }];
  const parts = Object.keys(value).map((key) => {
    const part = ifKnown(() => (value as Record<string, unknown>)[key]);
    return textsIn(part, [...path, key]);
  });
  return (await Promise.all(parts)).flat();
}

/** The text of a StringAsset: the one kind of asset whose content is at hand. */
async function assetText(value: object): Promise<string | undefined> {
  if (!("__pulumiAsset" in value) || !("text" in value)) return undefined;
  // Not through the SDK's proxy: a promise does not work behind one.
  const text = await Object.getOwnPropertyDescriptor(value, "text")?.value;
  return typeof text === "string" ? text : undefined;
}

/** A text or the text of an asset; undefined for anything else. */
export async function textOf(value: unknown): Promise<string | undefined> {
  const [first] = await textsIn(value);
  return first?.path.length === 0 ? first.text : undefined;
}

/** A key that can be shown. What people write in YAML has any; one that is none of these is not. */
const KEY = /^[A-Za-z_][\w:/-]{0,99}$/;

/** `policies[0].rules.sub`, as messages name it. */
export function show(path: readonly string[]): string {
  const shown = path.map((key) => {
    if (/^\d+$/.test(key)) return `[${key}]`;
    return KEY.test(key) && tokenIn(key) === undefined ? `.${key}` : ".?";
  });
  return shown.join("").replace(/^\./, "");
}
