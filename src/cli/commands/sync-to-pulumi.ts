import { RemedyError } from "../../errors";
import { defineCommand } from "../command";
import { flag, requiredEnvironment, secretNames, text } from "../options";

/** Does the sync job's work from a person's machine. */
export const syncToPulumiCommand = defineCommand({
  name: "sync-to-pulumi",
  topic: "values",
  summary: "Sync values from a file or variables to Pulumi ESC",
  details: [
    "By the sync job's plan and guards, for the day GitHub Actions is down. GitHub stays the record: the next run of the workflow puts its values back. A run that was queued before does not, as far as that is known: with GITHUB_TOKEN it is, else of the runs up to the newest that the ledger tells of.",
    "Of a .env file everything in it is synced; of the environment variables only the names given, because a shell can hold an unrelated GH_TOKEN. Secrets that are not given are neither read nor written. Where changes need an approval it proposes them, as the job does, and ends with 1. Needs PULUMI_ACCESS_TOKEN.",
  ],
  positionals: { names: secretNames("secrets of the catalog; needed without --from") },
  options: {
    environment: requiredEnvironment("deployment environment to write"),
    from: text("<file>", "lines NAME=value, instead of environment variables", { completes: "file" }),
    dryRun: flag("show the plan and write nothing"),
    allOrNothing: flag("write nothing when a secret is refused"),
    allowManyChanges: flag("replace an unusual number of values at once"),
  },
  examples: [
    "sync-to-pulumi --environment staging --from .env --dry-run",
    "sync-to-pulumi OPENAI_API_KEY --environment staging",
  ],
  load: () => ({
    ...(require("../../operations/values/sync-by-hand") as typeof import("../../operations/values/sync-by-hand")),
    ...(require("../sync-report") as typeof import("../sync-report")),
  }),
  run: async (context, { names, environment, from, dryRun, ...options }, { givenByHand, ...work }) => {
    if (from === undefined && names.length === 0)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "sync-to-pulumi",
        cause: "takes names, or --from",
        remedy: "name the secrets to take from the environment variables",
      });
    const { allOrNothing, allowManyChanges } = options;
    const allowMany = allowManyChanges || names.length > 0;
    const report = await work.syncByHand(context, {
      environment,
      ...givenByHand(context, from, names),
      options: { dryRun, allOrNothing, allowMany },
    });
    return work.reportSync(context, report, dryRun);
  },
});
