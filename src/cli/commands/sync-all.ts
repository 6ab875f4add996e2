import { defineCommand, EXIT } from "../command";
import { flag, requiredEnvironments, requiredText } from "../options";
import { setAndTell } from "./sync-to-github";

/** Brings a .env file to GitHub and ESC, and proves that all three agree. */
export const syncAllCommand = defineCommand({
  name: "sync-all",
  topic: "values",
  summary: "Set the values of a .env file in GitHub and in ESC",
  details: [
    "Plans both before either is written: what would be refused in ESC stops it while GitHub is as it was. Checks at the end that file, GitHub and ESC agree. Needs GITHUB_TOKEN and PULUMI_ACCESS_TOKEN. May be interrupted and run again.",
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
    const sync = (environment: string, dryRun: boolean) => {
      const options = { dryRun, allOrNothing: true, allowMany: allowManyChanges };
      return work.syncByHand(context, { environment, ...given, options });
    };
    for (const environment of environments) {
      const plan = await sync(environment, true);
      if (!dryRun && work.outcomeOf(plan).failures.length === 0) continue;
      const code = work.reportSync(context, plan, true);
      if (code !== EXIT.done) return code;
    }
    terminal.print("GitHub");
    await setAndTell(context, await work.planFromFile(context, from, replace), dryRun);
    if (dryRun) return EXIT.done;
    terminal.print("Pulumi ESC");
    for (const environment of environments) {
      const done = work.reportSync(context, await sync(environment, false), false);
      if (done !== EXIT.done) return done;
    }
    let differing = 0;
    for (const environment of environments) {
      const { counts } = work.outcomeOf(await sync(environment, true));
      differing += counts.create + counts.update + counts.refused + counts.held + counts.waiting;
    }
    const all = given.names.size;
    terminal.print(
      differing === 0
        ? `All of ${all} agree: the file, GitHub and ESC`
        : `${differing} of ${all} differ in ESC again: somebody else writes there; run this again`,
    );
    return differing === 0 ? EXIT.done : EXIT.found;
  },
});
