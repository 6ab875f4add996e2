import type { GitHubRuns, Run } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import type { Pause } from "../../ledger/pause";
import type { Secret } from "../../secret";
import { COMMAND } from "../../text";
import { type EnvironmentCheck, isOfOneEnvironment, type Step } from "./case";
import { noteCase } from "./case-note";
import { type PausingCase, pausedAmong, pauseForCase, resumeForCase } from "./case-pause";
import { findReaders, type Readers } from "./find-readers";
import { requireSet, setNewValue, syncNow } from "./new-value";
import { verifyLoaders } from "./verify-loaders";

/** What a person confirms before a case goes on. */
export type Confirmation = "revoked" | "rotated" | "value-set" | "resume";

/** What a case finds on its way, to be shown. */
export type CaseEvent =
  | { kind: "step"; step: Step; isDone: boolean }
  | { kind: "written"; name: string }
  | { kind: "warning"; text: string }
  | { kind: "paused"; environment: string; pause: Pause }
  | { kind: "run"; run: Run }
  | { kind: "check"; check: EnvironmentCheck }
  | { kind: "readers"; readers: Readers };

/** Who answers what the steps ask, and is told what they find. */
export interface CaseLead {
  /** Whether somebody can be asked. Where nobody can, what a person would confirm counts as done. */
  attended: boolean;
  /** Asks a person. @throws RemedyError when they stop the case here. */
  confirm(what: Confirmation): Promise<void>;
  /** The new value; an empty one says that it is set in GitHub already. */
  newValue(): Promise<Secret>;
  tell(event: CaseEvent): void;
}

/** A case at work. */
export interface RunningCase extends PausingCase {
  runs: GitHubRuns;
  lead: CaseLead;
  /** The new value, where this process was given it. */
  typed?: Secret | undefined;
  /** What the logs told, once they were asked. */
  readers?: Readers;
}

/**
 * Carries out the steps that are not done yet, and saves each in the journal as it is done. The last one, the
 * post-mortem, is announced and left to the caller, who writes it and then removes the journal.
 *
 * Before each step it looks whether somebody else has taken the case over.
 *
 * @returns what the logs told, for the post-mortem.
 * @throws RemedyError where a step fails: run again, it goes on there.
 */
export async function runSteps(running: RunningCase, steps: readonly Step[]): Promise<Readers> {
  const { context, journal, file, lead } = running;
  for (const step of steps) {
    const isDone = journal.done.includes(step);
    lead.tell({ kind: "step", step, isDone });
    if (isDone || step === "post-mortem") continue;
    await noteCase(running);
    const what = await WORK[step](running);
    journal.done.push(step);
    journal.timeline.push({ at: context.now().toISOString(), what });
    file.save(journal);
  }
  return askLogs(running);
}

/** What each step does. @returns what the timeline says of it. */
const WORK: Record<Exclude<Step, "post-mortem">, (running: RunningCase) => Promise<string>> = {
  pause: pauseForCase,
  revoke: async ({ found, lead }) => {
    const isRotated = found.rotated !== undefined;
    await confirm(lead, isRotated ? "rotated" : "revoked");
    const what = isRotated ? "rotated twice" : "revoked at the vendor";
    return lead.attended ? `${what}, as confirmed` : `${what}, says who ran this`;
  },
  value: async (running) => {
    const { context, found, journal, lead, file } = running;
    if (found.way !== "organization" && !isOfOneEnvironment(found)) {
      await confirm(lead, "value-set");
      await requireSet(context, found, journal);
      return "set the new value, as confirmed";
    }
    const given = await lead.newValue();
    if (given.bytes === 0) {
      await requireSet(context, found, journal);
      return "the new value was set in GitHub already";
    }
    const places: string[] = [];
    const mayWrite = async () => void (await noteCase(running));
    running.typed = await setNewValue(context, found, journal, given, mayWrite, {
      onWritten: (name) => {
        places.push(name);
        lead.tell({ kind: "written", name });
      },
      onWarning: (text) => lead.tell({ kind: "warning", text }),
      save: () => file.save(journal),
    });
    return `set the new value in GitHub: ${places.join(", ")}`;
  },
  sync: async (running) => {
    const { context, runs, found, journal, file, lead } = running;
    await requireRunning(running);
    const save = () => file.save(journal);
    await syncNow(context, runs, found, journal, save, (run) => lead.tell({ kind: "run", run }));
    const ended = journal.runs.map(({ id, conclusion }) => `run ${id} ${conclusion}`);
    return `synced: ${ended.join(", ") || "nothing to sync"}`;
  },
  verify,
  readers: async (running) => {
    running.lead.tell({ kind: "readers", readers: await askLogs(running) });
    return "asked the logs who read it";
  },
};

async function verify({ context, found, journal, file, lead, typed }: RunningCase): Promise<string> {
  journal.checks = await verifyLoaders(context, found, journal, typed);
  for (const check of journal.checks) lead.tell({ kind: "check", check });
  const failed = journal.checks.filter((each) => [each.ledger, each.composite].includes("failed"));
  if (failed.length === 0)
    return `verified ${journal.checks.map(({ environment }) => environment).join(", ")}`;
  // What they have now is what a sync brought: the next try starts with another sync.
  journal.done = journal.done.filter((step) => step !== "sync");
  file.save(journal);
  throw new RemedyError({
    code: "loaders-outdated",
    subject: failed.map(({ environment }) => environment).join(", "),
    cause: "loaders do not see the new value",
    remedy: "fix the problems above, then run this again",
  });
}

async function askLogs(running: RunningCase): Promise<Readers> {
  running.readers ??= await findReaders(running.context, running.found, running.journal);
  return running.readers;
}

async function confirm(lead: CaseLead, what: Confirmation): Promise<void> {
  if (lead.attended) await lead.confirm(what);
}

/** A paused sync writes nothing, so a person decides that it may go on. */
async function requireRunning(running: RunningCase): Promise<void> {
  const { context, found, journal, lead } = running;
  const paused = await pausedAmong(context, found.environments);
  if (paused.length === 0) return;
  const names = paused.map(([environment]) => environment);
  for (const [environment, pause] of paused) lead.tell({ kind: "paused", environment, pause });
  if (!lead.attended)
    throw new RemedyError({
      code: "sync-paused",
      subject: names.join(", "),
      cause: "the sync is paused",
      remedy: `when nothing bad can spread: ${COMMAND} resume ${names.join(" ")}, then run this again`,
    });
  await lead.confirm("resume");
  await resumeForCase(running, names);
  const at = context.now().toISOString();
  journal.timeline.push({ at, what: `resumed the sync of ${names.join(", ")}` });
}
