import { defineCommand } from "../command";
import { flag, requiredEnvironment, usageError, words } from "../options";

/** Writes a .env file to ESC. */
export const importEnvCommand = defineCommand({
  name: "import-env",
  topic: "files",
  summary: "Write a .env file's values to Pulumi ESC",
  details: [
    "Does what sync-to-pulumi --from does: by the sync job's plan and guards. GitHub stays the record, so set the values there too (sync), or the next run of the workflow puts the older ones back. Where changes need an approval it proposes them and ends with 1. Needs PULUMI_ACCESS_TOKEN.",
  ],
  replaces: "configure_pulumi_esc.sh import-env",
  positionals: { file: words("<file>", "lines NAME=value", { completes: "file" }) },
  options: {
    stack: requiredEnvironment("deployment environment to write"),
    dryRun: flag("show the plan and write nothing"),
    allowManyChanges: flag("replace an unusual number of values at once"),
  },
  examples: [
    "import-env .env.production --stack production --dry-run",
    "import-env .env.production --stack production",
  ],
  load: () => ({
    ...(require("../../operations/values/sync-by-hand") as typeof import("../../operations/values/sync-by-hand")),
    ...(require("../sync-report") as typeof import("../sync-report")),
  }),
  run: async (context, { file: files, stack, dryRun, allowManyChanges: allowMany }, work) => {
    const [file, ...others] = files;
    if (others.length > 0) throw usageError({ command: "import-env", name: "import-env" }, "takes one file");
    const given = work.givenByHand(context, file, []);
    const options = { dryRun, allOrNothing: true, allowMany };
    const report = await work.syncByHand(context, { environment: stack, ...given, options });
    return work.reportSync(context, report, dryRun);
  },
});
