import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { requireLedgerText } from "../../sync/require-ledger-text";
import { pauseBeforeRound, roundsAfter } from "../../sync/rounds";

/**
 * Changes a ledger's text, with the ETag of its read. Who wrote in between is read anew, as is a ledger of which it is
 * not known whether the write was carried out.
 *
 * @param isShared whether carriers share it: all of them write when `up` commits their workflows, one at a time.
 * @param edit gives the text to write, secrets as ciphertext; undefined when nothing is to be written. It is asked again
 *   each round, so what it did already must lead to undefined.
 * @throws RemedyError when the service refuses, or others never stop writing.
 */
export async function editLedgerText(
  cloud: PulumiCloud,
  path: string,
  isShared: boolean,
  edit: (text: string) => string | undefined,
): Promise<void> {
  for (let round = 1; ; round += 1) {
    let sent = false;
    try {
      const stored = await cloud.read(path);
      const next = edit(requireLedgerText(stored, path));
      if (next === undefined) return;
      sent = true;
      await cloud.write(path, next, stored.etag);
      return;
    } catch (error) {
      if (round >= roundsAfter(error, sent, isShared)) throw error;
      await pauseBeforeRound(round);
    }
  }
}
