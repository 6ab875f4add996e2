import type { Verb } from "../../sync/plan";
import type { EnvironmentReport } from "../../sync/sync-environment";
import { COMMAND, shellPath } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, requiredEnvironments, requiredText } from "../options";
import { setAndTell } from "./sync-to-github";

/** Brings a .env file to GitHub and ESC, and proves that all three agree. */
export const syncAllCommand = defineCommand({
  name: "sync-all",
  topic: "values",
  summary: "Set the values of a .env file in GitHub and in ESC",
  details: [
    "Plans both before either is written: what would be refused in ESC stops it while GitHub is as it was, and what somebody else writes in ESC after the plan is kept. Looks at the end whether file, GitHub and ESC agree, and names what somebody else has changed meanwhile (exit code 1). GitHub shows no values, and times in whole seconds: what somebody else sets there within the same second is not noticed. Needs GITHUB_TOKEN and PULUMI_ACCESS_TOKEN. May be interrupted and run again.",
  ],
  options: {
    from: requiredText("<file>", "lines NAME=value; quotes for values of several lines or with #", {
      completes: "file",
    }),
    environment: requiredEnvironments("deployment environments to write in ESC, separated by commas, or all"),
    replace: flag("replace the values that are there in GitHub"),
    allowManyChanges: flag("replace an unusual number of values in ESC at once"),
    dryRun: flag("check everything, show both plans and stop"),
  },
  replaces: "secrets_manager.py sync-all",
  examples: [
    "sync-all --from .env --environment staging --dry-run",
    "sync-all --from .env --environment all --replace",
  ],
  load: () => ({
    ...(require("../../operations/values/set-from-file") as typeof import("../../operations/values/set-from-file")),
    ...(require("../../operations/values/sync-by-hand") as typeof import("../../operations/values/sync-by-hand")),
    ...(require("../../sync/report") as typeof import("../../sync/report")),
    ...(require("../sync-report") as typeof import("../sync-report")),
  }),
  run: async (context, { from, environment: environments, replace, allowManyChanges, dryRun }, work) => {
    const { terminal } = context;
    const given = work.givenByHand(context, from, []);
    // What somebody else writes after the plan is newer than the file.
    const starts = new Map(environments.map((each) => [each, {}]));
    const sync = (environment: string, dryRun: boolean, start = starts.get(environment)) => {
      const options = { dryRun, allOrNothing: true, allowMany: allowManyChanges };
      return work.syncByHand(context, { environment, ...given, options, ...(start && { start }) });
    };
    for (const environment of environments) {
      const plan = await sync(environment, true);
      if (!dryRun && work.outcomeOf(plan).failures.length === 0) continue;
      const code = work.reportSync(context, plan, true);
      if (code !== EXIT.done) return code;
    }
    terminal.print("GitHub");
    const plan = await work.planFromFile(context, from, replace);
    await setAndTell(context, plan, dryRun);
    if (dryRun) return EXIT.done;
    terminal.print("Pulumi ESC");
    for (const environment of environments) {
      const done = work.reportSync(context, await sync(environment, false), false);
      if (done === EXIT.done) continue;
      const changed = await plan.changedSince();
      if (changed.length > 0) terminal.print(changedLine(changed));
      return done;
    }
    const differing: string[] = [];
    for (const environment of environments) {
      const names = differingIn(await sync(environment, true, {}));
      if (names.length > 0) differing.push(`ESC, ${environment}, has another value: ${names.join(", ")}`);
    }
    const changed = await plan.changedSince();
    if (changed.length > 0) differing.push(changedLine(changed));
    if (differing.length === 0) {
      terminal.print(`All of ${given.names.size} agree: the file, GitHub and ESC`);
      return EXIT.done;
    }
    for (const line of differing) terminal.print(line);
    const again = `${COMMAND} sync-all --from ${shellPath(from)} --environment ${environments.join(",")} --replace`;
    terminal.say(`Somebody else sets these too. When they have ended, and this file is right: ${again}`);
    return EXIT.found;
  },
});

function changedLine(names: readonly string[]): string {
  return `GitHub may have another value, changed after this run set it: ${names.join(", ")}`;
}

/** Names whose value in ESC is not that of the file, by the plan of another sync. */
function differingIn({ groups }: EnvironmentReport): string[] {
  const agreeing: readonly Verb[] = ["unchanged", "skipped", "tombstone"];
  return groups.flatMap(({ lines }) =>
    lines.filter(({ verb }) => !agreeing.includes(verb)).map(({ name }) => name),
  );
}
