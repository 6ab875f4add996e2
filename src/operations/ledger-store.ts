import { isDeepStrictEqual } from "node:util";
import { ledgerEnvironment, pathOf } from "../catalog/layout";
import type { Settings } from "../catalog/settings";
import type { PulumiCloud } from "../clients/pulumi-cloud";
import { requireLedgerText, withPause } from "../ledger/edit-ledger";
import { type Ledger, parseLedger } from "../ledger/ledger";
import type { Pause } from "../ledger/pause";
import { pauseBeforeRound, roundsAfter } from "../sync/sync-group";
import type { Context } from "./context";

/**
 * Changes the pause of one environment.
 *
 * @param change gives the pause that shall stand, from the one that does; asked again where somebody wrote in between.
 *   What it throws ends the change.
 * @returns the pause that stood before.
 * @throws RemedyError when the ledger cannot be read or written.
 */
export async function changePause(
  cloud: PulumiCloud,
  settings: Settings,
  environment: string,
  change: (standing: Pause | undefined) => Pause | undefined,
): Promise<Pause | undefined> {
  let before: Pause | undefined;
  let round = 0;
  const path = pathOf(ledgerEnvironment(settings, environment));
  await editLedgerText(cloud, path, settings.carriers.length > 1, (text) => {
    const standing = parseLedger(text).paused;
    const next = change(standing);
    round += 1;
    // In later rounds it may be our own, whose answer was lost.
    if (round === 1) before = standing;
    return isDeepStrictEqual(standing, next) ? undefined : withPause(text, next);
  });
  return before;
}

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

/** Reads one environment's ledger without opening it. @throws RemedyError */
export async function readLedger(
  { project }: Context,
  cloud: PulumiCloud,
  environment: string,
): Promise<Ledger> {
  const { text } = await cloud.read(pathOf(ledgerEnvironment(project.settings, environment)));
  return parseLedger(text);
}
