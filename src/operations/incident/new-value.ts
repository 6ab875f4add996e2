import { WORKFLOW_FILE } from "../../catalog/layout";
import type { GitHubRuns, Run } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import { fingerprint, isFingerprintKey } from "../../ledger/fingerprint";
import { ledgerOf } from "../../ledger/ledger-store";
import type { Secret } from "../../secret";
import type { Context } from "../context";
import { checkValue } from "../values/check-value";
import { requireCapacity, spreadOf } from "../values/named-entries";
import { writeValues } from "../values/write-values";
import type { Case, Journal, StartedRun } from "./case";
import { timesOf } from "./open-case";

/**
 * Writes the new value to GitHub under every name that exists there.
 *
 * @param onWritten told each name as it is written.
 * @throws RemedyError when it does not fit, or is the compromised one: nothing is written then.
 */
export async function setNewValue(
  context: Context,
  found: Case,
  journal: Journal,
  given: Secret,
  onWritten: (name: string) => void,
): Promise<Secret> {
  const { name } = found.secret;
  const { value, reason } = checkValue({ ...found.secret, aliases: [] }, { [name]: given.unwrap() });
  if (value === undefined)
    throw new RemedyError({
      code: "value-invalid",
      subject: name,
      cause: reason,
      remedy: "nothing was written; run this again with the right value",
    });
  await refuseOld(context, journal, value);
  const github = context.github();
  const spread = await spreadOf(context, github);
  requireCapacity([found.secret], spread);
  const values = found.slots.map((slot) => ({ slot, value }));
  await writeValues(github, spread.shards, values, (slot) => onWritten(slot.name));
  return value;
}

/**
 * That a person has set it in GitHub, as far as can be seen: its time there moves with its readers too, so it is only as
 * good as the person's word; that it has not moved is proof.
 *
 * @throws RemedyError when it has not.
 */
export async function requireSet(context: Context, { secret, slots }: Case, journal: Journal): Promise<void> {
  if (slots.length === 0) return; // of a GitHub environment: the ledger will tell
  const at = timesOf(await context.github().listSecrets())[secret.name];
  if (at === undefined)
    throw new RemedyError({
      code: "secret-missing",
      subject: secret.name,
      cause: "it is not in GitHub",
      remedy: "set it there, then run this again",
    });
  const later = journal.sinceGiven && Date.parse(at) > Date.parse(journal.since);
  if (later || at !== journal.updated[secret.name]) return;
  const remedy =
    "give the new value, or set it in GitHub first. If it was set before this case began: --since with the time when the old one got out";
  throw new RemedyError({
    code: "value-unchanged",
    subject: secret.name,
    cause: `it has not changed in GitHub since ${at}`,
    remedy,
  });
}

/** Compares fingerprints, for which the token must open a ledger. Without that right any value is accepted. */
async function refuseOld({ project, cloud }: Context, journal: Journal, value: Secret): Promise<void> {
  const opening = cloud();
  const { name, before, since, sinceGiven } = journal;
  for (const [environment, known] of Object.entries(before)) {
    // A value that changed since then may be the new one already.
    if (sinceGiven && known !== null && Date.parse(known.changed) > Date.parse(since)) continue;
    const ledger = opening === undefined ? undefined : ledgerOf(opening, project.settings, environment);
    const key = await ledger?.open().then(
      (opened) => opened.key,
      () => undefined,
    );
    if (known === null || key === undefined || !isFingerprintKey(key)) continue;
    if (fingerprint(key, name, value) !== known.fingerprint) continue;
    throw new RemedyError({
      code: "value-compromised",
      subject: name,
      cause: "it is the value that is compromised",
      remedy: "nothing was written; make a new one at the vendor, then run this again",
    });
  }
}

/**
 * Starts the sync of one secret in its carriers and waits for its end. Runs that an interrupted procedure started are
 * waited for, not started again.
 *
 * @param save called whenever a run was started or has ended.
 * @param onStatus told each new status of a run.
 * @throws RemedyError when a run fails: its log says why.
 */
export async function syncNow(
  context: Context,
  runs: GitHubRuns,
  found: Case,
  journal: Journal,
  save: () => void,
  onStatus: (run: Run) => void,
): Promise<void> {
  const { project } = context;
  const { name, environments } = found.secret;
  const whole = found.environments.length === environments.length;
  for (const carrier of found.carriers) {
    for (const environment of whole ? ["all"] : found.environments) {
      const open = (run: StartedRun) => run.carrier === carrier && run.environment === environment;
      if (journal.runs.some((run) => open(run) && run.conclusion === undefined)) continue;
      const inputs = { environment, names: name };
      const id = await runs.dispatch(carrier, WORKFLOW_FILE, { ref: project.settings.branch, inputs });
      journal.runs.push({ carrier, id, environment });
      save();
    }
  }
  for (const run of journal.runs.filter((each) => each.conclusion === undefined)) {
    const ended = await runs.ended(run.carrier, run.id, onStatus);
    Object.assign(run, { url: ended.url, conclusion: ended.conclusion ?? "unknown" });
    save();
    if (run.conclusion === "success") continue;
    const remedy = `fix what its log names (${ended.url}), then run this again: it starts another run`;
    throw new RemedyError({
      code: "run-failed",
      subject: `run ${run.id}`,
      cause: `it ended with ${run.conclusion}`,
      remedy,
    });
  }
}
