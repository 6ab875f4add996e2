import { counted } from "../../../secrets/counted";
import { ledgerEnvironment, pathOf } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import { describePause } from "../../../secrets/pause";
import { currentUser } from "../../clients/current-user";
import type { GitHubRuns } from "../../clients/github-runs";
import { RemedyError } from "../../errors";
import type { Secret } from "../../secret";
import type { Doors } from "../command";
import { requireCloud } from "../require-cloud";
import type { Case } from "./case";
import { type PausingCase, pausedAmong, pauseForCase, resumeForCase, StillPausedError } from "./case-pause";
import type { Journal, Step } from "./journal";
import type { PlannedStep } from "./plan";
import { renderPostMortem } from "./post-mortem";
import { findReaders, type Readers } from "./readers";
import { syncNow } from "./sync";
import { requireSet, setNewValue } from "./value";
import { verifyLoaders } from "./verify";

/** One walk through the procedure. */
export interface Walk extends PausingCase {
  runs: GitHubRuns;
  /** Whether nobody is asked: what a person confirms is taken for done. */
  unattended: boolean;
  /** Writes the post-mortem. @throws RemedyError when there is such a file. */
  write(text: string): void;
  /** The new value, where this run was given it. */
  typed?: Secret | undefined;
  /** What the logs told, once they were asked. */
  readers?: Readers;
}

/** What the ledgers know before anything is done; those that cannot be read are left out. */
export async function lookBefore(doors: Doors, { secret, environments }: Case): Promise<Journal["before"]> {
  const cloud = requireCloud(doors);
  const before: Journal["before"] = {};
  for (const environment of environments) {
    const path = pathOf(ledgerEnvironment(doors.project.settings, environment));
    const read = await cloud.read(path).catch((error: unknown) => {
      if (!(error instanceof RemedyError)) throw error;
      return undefined;
    });
    if (read === undefined) continue;
    const entry = parseLedger(read.text).secrets[secret.name];
    before[environment] =
      entry === undefined ? null : { fingerprint: entry.fingerprint, changed: entry.changed };
  }
  return before;
}

/** Whose token this is, for the record. */
export async function whoAmI(doors: Doors): Promise<string> {
  try {
    return await currentUser(doors.cloudCall());
  } catch (error) {
    if (!(error instanceof RemedyError)) throw error;
    return "unknown";
  }
}

/**
 * Carries out the steps that are not done yet, and notes each as it is done.
 *
 * @throws RemedyError where a step fails: run again, it goes on there.
 */
export async function walkSteps(walk: Walk, steps: readonly PlannedStep[]): Promise<void> {
  const { doors, journal, file } = walk;
  for (const [index, { step, title, lines }] of steps.entries()) {
    const head = `${index + 1}/${steps.length} ${title}`;
    if (journal.done.includes(step)) {
      doors.terminal.say(`${head}: done`);
      continue;
    }
    for (const line of [head, ...lines.map((each) => `    ${each}`)]) doors.terminal.say(line);
    const what = await WORK[step](walk);
    journal.done.push(step);
    if (step === "post-mortem") return;
    journal.timeline.push({ at: doors.now().toISOString(), what });
    file.save(journal);
  }
}

/** What each step does. @returns what is to be remembered of it. */
const WORK: Record<Step, (walk: Walk) => Promise<string>> = {
  pause: pauseForCase,
  revoke: async (walk) => {
    const isRotated = walk.found.rotated !== undefined;
    await confirm(walk, isRotated ? "Enter when it is rotated twice" : "Enter when the old one is revoked");
    if (isRotated)
      return walk.unattended ? "rotated twice, says who ran this" : "rotated twice, as confirmed";
    return walk.unattended
      ? "revoked at the vendor, says who ran this"
      : "revoked at the vendor, as confirmed";
  },
  value: async (walk) => {
    const { doors, found, journal } = walk;
    if (found.way !== "organization") {
      await confirm(walk, "Enter when the new value is set");
      await requireSet(doors, found, journal);
      return "set the new value, as confirmed";
    }
    walk.typed = await setNewValue(doors, found, journal);
    return walk.typed === undefined
      ? "the new value was set in GitHub already"
      : `set the new value in GitHub: ${found.slots.map(({ name }) => name).join(", ")}`;
  },
  sync: async (walk) => {
    const { doors, runs, found, journal, file } = walk;
    await requireRunning(walk);
    await syncNow(doors, runs, found, journal, () => file.save(journal));
    return `synced: ${journal.runs.map(({ id, conclusion }) => `run ${id} ${conclusion}`).join(", ") || "nothing to sync"}`;
  },
  verify: async (walk) => {
    const { doors, found, journal, file } = walk;
    journal.checks = await verifyLoaders(doors, found, journal, walk.typed);
    for (const { environment, detail } of journal.checks) doors.terminal.print(`${environment}: ${detail}`);
    const failed = journal.checks.filter((each) => [each.ledger, each.composite].includes("failed"));
    if (failed.length === 0)
      return `verified ${journal.checks.map(({ environment }) => environment).join(", ")}`;
    // What they have now is what a sync brought: the next try begins with another.
    journal.done = journal.done.filter((step) => step !== "sync");
    file.save(journal);
    const names = failed.map(({ environment }) => environment).join(", ");
    throw new RemedyError(
      names,
      "loaders do not see the new value",
      "mend what is told above, then run this again",
    );
  },
  readers: async (walk) => {
    const { doors, journal } = walk;
    const { readers, unknown } = await askLogs(walk);
    for (const { who, what, kind, times } of readers)
      doors.terminal.print(`${kind} ${what}: ${who}, ${counted(times, "time")}`);
    if (readers.length === 0) doors.terminal.print(`the logs name nobody since ${journal.since}`);
    for (const line of unknown) doors.terminal.say(`    not known: ${line}`);
    return "asked the logs who read it";
  },
  "post-mortem": async (walk) => {
    const { doors, found, journal, file } = walk;
    walk.write(renderPostMortem(found, journal, await askLogs(walk), doors.now()));
    file.remove();
    return "";
  },
};

async function askLogs(walk: Walk): Promise<Readers> {
  walk.readers ??= await findReaders(walk.doors, walk.found, walk.journal);
  return walk.readers;
}

/** @throws RemedyError when a person stops it. */
async function confirm({ doors, unattended }: Walk, question: string): Promise<void> {
  if (unattended) return;
  const again = "run this again: it goes on with this step";
  const typed = await doors.terminal.askHidden(`${question}; Ctrl-C to stop here`).catch(() => {
    throw new RemedyError("compromise", "stopped", again);
  });
  // Whoever types `n`, or the new value, has not said yes.
  if (typed.bytes > 0) throw new RemedyError("compromise", "stopped: more than Enter was typed", again);
}

/** A paused sync brings nothing: somebody says that it may go on. */
async function requireRunning(walk: Walk): Promise<void> {
  const { doors, found, unattended } = walk;
  const paused = await pausedAmong(doors, found.environments);
  if (paused.length === 0) return;
  const names = paused.map(([environment]) => environment);
  for (const [environment, pause] of paused) doors.terminal.say(`${environment} is ${describePause(pause)}`);
  if (unattended) {
    const remedy = `when nothing bad can spread: npx sophia-secrets resume ${names.join(" ")}, then run this again`;
    throw new StillPausedError(names.join(", "), "the sync is paused", remedy);
  }
  await confirm(walk, "Enter to let the sync write again");
  await resumeForCase(walk, names);
  const at = walk.doors.now().toISOString();
  walk.journal.timeline.push({ at, what: `let the sync of ${names.join(", ")} write again` });
}
