import { dayOf } from "../../catalog/dates";
import { RemedyError } from "../../errors";
import { adopt } from "../../operations/adoption/adopt";
import { type AdoptSlot, adoptableSlots } from "../../operations/adoption/adopt-slots";
import { differencesOf, type Finding } from "../../operations/drift/find-drift";
import { observeSecrets } from "../../operations/drift/observe-github";
import { spreadOf } from "../../operations/values/named-entries";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { tableLines } from "../table";

/** Takes what exists into the state, and tells what is then still to fix. */
export const adoptCommand: CommandSpec = {
  name: "adopt",
  topic: "values",
  description: "Take secrets that exist in GitHub into the stack's state, unwritten",
  details: [
    "Their values stay as they are; nobody needs to know them. Only slots are added to the state, and a copy of the state as it was is kept in .sophia-secrets/. May be interrupted and run again (docs/ADOPT.md).",
    "Secrets of GitHub environments are adopted by the stack that has the environment: --stack names it.",
  ],
  names: ["[names...]", "secrets of the catalog"],
  options: [
    ["--all", "every secret of the catalog that exists"],
    ["--dry-run", "say what would be adopted and stop"],
    ["--json", "print the outcome as JSON"],
  ],
  examples: [`${COMMAND} adopt --all --dry-run`, `${COMMAND} adopt OPENAI_API_KEY SLACK_BOT_TOKEN`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal, catalog, project } = context;
  if (typed.names.length > 0 === typed.has("all")) {
    throw new RemedyError({
      code: "usage-invalid",
      subject: "adopt",
      cause: "takes names, or --all",
      remedy: `${COMMAND} adopt --all --dry-run shows what there is`,
    });
  }
  const dryRun = typed.has("dryRun");
  const done = await adopt(context, typed.names, dryRun, {
    kept: (backup) => terminal.say(`The state as it was is kept in ${backup}`),
    progress: terminal.progress,
  });
  const slots = adoptableSlots(catalog, project, dayOf(context.now()));
  const adopted = slots.filter(({ path }) => done.adopt.includes(path));
  // Those of a run that was interrupted too: it has told nobody.
  const inState = slots.filter(({ path }) => done.adopt.includes(path) || done.known.includes(path));
  const differing = await differingOf(context, inState);
  if (typed.has("json")) terminal.print(JSON.stringify({ ...done, differing }));
  else report(context, done, differing, dryRun);
  for (const { path } of adopted.filter(({ slot }) => slot.secret.value === "config")) {
    const what =
      "its value is the stack's config's, but GitHub keeps the one it has until the config's changes";
    terminal.say(`${path}: ${what}`);
  }
  return EXIT.done;
}

/**
 * What is then still to fix in the readers of the organization's secrets; who reads an environment's is its rules'. One
 * that is in the state and gone from GitHub has none: `drift` tells of it.
 */
async function differingOf(context: CommandContext, inState: readonly AdoptSlot[]): Promise<Finding[]> {
  const slots = inState.filter(({ place }) => place === undefined).map(({ slot }) => slot);
  if (slots.length === 0) return [];
  const github = context.github();
  const [observed, { shards }] = await Promise.all([
    observeSecrets(github, new Set(slots.map(({ name }) => name))),
    spreadOf(context, github),
  ]);
  const there = slots.filter(({ name }) => observed.secrets.some((each) => each.name === name));
  return there.flatMap((slot) => differencesOf(slot, shards, observed));
}

function report(
  { terminal }: CommandContext,
  done: { adopt: string[]; known: string[]; absent: string[] },
  differing: readonly Finding[],
  dryRun: boolean,
): void {
  terminal.print(
    `${done.adopt.length} ${dryRun ? "would be adopted" : "adopted"}, ${done.known.length} in the state already, ${done.absent.length} not in GitHub yet`,
  );
  for (const name of done.adopt) terminal.print(`  ${name}`);
  if (differing.length === 0) return;
  terminal.print("");
  terminal.print("Not read by whom the catalog says; adopting changes nothing in GitHub:");
  for (const line of tableLines(
    differing.map(({ subject, cause, remedy }) => [`  ${subject}`, cause, remedy]),
    terminal.width,
  ))
    terminal.print(line);
  terminal.print(
    `Mend it before pulumi up, which does not look for it: ${COMMAND} repair --all does so for every declared secret`,
  );
}
