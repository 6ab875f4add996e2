import * as pulumi from "@pulumi/pulumi";
import type { SlotName } from "../../secrets/slots";
import { isDue } from "../../secrets/tombstone";

/** Says, in every preview and every up, what is about to leave and when: a line of its own, names and days only. */
export function announceTombstones(slots: readonly SlotName[], today: string): void {
  const lines = slots.flatMap(({ name, tombstone }) => {
    if (tombstone === undefined) return [];
    if (!isDue(tombstone, today)) return [`${name} goes on ${tombstone}`];
    return [`${name} is due since ${tombstone}: up deletes it; after that and a sync, remove its entry`];
  });
  if (lines.length > 0) void pulumi.log.warn(`tombstones: ${lines.join("; ")}`);
}
