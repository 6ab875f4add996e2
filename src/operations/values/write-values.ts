import sodium from "libsodium-wrappers";
import { repositoriesWithAccess, type Spread } from "../../catalog/carriers";
import type { ResolvedEntry as Entry } from "../../catalog/entry";
import type { SlotName } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import type { Secret } from "../../secret";
import { inParallel } from "../in-parallel";

/** A value on its way to GitHub. */
export interface NewValue {
  slot: SlotName;
  value: Secret;
}

type Shards = Spread["shards"];

/**
 * Writes values with the visibility and repositories that are declared, one after the other.
 *
 * @param onWritten told of each as it is written, and GitHub's time of that.
 * @throws RemedyError at the first that GitHub refuses; those told before it are written.
 */
export async function writeValues(
  github: GitHub,
  shards: Shards,
  values: readonly NewValue[],
  onWritten: (slot: SlotName, at: string) => void,
): Promise<void> {
  const ids = await repositoryIds(
    github,
    shards,
    values.map(({ slot }) => slot.secret),
  );
  const { key, keyId } = await github.publicKey();
  for (const { slot, value } of values) {
    const { visibility } = slot.secret;
    const sealed = { keyId, box: await seal(key, value) };
    const at = await github.writeSecret(slot.name, { visibility, repositoryIds: ids(slot.secret), sealed });
    onWritten(slot, at);
  }
}

/**
 * Ids of the repositories that are to read a secret, for each of these: all are known before anything is written.
 */
export async function repositoryIds(
  github: GitHub,
  shards: Shards,
  entries: readonly Entry[],
): Promise<(entry: Entry) => number[]> {
  const names = [...new Set(entries.flatMap((entry) => repositoriesWithAccess(entry, shards)))];
  const pairs = await inParallel(names, async (name) => [name, await github.repositoryId(name)] as const);
  const ids = new Map(pairs);
  return (entry) => repositoriesWithAccess(entry, shards).map((name) => ids.get(name) ?? 0);
}

/** Who may read a secret as declared, in words. */
export function describeAccess(entry: Entry, shards: Shards): string {
  if (entry.visibility === "all") return "readable by all repositories";
  if (entry.visibility === "private") return "readable by all private repositories";
  return `readable by ${repositoriesWithAccess(entry, shards).join(", ")}`;
}

/**
 * Seals a value so that GitHub alone can open it (libsodium's crypto_box_seal, which GitHub asks for).
 *
 * @param key the organization's public key, base64.
 * @returns base64.
 */
export async function seal(key: string, value: Secret): Promise<string> {
  await sodium.ready;
  const publicKey = sodium.from_base64(key, sodium.base64_variants.ORIGINAL);
  const box = sodium.crypto_box_seal(sodium.from_string(value.unwrap()), publicKey);
  return sodium.to_base64(box, sodium.base64_variants.ORIGINAL);
}
