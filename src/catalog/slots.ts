import { isDue } from "./dates";
import type { ResolvedEntry } from "./entry";

/** One name under which GitHub holds a secret of the catalog, and until when. */
export interface SlotName {
  name: string;
  secret: ResolvedEntry;
  /** Day from which on it is deleted; undefined for one that stays. */
  tombstone: string | undefined;
}

/** Every name the stacks own in GitHub, sorted; those whose tombstone is due among them. */
export function slotNames(secrets: readonly ResolvedEntry[]): SlotName[] {
  return secrets
    .flatMap((secret) => {
      const { name, tombstone, renamedFrom } = secret;
      const own = { name, secret, tombstone };
      if (renamedFrom === undefined) return [own];
      return [own, { name: renamedFrom.name, secret, tombstone: renamedFrom.tombstone ?? tombstone }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names under which a value of a secret may be given today: its own, the older ones, the one it had while that lives. */
export function valueNames({ name, aliases, renamedFrom }: ResolvedEntry, today: string): string[] {
  const lives = renamedFrom !== undefined && !isDue(renamedFrom.tombstone, today);
  return [name, ...aliases, ...(lives ? [renamedFrom.name] : [])];
}

/** The organization secrets that are declared today: a due one leaves the declaration, and so GitHub. */
export function organizationSlots(secrets: readonly ResolvedEntry[], today: string): SlotName[] {
  return living(secrets, today).filter(({ secret }) => !secret.perEnvironment);
}

/** The secrets of one GitHub environment that are declared today. */
export function environmentSlots(
  secrets: readonly ResolvedEntry[],
  today: string,
  deployment: string,
): SlotName[] {
  return living(secrets, today).filter(
    ({ secret }) => secret.perEnvironment && secret.environments.includes(deployment),
  );
}

/** Whether a secret stands where its entry stood before `perEnvironment` was set or taken away. */
export function isLeftover({ secret }: SlotName, { environment }: { environment?: unknown }): boolean {
  return secret.perEnvironment === (environment === undefined);
}

/** The same slot as a leftover of the organization: it goes on the entry's own day for it, or with the entry. */
export function asLeftover(slot: SlotName): SlotName {
  if (!slot.secret.perEnvironment) return slot;
  const days = [slot.tombstone, slot.secret.leftoverUntil].filter((day) => day !== undefined);
  return { ...slot, tombstone: days.sort()[0] };
}

/** Names of entries with a value per environment: organization secrets of them are leftovers. Due ones are among them. */
export function organizationLeftovers(secrets: readonly ResolvedEntry[]): SlotName[] {
  return slotNames(secrets)
    .filter((slot) => isLeftover(slot, {}))
    .map(asLeftover);
}

function living(secrets: readonly ResolvedEntry[], today: string): SlotName[] {
  return slotNames(secrets).filter(({ tombstone }) => !isDue(tombstone, today));
}
