import type { EnvironmentText } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";

/**
 * A ledger's text, unless it arrived empty: that would say that nobody has paused the sync and that no value is known.
 * Before it is first written it may be empty; nothing of ours leaves it so.
 *
 * @param place `project/name`.
 * @throws RemedyError for an empty text of a later revision.
 */
export function requireLedgerText(stored: EnvironmentText, place: string): string {
  if (stored.revision === 1 || stored.text.trim() !== "") return stored.text;
  const remedy =
    "run again; where it is empty indeed, bring an earlier revision of it back (pulumi env version rollback), or write values: {} there (pulumi env edit)";
  throw new RemedyError(place, `the ledger's text is empty at revision ${stored.revision}`, remedy);
}
