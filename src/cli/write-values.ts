import type { Secret as Entry } from "../../secrets/entry";
import type { Settings } from "../../secrets/settings";
import type { GitHub } from "../clients/github";
import type { Secret } from "../secret";
import { readersOf } from "./declared";
import { inParallel } from "./in-parallel";
import { seal } from "./seal";

/** A value on its way to GitHub. */
export interface NewValue {
  entry: Entry;
  value: Secret;
}

/**
 * Writes values with the visibility and repositories that are declared, one after the other.
 *
 * @param onWritten told of each as it is written.
 * @throws RemedyError at the first that GitHub refuses; those told before it are written.
 */
export async function writeValues(
  github: GitHub,
  settings: Settings,
  values: readonly NewValue[],
  onWritten: (entry: Entry) => void,
): Promise<void> {
  const ids = await repositoryIds(
    github,
    settings,
    values.map(({ entry }) => entry),
  );
  const { key, keyId } = await github.publicKey();
  for (const { entry, value } of values) {
    const repositoryIds = readersOf(entry, settings).map((name) => ids.get(name) ?? 0);
    const sealed = { keyId, box: await seal(key, value) };
    await github.writeSecret(entry.name, {
      visibility: entry.visibility,
      repositoryIds,
      sealed,
    });
    onWritten(entry);
  }
}

/** Ids of all repositories that are to read the secrets: all are known before anything is written. */
export async function repositoryIds(
  github: GitHub,
  settings: Settings,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, number>> {
  const names = [...new Set(entries.flatMap((entry) => readersOf(entry, settings)))];
  const pairs = await inParallel(names, async (name) => [name, await github.repositoryId(name)] as const);
  return new Map(pairs);
}

/** Who may read a secret as declared, in words. */
export function describeReaders(entry: Entry, settings: Settings): string {
  if (entry.visibility === "all") return "readable by all repositories";
  if (entry.visibility === "private") return "readable by all private repositories";
  return `readable by ${readersOf(entry, settings).join(", ")}`;
}
