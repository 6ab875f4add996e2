import { RemedyError } from "../../errors";
import { requireCloud } from "../../operations/context";
import { defineCommand, EXIT } from "../command";
import { environments, requiredText, text } from "../options";
import { pauseEnd } from "../time-options";

/** Pauses the sync of environments. */
export const pauseCommand = defineCommand({
  name: "pause",
  topic: "fix",
  summary: "Pause syncing to one or more environments",
  details: [
    "The ledger holds the pause. Runs of the workflow still start; they write nothing, say why, and do not fail. A sync by hand is refused. A new pause replaces an existing one. The right to write the ledger is enough; nothing is opened.",
  ],
  positionals: { paused: environments("deployment environments; all when left out") },
  options: {
    reason: requiredText("<text>", "why, in one line of at most 200 characters; everybody may read it"),
    for: text("<time>", "how long: 30m, 4h, 2d, 1w"),
    until: text("<time>", "until when, UTC: 2026-12-31 or 2026-12-31T18:00Z"),
  },
  examples: [
    'pause production --reason "vendor rotates keys" --for 4h',
    'pause --reason "incident 42, see the channel"',
  ],
  load: () => ({
    ...(require("../../clients/pulumi-organization") as typeof import("../../clients/pulumi-organization")),
    ...(require("../../operations/pauses/pause-sync") as typeof import("../../operations/pauses/pause-sync")),
  }),
  run: async (context, { paused, reason, ...end }, { currentUser, pauseSync }) => {
    const { terminal, project, now } = context;
    const until = pauseEnd(end, now());
    const cloud = requireCloud(context);
    const by = await currentUser(context.cloudCall());
    const request = { reason: reason.trim(), until, by, now: now() };
    const outcomes = await pauseSync(cloud, project.settings, paused, request);
    for (const { environment, before, failure } of outcomes) {
      if (failure !== undefined)
        terminal.say(`error: ${environment} is not paused: ${new RemedyError(failure).message}`);
      else {
        const replaced = before === undefined ? "" : ` (replaces the pause: ${before.reason})`;
        terminal.print(`${environment}: paused until ${until ?? "somebody resumes it"}${replaced}`);
      }
    }
    return outcomes.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done;
  },
});
