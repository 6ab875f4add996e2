import { randomUUID } from "node:crypto";
import { RemedyError } from "../../errors";
import type { Journal, JournalFile, Step } from "../../operations/incident/case";
import type { NotedCase } from "../../operations/incident/case-note";
import { COMMAND } from "../../text";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "../command";
import type { StepText } from "../compromise-report";
import { flag, text, words } from "../options";
import { parseSince } from "../time-options";

const load = () => ({
  ...(require("../../catalog/dates") as typeof import("../../catalog/dates")),
  ...(require("../../clients/github-workflows") as typeof import("../../clients/github-workflows")),
  ...(require("../../ledger/pause") as typeof import("../../ledger/pause")),
  ...(require("../../operations/incident/case") as typeof import("../../operations/incident/case")),
  ...(require("../../operations/incident/case-lock") as typeof import("../../operations/incident/case-lock")),
  ...(require("../../operations/incident/case-note") as typeof import("../../operations/incident/case-note")),
  ...(require("../../operations/incident/open-case") as typeof import("../../operations/incident/open-case")),
  ...(require("../../operations/incident/run-steps") as typeof import("../../operations/incident/run-steps")),
  ...(require("../../operations/incident/start-case") as typeof import("../../operations/incident/start-case")),
  ...(require("../../operations/incident/verify-loaders") as typeof import("../../operations/incident/verify-loaders")),
  ...(require("../compromise-lead") as typeof import("../compromise-lead")),
  ...(require("../compromise-report") as typeof import("../compromise-report")),
  ...(require("../read-value") as typeof import("../read-value")),
  ...(require("../post-mortem") as typeof import("../post-mortem")),
});
type Work = ReturnType<typeof load>;

/** Leads through the guide's emergency procedure, step by step. */
export const compromiseCommand = defineCommand({
  name: "compromise",
  topic: "fix",
  summary: "Run the emergency procedure for a compromised secret",
  details: [
    "The steps: revoke it at the vendor, set the new value in GitHub, sync now, verify that loaders see it, find out who read it since when, and write a post-mortem file without values. If you interrupt it, run it again: it goes on with the step that was not done.",
    "--pause pauses the sync first, for the case that somebody broke into GitHub or the sync itself. Before the sync step it asks whether to resume it. If the case ends before that, it says which environments stay paused.",
    "The case is noted in the ledgers of its environments. A second one of the same secret, on another machine too, is refused and says who has the first open and since when; --take-over ends that one. A secret with a value per environment is set from stdin or the prompt where --environment names one.",
    "Needs GITHUB_TOKEN (secrets, and workflows of the carriers) and PULUMI_ACCESS_TOKEN. Exit code 0 when ledger and composite prove the new value in every environment, 1 when one does not. A proof needs the right to open both; without it the command can only disprove.",
  ],
  positionals: {
    names: words("[name]", "secret of the catalog, by any of its names", { completes: "secret" }),
  },
  options: {
    environment: text("<names>", "these environments alone, separated by commas", {
      completes: "environment",
    }),
    reason: text("<text>", "what happened, in one line of at most 200 characters; never a value"),
    since: text("<time>", "when it may have leaked: 12h, 7d or a day (default: the value's last change)"),
    pause: flag("pause the sync before anything else"),
    out: text("<file>", "file for the post-mortem (default: post-mortem-NAME-DAY.md)", { completes: "file" }),
    yes: flag(
      "ask no questions: the old value is revoked, and the new one is on stdin (empty: it is set in GitHub already)",
    ),
    takeOver: flag("go on although somebody else has a case of it open, which ends theirs"),
    dryRun: flag("show the steps and do nothing"),
  },
  examples: [
    "compromise OPENAI_API_KEY --dry-run",
    'compromise OPENAI_API_KEY --reason "in a public log, incident 42" --since 7d',
  ],
  load,
  run: async (context, { names, ...typed }, work) => {
    const [name] = names;
    if (name === undefined || names.length !== 1)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "compromise",
        cause: "takes one name, and never a value",
        remedy: "name the secret that got out",
      });
    const file = work.journalFile(context.project.dir, work.caseName(context, name));
    const go = () => work.tellingPauses(context, file, () => continueCase(context, name, typed, file, work));
    if (typed.dryRun) return go();
    const release = work.lockCase(file.lockPath);
    try {
      return await go();
    } finally {
      release();
    }
  },
});

interface TypedCase {
  environment: string | undefined;
  reason: string | undefined;
  since: string | undefined;
  pause: boolean;
  out: string | undefined;
  yes: boolean;
  takeOver: boolean;
  dryRun: boolean;
}

async function continueCase(
  context: CommandContext,
  name: string,
  typed: TypedCase,
  file: JournalFile,
  work: Work,
): Promise<ExitCode> {
  const { terminal, project, now } = context;
  const scope = { typed: listIn(typed.environment), pause: typed.pause };
  const { found, started, asked, steps } = await work.takeUpCase(context, name, file, scope);
  const out = typed.out ?? work.nextFree(context, `post-mortem-${found.secret.name}-${work.dayOf(now())}`);
  work.requireFree(context, out);
  const said = saidIn(typed, now(), work);
  const textOf = (step: Step) => work.stepText(step, found, { settings: project.settings, out });
  if (typed.dryRun) {
    const other = await work.caseElsewhere(context, found, started);
    if (other !== undefined) terminal.say(`warning: ${other}`);
    for (const line of planLines(steps, textOf, started)) terminal.print(line);
    return EXIT.done;
  }
  if (!typed.yes) requireSomebody(context);
  const given = terminal.canAsk ? undefined : await work.readValue(terminal, found.secret.name, "");
  if (given !== undefined && given.bytes > 0) work.requireUse(found, started, file.path);
  const journal = { ...(started ?? (await work.startJournal(context, found, asked))), ...said };
  journal.id ??= randomUUID();
  if (started !== undefined)
    terminal.say(
      `Continues the case that ${started.by} started ${started.started} (${file.path}; to start again, delete it and add --take-over)`,
    );
  file.save(journal);
  await noteIn(
    context,
    { context, found, journal },
    typed.takeOver,
    started === undefined ? file : undefined,
    work,
  );
  const lead = work.createLead(context, !typed.yes, found, journal, steps, textOf, given);
  const runs = work.createGitHubRuns(context.githubCall());
  const readers = await work.runSteps({ context, runs, found, journal, file, lead }, steps);
  work.writeNew(context, out, work.renderPostMortem(found, journal, readers, now()));
  const kept = await work.endCase({ context, found, journal });
  file.remove();
  if (kept.length > 0)
    terminal.say(
      `warning: the ledger of ${kept.join(", ")} still tells that this case is open: the next one of ${found.secret.name} needs --take-over`,
    );
  terminal.print(`Post-mortem written to ${out}`);
  return tellUnproven(context, work.unprovenIn(found, journal));
}

/** @param begun the record that this run has made: it goes where the case does not begin. */
async function noteIn(
  { terminal }: CommandContext,
  noted: NotedCase,
  takesOver: boolean,
  begun: JournalFile | undefined,
  { noteCase }: Work,
): Promise<void> {
  try {
    const unseen = await noteCase(noted, takesOver);
    const [first] = unseen;
    if (first !== undefined)
      terminal.say(
        `warning: nobody else sees in ${unseen.map(({ environment }) => environment).join(", ")} that this case is open: its ledger cannot be written (${first.cause})`,
      );
  } catch (error) {
    begun?.remove();
    throw error;
  }
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
function requireSomebody({ terminal }: CommandContext): void {
  if (terminal.canAsk) return;
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

/** `a, b` as its parts; undefined when nothing was typed. */
function listIn(text: string | undefined): string[] | undefined {
  return text?.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));
}

/** What was typed about the case, at its start or later. @throws RemedyError for an invalid reason or time. */
function saidIn(typed: TypedCase, now: Date, { unfitReason }: Work): Partial<Journal> {
  const { since } = typed;
  const reason = typed.reason?.trim();
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
    ...(since === undefined ? {} : { since: parseSince(since, now).toISOString(), sinceGiven: true }),
  };
}
