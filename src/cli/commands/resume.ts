import { RemedyError } from "../../errors";
import { requireCloud } from "../../operations/context";
import { defineCommand, EXIT } from "../command";
import { environments } from "../options";

/** Ends pauses. */
export const resumeCommand = defineCommand({
  name: "resume",
  topic: "fix",
  summary: "Resume syncing to paused environments",
  details: [
    "Writes no value. The next run of the workflow, daily or started by a person, brings what GitHub has.",
  ],
  positionals: { resumed: environments("deployment environments; all when left out") },
  options: {},
  examples: ["resume production"],
  load: () => ({
    ...(require("../../ledger/pause") as typeof import("../../ledger/pause")),
    ...(require("../../operations/pauses/pause-sync") as typeof import("../../operations/pauses/pause-sync")),
  }),
  run: async (context, { resumed }, { describePause, resumeSync }) => {
    const { terminal, project } = context;
    const outcomes = await resumeSync(requireCloud(context), project.settings, resumed);
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
  },
});
