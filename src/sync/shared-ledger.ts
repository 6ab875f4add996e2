import type { Ledger } from "../../secrets/ledger";

/**
 * Several carriers share an environment's ledger. What one knows of a revision holds for its own secrets alone, so each
 * keeps revisions of its own: `group@carrier`.
 *
 * @param shard the carrier, where there are several.
 * @returns the ledger as that carrier sees it.
 */
export function ownPart(ledger: Ledger, shard: string | undefined): Ledger {
  if (shard === undefined) return ledger;
  const own = Object.entries(ledger.revisions).filter(([key]) => key.endsWith(`@${shard}`));
  const revisions = own.map(([key, revision]) => [key.slice(0, -shard.length - 1), revision]);
  return { ...ledger, revisions: Object.fromEntries(revisions) };
}

/** The whole ledger with one carrier's part brought up to date; the others' revisions stay. */
export function withPart(whole: Ledger, part: Ledger, shard: string | undefined): Ledger {
  if (shard === undefined) return part;
  const others = Object.entries(whole.revisions).filter(([key]) => !key.endsWith(`@${shard}`));
  const own = Object.entries(part.revisions).map(([group, revision]) => [`${group}@${shard}`, revision]);
  return { ...part, revisions: Object.fromEntries([...others, ...own]) };
}
