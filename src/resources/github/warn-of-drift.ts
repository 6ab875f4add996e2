import { setImmediate as afterCallbacks } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ResolvedEntry } from "../../catalog/entry";
import { type SlotName, slotNames } from "../../catalog/slots";
import type { GitHubSecrets } from "./github-secrets";
import type { Slot } from "./organization-secret";

/** A slot and what was declared for it. */
export interface DeclaredSlot {
  slot: SlotName;
  resource: Slot;
}

/**
 * In a preview: one warning of what differs in GitHub and no provider sees, from the organization's list and that of
 * each carrier (`owner/name`). It warns; whoever may not
 * read the list gets their preview all the same.
 */
export async function warnOfDrift(
  slots: readonly DeclaredSlot[],
  secrets: readonly ResolvedEntry[],
  inGitHub: GitHubSecrets,
  carriers: readonly string[],
): Promise<void> {
  try {
    const hidden = await Promise.all(
      carriers.map(async (repository) => ({ repository, names: await inGitHub.ownOf(repository) })),
    );
    const inState = await slotsInState(slots);
    const declared = slots.map(({ slot }) => ({ name: slot.name, visibility: slot.secret.visibility }));
    const lines = describeDrift(declared, inState, secrets, await inGitHub.ofOrganization(), hidden);
    if (lines.length > 0) await pulumi.log.warn(`drift in GitHub: ${lines.join("; ")}`);
  } catch (error) {
    await pulumi.log.warn(`drift in GitHub is unknown: ${error instanceof Error ? error.message : error}`);
  }
}

/** Names of slots that the state has: those whose id a preview knows. */
async function slotsInState(slots: readonly DeclaredSlot[]): Promise<Set<string>> {
  const known = new Set<string>();
  const answered = slots.map(({ slot, resource }) => {
    resource.secret.id.apply(() => known.add(slot.name));
    return new Promise((done) => {
      resource.secret.urn.apply(done);
    });
  });
  await Promise.all(answered);
  // Id and URN come with one answer, in no promised order.
  await afterCallbacks();
  return known;
}

/** A secret's name and who may read it. */
interface Readable {
  name: string;
  visibility: string;
}

/** Names told in one line before the rest is only counted. */
const TOLD = 20;

/**
 * What a list of the organization's secrets shows to differ from the declaration; a line a kind, names only.
 *
 * @param declared slots of this run.
 * @param inState names of those that an earlier run made: what is missing of them was deleted in GitHub.
 * @param secrets the whole catalog: aliases and what is about to go are no strangers.
 * @param listed GitHub's list, names in upper case.
 * @param hiding secrets of the carriers themselves, which their workflows read in the place of the organization's.
 */
export function describeDrift(
  declared: readonly Readable[],
  inState: ReadonlySet<string>,
  secrets: readonly ResolvedEntry[],
  listed: readonly Readable[],
  hiding: readonly { repository: string; names: readonly string[] }[] = [],
): string[] {
  const there = new Map(listed.map(({ name, visibility }) => [name, visibility]));
  const known = new Set([
    ...slotNames(secrets).map(({ name }) => name),
    ...secrets.flatMap(({ aliases }) => aliases),
  ]);
  const changed = declared.flatMap(({ name, visibility }) => {
    const actual = there.get(name);
    return actual === undefined || actual === visibility
      ? []
      : [`${name} (${actual}, declared ${visibility})`];
  });
  const deleted = declared
    .filter(({ name }) => inState.has(name) && !there.has(name))
    .map(({ name }) => name);
  const strangers = listed.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const names = new Set(declared.map(({ name }) => name));
  const hidden = hiding.flatMap(({ repository, names: own }) =>
    own.filter((name) => names.has(name)).map((name) => `${name} (${repository})`),
  );
  const lines = [
    ["visibility changed", changed],
    ["deleted (npx sophia-secrets set NAME makes it again)", deleted],
    ["not in the catalog", strangers],
    ["hidden from the sync by a secret of the carrier's own", hidden],
  ] as const;
  const found = lines
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${kind}: ${told(names)}`);
  return found.length === 0 ? [] : [...found, "npx sophia-secrets drift says what to do"];
}

function told(names: readonly string[]): string {
  const sorted = [...names].sort();
  const more = sorted.length > TOLD ? ` and ${sorted.length - TOLD} more` : "";
  return `${sorted.slice(0, TOLD).join(", ")}${more}`;
}
