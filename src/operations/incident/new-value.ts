import { dayOf, isDue } from "../../catalog/dates";
import { WORKFLOW_FILE } from "../../catalog/layout";
import { slotNames } from "../../catalog/slots";
import type { GitHubRuns, Run } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import { fingerprint, isFingerprintKey } from "../../ledger/fingerprint";
import { ledgerOf } from "../../ledger/ledger-store";
import type { Secret } from "../../secret";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { checkText } from "../values/check-value";
import { requireCapacity, spreadOf } from "../values/named-entries";
import { requireStepSize } from "../values/require-step-size";
import { environmentSlotsOf, observePlaces, writeEnvironmentValue } from "../values/write-environment-value";
import { writeValues } from "../values/write-values";
import type { Case, Journal, StartedRun } from "./case";
import { timesOf } from "./open-case";

/** What is told while a new value is set. */
export interface NewValueNews {
  /** Where it was written: a name, or a name and its place. */
  onWritten(where: string): void;
  /** What a person should look at in it, though it was taken. */
  onWarning(warning: string): void;
  /** The journal has changed: GitHub's times that this case has seen. */
  save(): void;
}

/**
 * Writes the new value to GitHub under every name that exists there: of the organization, or of the case's one GitHub
 * environment.
 *
 * @param mayWrite throws RemedyError where the case is not this one's any more. Asked right before the first write.
 * @throws RemedyError when it does not fit, is the compromised one, or somebody else has set it since: nothing is written
 *   then.
 */
export async function setNewValue(
  context: Context,
  found: Case,
  journal: Journal,
  given: Secret,
  mayWrite: () => Promise<void>,
  news: NewValueNews,
): Promise<Secret> {
  const { name } = found.secret;
  const checked = checkText({ ...found.secret, aliases: [] }, { [name]: given.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError({
      code: "value-invalid",
      subject: name,
      cause: checked.reason,
      remedy: "nothing was written; run this again with the right value",
    });
  const { value, warning } = checked;
  if (warning !== undefined) news.onWarning(warning);
  await refuseOld(context, journal, value);
  if (found.way === "environments") await writeInEnvironment(context, found, value, mayWrite, news);
  else await writeInOrganization(context, found, journal, value, mayWrite, news);
  return value;
}

async function writeInOrganization(
  context: Context,
  found: Case,
  journal: Journal,
  value: Secret,
  mayWrite: () => Promise<void>,
  { onWritten, save }: NewValueNews,
): Promise<void> {
  const github = context.github();
  const spread = await spreadOf(context, github);
  requireCapacity([found.secret], spread);
  await requireStepSize(context, () => spread, [{ secret: found.secret, value }]);
  const values = found.slots.map((slot) => ({ slot, value }));
  await mayWrite();
  refuseMeanwhile(found, journal, timesOf(await github.listSecrets()), save);
  await writeValues(github, spread.shards, values, (slot, at) => {
    journal.seen = { ...(journal.seen ?? journal.updated), [slot.name]: at };
    save();
    onWritten(slot.name);
  });
}

async function writeInEnvironment(
  context: Context,
  { secret, environments, places }: Case,
  value: Secret,
  mayWrite: () => Promise<void>,
  { onWritten }: NewValueNews,
): Promise<void> {
  const deployment = environments[0] ?? places[0]?.environment ?? "";
  const github = context.github();
  const today = dayOf(context.now());
  const slots = slotNames([secret])
    .filter(({ tombstone }) => !isDue(tombstone, today))
    .flatMap((slot) => environmentSlotsOf(context, slot, deployment));
  // The name it had is set where it stands: the sync refuses two names with different values.
  const observed = await observePlaces(github, slots);
  const there = observed.filter(({ slot, there }) => slot.name === secret.name || there.has(slot.name));
  await requireStepSize(context, () => spreadOf(context, github), [{ secret, value }], deployment);
  await mayWrite();
  await writeEnvironmentValue(context, there, value, ({ repository, environment, slot }) =>
    onWritten(`${slot.name} in ${environment} of ${repository}`),
  );
}

/**
 * That nobody else has changed it in GitHub since this case saw it: it would replace a value that may be the new one.
 *
 * @throws RemedyError once; run again, the case has seen it.
 */
function refuseMeanwhile(
  { secret: { name }, slots }: Case,
  journal: Journal,
  now: Readonly<Record<string, string>>,
  save: () => void,
): void {
  const seen = journal.seen ?? journal.updated;
  const moved = slots.find((slot) => now[slot.name] !== seen[slot.name]);
  if (moved === undefined) return;
  journal.seen = now;
  save();
  throw new RemedyError({
    code: "value-set-meanwhile",
    subject: moved.name,
    cause: `GitHub has it changed at ${now[moved.name] ?? "an unknown time"}, and this case saw ${seen[moved.name] ?? "none"}: somebody else has set it, or changed who can read it; nothing was written`,
    remedy: `if that is the new value: run ${COMMAND} compromise ${name} again with an empty one (Enter alone, or --yes < /dev/null); to replace it: run it again with yours`,
  });
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
