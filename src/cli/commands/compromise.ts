import { dayOf } from "../../catalog/dates";
import { createGitHubRuns } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import { unfitReason } from "../../ledger/pause";
import {
  type Journal,
  type JournalFile,
  journalFile,
  type Step,
  stepsOf,
} from "../../operations/incident/case";
import { caseName, openCase } from "../../operations/incident/open-case";
import { runSteps } from "../../operations/incident/run-steps";
import { requireSameScope, startJournal } from "../../operations/incident/start-case";
import { unprovenIn } from "../../operations/incident/verify-loaders";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import { createLead, tellingPauses } from "../compromise-lead";
import { type StepText, stepText } from "../compromise-report";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { nextFree, renderPostMortem, requireFree, writeNew } from "../post-mortem";
import { parseSince } from "../time-options";

/** The guide's emergency procedure, step by step. */
export const compromiseCommand: CommandSpec = {
  name: "compromise",
  topic: "mend",
  description: "Run the emergency procedure for a compromised secret",
  details: [
    "The steps: revoke it at the vendor, set the new value in GitHub, sync now, verify that loaders see it, find out who read it since when, and write a post-mortem file without values. If you interrupt it, run it again: it goes on with the step that was not done.",
    "--pause pauses the sync first, for the case that somebody broke into GitHub or the sync itself. Before the sync step it asks whether to resume it. If the case ends before that, it says which environments stay paused.",
    "Needs GITHUB_TOKEN (secrets, and workflows of the carriers) and PULUMI_ACCESS_TOKEN. Exit code 0 when ledger and composite prove the new value in every environment, 1 when one does not. A proof needs the right to open both; without it the command can only disprove.",
  ],
  names: ["[name]", "secret of the catalog, by any of its names"],
  options: [
    ["--environment <names>", "these environments alone, separated by commas"],
    ["--reason <text>", "what happened, in one line of at most 200 characters; never a value"],
    ["--since <time>", "when it may have leaked: 12h, 7d or a day (default: the value's last change)"],
    ["--pause", "pause the sync before anything else"],
    ["--out <file>", "file for the post-mortem (default: post-mortem-NAME-DAY.md)"],
    [
      "--yes",
      "ask no questions: the old value is revoked, and the new one is on stdin (empty: it is set in GitHub already)",
    ],
    ["--dry-run", "show the steps and do nothing"],
  ],
  examples: [
    `${COMMAND} compromise OPENAI_API_KEY --dry-run`,
    `${COMMAND} compromise OPENAI_API_KEY --reason "in a public log, incident 42" --since 7d`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const [name] = typed.names;
  if (name === undefined || typed.names.length !== 1)
    throw new RemedyError({
      code: "usage-invalid",
      subject: "compromise",
      cause: "takes one name, and never a value",
      remedy: "name the secret that got out",
    });
  const file = journalFile(context.project.dir, caseName(context, name));
  return tellingPauses(context, file, () => continueCase(context, typed, name, file));
}

async function continueCase(
  context: CommandContext,
  typed: Typed,
  name: string,
  file: JournalFile,
): Promise<ExitCode> {
  const { terminal, project, now } = context;
  const started = file.read();
  const asked = typed.text("environment") === undefined ? (started?.asked ?? []) : environmentsIn(typed);
  if (started !== undefined) requireSameScope(started, asked, file.path);
  const found = await openCase(context, name, asked);
  const out = typed.text("out") ?? nextFree(context, `post-mortem-${found.secret.name}-${dayOf(now())}`);
  requireFree(context, out);
  const said = saidIn(context, typed);
  const steps = stepsOf(found, typed.has("pause") && started?.done.includes("sync") !== true);
  const textOf = (step: Step) => stepText(step, found, { settings: project.settings, out });
  if (typed.has("dryRun")) {
    for (const line of planLines(steps, textOf, started)) terminal.print(line);
    return EXIT.done;
  }
  requireSomebody(context, typed);
  const journal = { ...(started ?? (await startJournal(context, found, asked))), ...said };
  if (started !== undefined)
    terminal.say(
      `Continues the case that ${started.by} started ${started.started} (${file.path}; delete it to start again)`,
    );
  file.save(journal);
  const lead = createLead(context, typed, found, journal, steps, textOf);
  const runs = createGitHubRuns(context.githubCall());
  const readers = await runSteps({ context, runs, found, journal, file, lead }, steps);
  writeNew(context, out, renderPostMortem(found, journal, readers, now()));
  file.remove();
  terminal.print(`Post-mortem written to ${out}`);
  return tellUnproven(context, unprovenIn(found, journal));
}

function planLines(
  steps: readonly Step[],
  textOf: (step: Step) => StepText,
  started: Journal | undefined,
): string[] {
  const lines = steps.flatMap((step, index) => {
    const { title, lines: more } = textOf(step);
    const done = started?.done.includes(step) === true ? ": done" : "";
    return [`${index + 1}. ${title}${done}`, ...more.map((line) => `   ${line}`)];
  });
  if (started === undefined) return lines;
  return [`started ${started.started}, done: ${started.done.join(", ") || "nothing"}`, ...lines];
}

/** @throws RemedyError when there is nobody to ask. */
function requireSomebody({ terminal }: CommandContext, typed: Typed): void {
  if (typed.has("yes") || terminal.canAsk) return;
  const remedy = "run it on a terminal, or with --yes and the new value on stdin";
  throw new RemedyError({
    code: "nobody-to-ask",
    subject: "compromise",
    cause: "there is nobody to ask",
    remedy,
  });
}

function tellUnproven({ terminal }: CommandContext, unproven: readonly string[]): ExitCode {
  if (unproven.length === 0) return EXIT.done;
  terminal.say(
    `warning: it is not proven that applications of ${unproven.join(", ")} get the new value: ask somebody who may open what they open to run ${COMMAND} verify`,
  );
  return EXIT.found;
}

function environmentsIn(typed: Typed): string[] {
  const text = typed.text("environment") ?? "";
  return text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));
}

/** What was typed about the case, at its start or later. @throws RemedyError for an invalid reason or time. */
function saidIn(context: CommandContext, typed: Typed): Partial<Journal> {
  const [reason, since] = [typed.text("reason")?.trim(), typed.text("since")];
  const wrong = reason === undefined ? undefined : unfitReason(reason);
  if (wrong !== undefined)
    throw new RemedyError({
      code: "reason-invalid",
      subject: "--reason",
      cause: `it ${wrong}`,
      remedy: "say in a few words what happened; everybody may read them",
    });
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(since === undefined
      ? {}
      : { since: parseSince(since, context.now()).toISOString(), sinceGiven: true }),
  };
}
