import type { ResolvedEntry as Entry } from "../../catalog/entry";
import { RemedyError } from "../../errors";
import { readInput } from "../../operations/values/env-file";
import { namedSlots } from "../../operations/values/named-entries";
import { givenIn, syncByHand } from "../../operations/values/sync-by-hand";
import type { Input } from "../../sync/given-values";
import { COMMAND } from "../../text";
import type { CommandContext, ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { reportSync } from "../sync-report";

/** The sync job's work, from a person's machine. */
export const syncToPulumiCommand: CommandSpec = {
  name: "sync-to-pulumi",
  topic: "values",
  description: "Sync values of a .env file or of variables to Pulumi ESC by hand",
  details: [
    "By the sync job's plan and guards, for the day GitHub Actions is down. GitHub stays the record: the next run of the workflow puts its values back. A run that was queued before does not, as far as that is known: with GITHUB_TOKEN it is, else of the runs up to the newest that the ledger tells of.",
    "Of a .env file everything in it is synced; of the environment only the names given, for a shell holds other people's GH_TOKEN too. Secrets that are not given are neither read nor written. Where changes need an approval it proposes them, as the job does, and ends with 1. Needs PULUMI_ACCESS_TOKEN.",
  ],
  names: ["[names...]", "secrets of the catalog; needed without --from"],
  required: [["--environment <name>", "environment of the catalog to write"]],
  options: [
    ["--from <file>", "lines NAME=value, instead of the environment's variables"],
    ["--dry-run", "show the plan and write nothing"],
    ["--all-or-nothing", "write nothing when a secret is refused"],
    ["--allow-many-changes", "replace an unusual number of values at once"],
  ],
  examples: [
    `${COMMAND} sync-to-pulumi --environment staging --from .env --dry-run`,
    `${COMMAND} sync-to-pulumi OPENAI_API_KEY --environment staging`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const file = typed.text("from");
  const named = namedSlots(context.catalog, typed.names).map((slot) => slot.secret);
  requireSyncable(named);
  if (file === undefined && named.length === 0) {
    throw new RemedyError({
      code: "usage-invalid",
      subject: "sync-to-pulumi",
      cause: "takes names, or --from",
      remedy: "name the secrets to take from the environment",
    });
  }
  const input: Input = file === undefined ? context.env : readInput(context, file);
  const names = new Set(named.length > 0 ? named.map((entry) => entry.name) : givenIn(context, input));
  const options = {
    dryRun: typed.has("dryRun"),
    allOrNothing: typed.has("allOrNothing"),
    allowMany: typed.has("allowManyChanges") || named.length > 0,
  };
  const environment = typed.text("environment") ?? "";
  const report = await syncByHand(context, { environment, input, names, options });
  return reportSync(context, report, options.dryRun);
}

function requireSyncable(named: readonly Entry[]): void {
  const never = named.filter((entry) => entry.bootstrap).map((entry) => entry.name);
  if (never.length === 0) return;
  throw new RemedyError({
    code: "secret-never-synced",
    subject: never.join(", "),
    cause: "is the pipeline's own and never goes to ESC",
    remedy: "leave it out",
  });
}
