import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ledgerEnvironment, pathOf, WORKFLOW_FILE } from "../../catalog/layout";
import type { GitHubRuns } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import { fingerprint, isFingerprintKey } from "../../ledger/fingerprint";
import { parseLedger } from "../../ledger/ledger";
import type { Secret } from "../../secret";
import type { PrintingContext } from "../context";
import { checkValue } from "../values/check-value";
import { requireRoom, spreadOf } from "../values/named-entries";
import { readValue } from "../values/set-in-environment";
import { writeValues } from "../values/write-values";
import type { Case, Journal, StartedRun } from "./case";
import { timesOf } from "./open-case";

/**
 * Asks for the new value, or reads it, and writes it to GitHub under every name that stands there. An empty one says
 * that a person has set it there already.
 *
 * @returns the value; undefined when it was set already.
 * @throws RemedyError when it does not fit, is the compromised one, or GitHub's time has not moved.
 */
export async function setNewValue(
  context: PrintingContext,
  found: Case,
  journal: Journal,
): Promise<Secret | undefined> {
  const { terminal } = context;
  const { name } = found.secret;
  const question = `New value of ${name} (not shown; Enter alone: it is set in GitHub already)`;
  const value = await readValue(terminal, name, question);
  if (value.bytes === 0) {
    await requireSet(context, found, journal);
    return undefined;
  }
  const checked = checkValue({ ...found.secret, aliases: [] }, { [name]: value.unwrap() });
  if (checked.value === undefined)
    throw new RemedyError({
      code: "?",
      subject: name,
      cause: checked.reason,
      remedy: "nothing was written; run this again with the right one",
    });
  await refuseOld(context, journal, checked.value);
  const github = context.github();
  const spread = await spreadOf(context, github);
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
export async function requireSet(
  context: PrintingContext,
  { secret, slots }: Case,
  journal: Journal,
): Promise<void> {
  if (slots.length === 0) return; // of a GitHub environment: the ledger will tell
  const at = timesOf(await context.github().listSecrets())[secret.name];
  if (at === undefined)
    throw new RemedyError({
      code: "?",
      subject: secret.name,
      cause: "it is not in GitHub",
      remedy: "set it there, then run this again",
    });
  const later = journal.sinceGiven && Date.parse(at) > Date.parse(journal.since);
  if (later || at !== journal.updated[secret.name]) return;
  const remedy =
    "give the new value, or set it in GitHub first; was that before this began, say --since when it got out";
  throw new RemedyError({
    code: "?",
    subject: secret.name,
    cause: `it has not changed in GitHub since ${at}`,
    remedy,
  });
}

/** The old value is known by its fingerprint, to those who may open a ledger; others are believed. */
async function refuseOld(
  { project, cloud }: PrintingContext,
  journal: Journal,
  value: Secret,
): Promise<void> {
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
    throw new RemedyError({
      code: "?",
      subject: name,
      cause: "it is the value that is compromised",
      remedy: "nothing was written; make a new one where it is from, and run this again",
    });
  }
}

/** @param file from the project's folder. @throws RemedyError when there is such a file. */
export function requireFree(context: PrintingContext, file: string): void {
  if (existsSync(inProject(context, file))) throw taken(file);
}

/** Writes a file for its owner alone. @throws RemedyError when there is such a file, and when it cannot be written. */
export function writeNew(context: PrintingContext, file: string, text: string): void {
  try {
    writeFileSync(inProject(context, file), text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw taken(file);
    const remedy = "name a file in a folder that is there: --out FILE";
    throw new RemedyError({ code: "?", subject: file, cause: `it cannot be written (${code})`, remedy });
  }
  context.terminal.print(`Written down in ${file}`);
}

function inProject({ project }: PrintingContext, file: string): string {
  return file.startsWith("/") ? file : join(project.dir, file);
}

function taken(file: string): RemedyError {
  return new RemedyError({
    code: "?",
    subject: file,
    cause: "there is such a file already",
    remedy: "name another: --out FILE",
  });
}

/** `STEM.md`, or where there is such a file already `STEM-2.md` and so on: an emergency waits for no name. */
export function nextFree({ project: { dir } }: PrintingContext, stem: string): string {
  for (let count = 1; ; count += 1) {
    const file = `${stem}${count === 1 ? "" : `-${count}`}.md`;
    if (!existsSync(join(dir, file))) return file;
  }
}

/**
 * Starts the sync of one secret in its carriers and waits for its end. Runs that an interrupted procedure started are
 * waited for, not started again.
 *
 * @param save called whenever a run was started or has ended.
 * @throws RemedyError when a run fails: its log says why.
 */
export async function syncNow(
  context: PrintingContext,
  runs: GitHubRuns,
  found: Case,
  journal: Journal,
  save: () => void,
): Promise<void> {
  const { terminal, project } = context;
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
    const ended = await runs.ended(run.carrier, run.id, ({ status, url }) =>
      terminal.say(
        status === "waiting"
          ? `Run ${run.id} waits for a review: ${url}`
          : `Run ${run.id}: ${status}, ${url}`,
      ),
    );
    Object.assign(run, { url: ended.url, conclusion: ended.conclusion ?? "unknown" });
    save();
    if (run.conclusion === "success") continue;
    const remedy = `its log says why: ${ended.url}; mend it, then run this again: it starts another`;
    throw new RemedyError({
      code: "?",
      subject: `run ${run.id}`,
      cause: `it ended with ${run.conclusion}`,
      remedy,
    });
  }
}
