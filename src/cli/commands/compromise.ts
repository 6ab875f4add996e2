import { dayOf } from "../../catalog/dates";
import { createGitHubRuns } from "../../clients/github-workflows";
import { RemedyError } from "../../errors";
import { unfitReason } from "../../ledger/pause";
import { parseSince } from "../../operations/audit/read-audit";
import {
  type Case,
  type Journal,
  type JournalFile,
  journalFile,
  type Step,
} from "../../operations/incident/case";
import { nextFree, requireFree, writeNew } from "../../operations/incident/new-value";
import { caseName, openCase } from "../../operations/incident/open-case";
import { type PlannedStep, planSteps } from "../../operations/incident/plan-steps";
import { lookBefore, runSteps, whoAmI, withLastWord } from "../../operations/incident/run-steps";
import { unprovenIn } from "../../operations/incident/verify-loaders";
import { type CommandContext, type CommandSpec, EXIT, type ExitCode, type Typed } from "../command";

/** The guide's emergency procedure, step by step. */
export const compromiseCommand: CommandSpec = {
  name: "compromise",
  topic: "mend",
  description: "Walk through the emergency procedure for a secret that got out",
  details: [
    "Revoke at the vendor, new value into GitHub, sync now, verify that loaders see it, who read it since when, and a post-mortem file without values. May be interrupted and run again: it goes on where it was.",
    "--pause first keeps every sync away, for the case that GitHub or the sync itself was broken into; before the sync it asks whether to let it go on. Whatever ends the case before that, it says what stays paused.",
    "Needs GITHUB_TOKEN (secrets, and workflows of the carriers) and PULUMI_ACCESS_TOKEN. Exit code 0 once ledger and composite prove the new value in every environment, 1 where one does not: proof takes the right to open both, without it what is read can only disprove.",
  ],
  names: ["[name]", "secret of the catalog, by any of its names"],
  options: [
    ["--environment <names>", "these environments alone, separated by commas"],
    ["--reason <text>", "what happened, in one line of at most 200 characters; never a value"],
    ["--since <time>", "when it may have got out: 12h, 7d or a day (default: the value's last change)"],
    ["--pause", "pause the sync before anything else"],
    ["--out <file>", "where the post-mortem goes (default: post-mortem-NAME-DAY.md)"],
    [
      "--yes",
      "ask nobody: it is revoked, and the new value comes on stdin (empty: it is set in GitHub already)",
    ],
    ["--dry-run", "show the steps with what is known, and do nothing"],
  ],
  examples: [
    "npx sophia-secrets compromise OPENAI_API_KEY --dry-run",
    'npx sophia-secrets compromise OPENAI_API_KEY --reason "in a public log, incident 42" --since 7d',
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const [name] = typed.names;
  if (name === undefined || typed.names.length !== 1)
    throw new RemedyError({
      code: "?",
      subject: "compromise",
      cause: "takes one name, and never a value",
      remedy: "name the secret that got out",
    });
  const file = journalFile(context.project.dir, caseName(context, name));
  return withLastWord(context, file, () => walkCase(context, typed, name, file));
}

async function walkCase(
  context: CommandContext,
  typed: Typed,
  name: string,
  file: JournalFile,
): Promise<ExitCode> {
  const { terminal, project, now } = context;
  const begun = file.read();
  const asked = typed.text("environment") === undefined ? (begun?.asked ?? []) : environmentsIn(typed);
  if (begun !== undefined) requireSameScope(begun, asked, file.path);
  const found = await openCase(context, name, asked);
  const out = typed.text("out") ?? nextFree(context, `post-mortem-${found.secret.name}-${dayOf(now())}`);
  requireFree(context, out);
  const said = saidIn(context, typed);
  const pause = typed.has("pause") && begun?.done.includes("sync") !== true;
  const plan = (of: Case) => planSteps(of, { settings: project.settings, pause, out });
  if (typed.has("dryRun")) {
    if (begun !== undefined)
      terminal.print(`begun ${begun.started}, done: ${begun.done.join(", ") || "nothing"}`);
    for (const line of lines(plan(found), begun?.done ?? [])) terminal.print(line);
    return EXIT.done;
  }
  const unattended = typed.has("yes");
  if (!unattended && !terminal.canAsk) {
    const remedy = "run it on a terminal, or with --yes and the new value on stdin";
    throw new RemedyError({ code: "?", subject: "compromise", cause: "there is nobody to ask", remedy });
  }
  const journal = { ...(begun ?? (await begin(context, found, asked))), ...said };
  if (begun !== undefined)
    terminal.say(
      `Goes on with what ${begun.by} began ${begun.started} (${file.path}; delete it to begin anew)`,
    );
  file.save(journal);
  const runs = createGitHubRuns(context.githubCall());
  const write = (text: string) => writeNew(context, out, text);
  await runSteps({ context, runs, found, journal, file, unattended, write }, plan(found));
  const unproven = unprovenIn(found, journal);
  if (unproven.length === 0) return EXIT.done;
  terminal.say(
    `warning: it is not proven that applications of ${unproven.join(", ")} get the new value: have somebody look who may open what they open (npx sophia-secrets verify)`,
  );
  return EXIT.found;
}

/**
 * What a case has paused and replaced it looks after to its end, in all of its environments.
 *
 * @throws RemedyError when others are asked for than it began with.
 */
function requireSameScope({ asked: before }: Journal, asked: readonly string[], path: string): void {
  if ([...before].sort().join() === [...asked].sort().join()) return;
  const scope = before.length === 0 ? "in all environments" : `in ${before.join(", ")}`;
  const remedy = `run it as it began; or delete ${path}, resume what it paused, and begin anew`;
  throw new RemedyError({
    code: "?",
    subject: "--environment",
    cause: `the case that goes on was begun ${scope}`,
    remedy,
  });
}

function environmentsIn(typed: Typed): string[] {
  const text = typed.text("environment") ?? "";
  return text.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]));
}

async function begin(context: CommandContext, found: Case, asked: readonly string[]): Promise<Journal> {
  const { name } = found.secret;
  const before = await lookBefore(context, found);
  const started = context.now().toISOString();
  const changes = Object.values(before).flatMap((each) => (each === null ? [] : [each.changed]));
  const by = await whoAmI(context);
  return {
    version: 1,
    name,
    asked,
    reason: `${name} is compromised`,
    by,
    started,
    // No ledger knows the pipeline's own: what leaked stood there at GitHub's time at the latest, and no later.
    since: changes.sort()[0] ?? Object.values(found.updated).sort()[0] ?? started,
    sinceGiven: false,
    before,
    updated: found.updated,
    done: [],
    runs: [],
    checks: [],
    timeline: [{ at: started, what: `begun by ${by}` }],
  };
}

/** What is said of the case, at its begin or later. @throws RemedyError for what is no reason and no time. */
function saidIn(context: CommandContext, typed: Typed): Partial<Journal> {
  const [reason, since] = [typed.text("reason")?.trim(), typed.text("since")];
  const wrong = reason === undefined ? undefined : unfitReason(reason);
  if (wrong !== undefined)
    throw new RemedyError({
      code: "?",
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

function lines(steps: readonly PlannedStep[], done: readonly Step[]): string[] {
  return steps.flatMap(({ step, title, lines: more }, index) => [
    `${index + 1}. ${title}${done.includes(step) ? ": done" : ""}`,
    ...more.map((line) => `   ${line}`),
  ]);
}
