import { adopt } from "../adopt";
import { type CommandSpec, type Doors, type ExitCode, type Typed, UsageError } from "../command";
import { entriesOf } from "../declared";
import { differencesOf, type Finding } from "../find-drift";
import { observeSecrets } from "../observe-github";
import { tableLines } from "../table";

/** Takes what exists into the state, and tells what is then still to mend. */
export const adoptCommand: CommandSpec = {
  name: "adopt",
  description: "Take secrets that exist in GitHub into the stack's state, without one write to GitHub",
  details: [
    "Their values stay as they are; nobody needs to know them. Only slots are added to the state, and a copy",
    "of the state as it was is kept in .sophia-secrets/. May be interrupted and run again (docs/ADOPT.md).",
  ],
  names: ["[names...]", "organization secrets of the catalog"],
  options: [
    ["--all", "every secret of the catalog that exists"],
    ["--dry-run", "say what would be adopted and stop"],
    ["--json", "print the outcome as JSON"],
  ],
  examples: [
    "npx sophia-secrets adopt --all --dry-run",
    "npx sophia-secrets adopt OPENAI_API_KEY SLACK_BOT_TOKEN",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { terminal, catalog, project } = doors;
  if (typed.names.length > 0 === typed.has("all")) {
    throw new UsageError(
      "adopt",
      "takes names, or --all",
      "npx sophia-secrets adopt --all --dry-run shows what there is",
    );
  }
  const dryRun = typed.has("dryRun");
  const done = await adopt(doors, typed.names, dryRun);
  const observed = await observeSecrets(doors.github(), new Set(done.adopt));
  const differing = entriesOf(catalog, done.adopt).flatMap((secret) =>
    differencesOf(secret, project.settings, observed),
  );
  if (typed.has("json")) terminal.print(JSON.stringify({ ...done, differing }));
  else report(doors, done, differing, dryRun);
  for (const secret of entriesOf(catalog, done.adopt).filter((each) => each.value === "config")) {
    const what =
      "its value is the stack's config's, but GitHub keeps the one it has until the config's changes";
    terminal.say(`${secret.name}: ${what}`);
  }
  return 0;
}

function report(
  { terminal }: Doors,
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
  for (const line of tableLines(differing.map(({ name, what, remedy }) => [`  ${name}`, what, remedy])))
    terminal.print(line);
}
