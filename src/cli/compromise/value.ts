import { ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import { fingerprint, isFingerprintKey } from "../../sync/fingerprint";
import type { Doors } from "../command";
import { checkValue } from "../values/check-value";
import { readValue } from "../values/read-value";
import { requireRoom, spreadOf } from "../values/spread";
import { writeValues } from "../values/write-values";
import type { Case } from "./case";
import type { Journal } from "./journal";
import { timesOf } from "./open-case";

/**
 * Asks for the new value, or reads it, and writes it to GitHub under every name that stands there. An empty one says
 * that a person has set it there already.
 *
 * @returns the value; undefined when it was set already.
 * @throws RemedyError when it does not fit, is the compromised one, or GitHub's time has not moved.
 */
export async function setNewValue(doors: Doors, found: Case, journal: Journal): Promise<Secret | undefined> {
  const { terminal } = doors;
  const { name } = found.secret;
  const question = `New value of ${name} (not shown; Enter alone: it is set in GitHub already)`;
  const value = await readValue(terminal, name, question);
  if (value.bytes === 0) {
    await requireSet(doors, found, journal);
    return undefined;
  }
  const checked = checkValue({ ...found.secret, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError(name, checked.reason, "nothing was written; run this again with the right one");
  await refuseOld(doors, journal, checked.value);
  const github = doors.github();
  const spread = await spreadOf(doors, github);
  requireRoom([found.secret], spread);
  const values = found.slots.map((slot) => ({ slot, value: checked.value }));
  await writeValues(github, spread.shards, values, (slot) => terminal.print(`${slot.name}: value replaced`));
  return checked.value;
}

/**
 * That a person has set it in GitHub, as far as can be seen: its time there moves with its readers too, so it is only as
 * good as the person's word; that it has not moved is proof.
 *
 * @throws RemedyError when it has not.
 */
export async function requireSet(doors: Doors, { secret, slots }: Case, journal: Journal): Promise<void> {
  if (slots.length === 0) return; // of a GitHub environment: the ledger will tell
  const at = timesOf(await doors.github().listSecrets())[secret.name];
  if (at === undefined)
    throw new RemedyError(secret.name, "it is not in GitHub", "set it there, then run this again");
  const later = journal.sinceGiven && Date.parse(at) > Date.parse(journal.since);
  if (later || at !== journal.updated[secret.name]) return;
  const remedy =
    "give the new value, or set it in GitHub first; was that before this began, say --since when it got out";
  throw new RemedyError(secret.name, `it has not changed in GitHub since ${at}`, remedy);
}

/** The old value is known by its fingerprint, to those who may open a ledger; others are believed. */
async function refuseOld({ project, cloud }: Doors, journal: Journal, value: Secret): Promise<void> {
  const { name, before, since, sinceGiven } = journal;
  for (const [environment, known] of Object.entries(before)) {
    // What changed since it got out may be the new value already.
    if (sinceGiven && known !== null && Date.parse(known.changed) > Date.parse(since)) continue;
    const path = pathOf(ledgerEnvironment(project.settings, environment));
    const text = await cloud()
      ?.decrypt(path)
      .then(
        (found) => found.text,
        () => "",
      );
    const { key } = parseLedger(text ?? "");
    if (known === null || key === undefined || !isFingerprintKey(key)) continue;
    if (fingerprint(key, name, value) !== known.fingerprint) continue;
    throw new RemedyError(
      name,
      "it is the value that is compromised",
      "nothing was written; make a new one where it is from, and run this again",
    );
  }
}
