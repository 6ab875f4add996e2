import { currentUser } from "../../clients/pulumi-organization";
import { RemedyError } from "../../errors";
import { requireCloud } from "../../operations/context";
import { pauseSync } from "../../operations/pauses/pause-sync";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentArguments } from "../options";
import { untilOption } from "../time-options";

/** Pauses the sync of environments. */
export const pauseCommand: CommandSpec = {
  name: "pause",
  topic: "mend",
  description: "Pause syncing to one or more environments",
  details: [
    "The ledger holds the pause. Runs of the workflow still start; they write nothing, say why, and do not fail. A sync by hand is refused. A new pause replaces an existing one. The right to write the ledger is enough; nothing is opened.",
  ],
  names: ["[environments...]", "environments of the catalog; all when left out"],
  required: [["--reason <text>", "why, in one line of at most 200 characters; everybody may read it"]],
  options: [
    ["--for <time>", "how long: 30m, 4h, 2d, 1w"],
    ["--until <time>", "until when, UTC: 2026-12-31 or 2026-12-31T18:00Z"],
  ],
  examples: [
    `${COMMAND} pause production --reason "vendor rotates keys" --for 4h`,
    `${COMMAND} pause --reason "incident 42, see the channel"`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal, project } = context;
  const environments = environmentArguments(context, typed);
  const until = untilOption(typed, context.now());
  const cloud = requireCloud(context);
  const by = await currentUser(context.cloudCall());
  const request = { reason: (typed.text("reason") ?? "").trim(), until, by, now: context.now() };
  const outcomes = await pauseSync(cloud, project.settings, environments, request);
  for (const { environment, before, failure } of outcomes) {
    if (failure !== undefined)
      terminal.say(`error: ${environment} is not paused: ${new RemedyError(failure).message}`);
    else {
      const replaced = before === undefined ? "" : ` (replaces the pause: ${before.reason})`;
      terminal.print(`${environment}: paused until ${until ?? "somebody resumes it"}${replaced}`);
    }
  }
  return outcomes.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done;
}
