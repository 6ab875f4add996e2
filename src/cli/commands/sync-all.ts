import { readInput } from "../../operations/values/env-file";
import { givenIn, syncByHand } from "../../operations/values/sync-by-hand";
import { outcomeOf } from "../../sync/report";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { reportSync } from "../sync-report";
import { syncToGithubCommand } from "./sync-to-github";

/** A .env file to both places, and the proof that all three agree. */
export const syncAllCommand: CommandSpec = {
  name: "sync-all",
  topic: "values",
  description: "Set a .env file's values in GitHub and ESC, and check that all agree",
  details: [
    "Plans both before either is written: what would be refused in ESC stops it while GitHub is as it was. Needs GITHUB_TOKEN and PULUMI_ACCESS_TOKEN. May be interrupted and run again.",
  ],
  required: [
    ["--from <file>", "lines NAME=value; quotes for values of several lines or with #"],
    ["--environment <name>", "environment of the catalog whose values in ESC are written"],
  ],
  options: [
    ["--replace", "replace the values that are there in GitHub"],
    ["--allow-many-changes", "replace an unusual number of values in ESC at once"],
    ["--dry-run", "check everything, show both plans and stop"],
  ],
  examples: [`${COMMAND} sync-all --from .env --environment staging --dry-run`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<number> {
  const { terminal } = context;
  const input = readInput(context, typed.text("from") ?? "");
  const names = new Set(givenIn(context, input));
  const environment = typed.text("environment") ?? "";
  const sync = (dryRun: boolean) => {
    const options = { dryRun, allOrNothing: true, allowMany: typed.has("allowManyChanges") };
    return syncByHand(context, { environment, input, names, options });
  };
  const plan = await sync(true);
  const dryRun = typed.has("dryRun");
  if (dryRun || outcomeOf(plan).failures.length > 0) {
    const code = reportSync(context, plan, true);
    if (code !== EXIT.done) return code;
  }
  terminal.print("GitHub");
  const code = await syncToGithubCommand.run(context, typed);
  if (dryRun || code !== EXIT.done) return code;
  terminal.print("Pulumi ESC");
  const done = reportSync(context, await sync(false), false);
  if (done !== EXIT.done) return done;
  const { counts } = outcomeOf(await sync(true));
  const differing = counts.create + counts.update + counts.refused + counts.waiting;
  terminal.print(
    differing === 0
      ? `All of ${names.size} agree: the file, GitHub and ESC`
      : `${differing} of ${names.size} differ in ESC again: somebody else writes there; run this again`,
  );
  return differing === 0 ? EXIT.done : EXIT.found;
}
