import { setImmediate as afterCallbacks } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { describeDrift } from "../../secrets/drift";
import type { Secret } from "../../secrets/entry";
import type { SlotName } from "../../secrets/slots";
import type { GitHubSecrets } from "./github-secrets";
import type { Slot } from "./slot";

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
  secrets: readonly Secret[],
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
