import { RemedyError } from "../../errors";
import { describePause } from "../../ledger/pause";
import { requireCloud } from "../../operations/context";
import { resumeSync } from "../../operations/pauses/pause-sync";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentArguments } from "../options";

/** Ends pauses. */
export const resumeCommand: CommandSpec = {
  name: "resume",
  topic: "mend",
  description: "Resume syncing to paused environments",
  details: [
    "It writes no value. The next run of the workflow, daily or started by somebody, brings what GitHub has.",
  ],
  names: ["[environments...]", "environments of the catalog; all when left out"],
  options: [],
  examples: [`${COMMAND} resume production`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal, project } = context;
  const environments = environmentArguments(context, typed);
  const outcomes = await resumeSync(requireCloud(context), project.settings, environments);
  for (const { environment, before, failure } of outcomes) {
    if (failure !== undefined)
      terminal.say(`error: ${environment} is not resumed: ${new RemedyError(failure).message}`);
    else
      terminal.print(
        before === undefined
          ? `${environment}: was not paused`
          : `${environment}: resumed; it was ${describePause(before)}`,
      );
  }
  return outcomes.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done;
}
