import { currentUser } from "../../clients/current-user";
import { type CommandSpec, type Doors, EXIT, type ExitCode, type Typed } from "../command";
import { environmentArguments } from "../environment-arguments";
import { requireCloud } from "../require-cloud";
import { parseUntil } from "../versions/parse-until";
import { pauseSync } from "../versions/pause-sync";

/** Keeps the sync away from environments. */
export const pauseCommand: CommandSpec = {
  name: "pause",
  topic: "mend",
  description: "Let no sync write to environments until a time, or until resumed",
  details: [
    "The pause stands in the ledger. Runs of the workflow still start: they write nothing, say why, and do not fail. A sync by hand refuses. A pause that stands is replaced. Who may write the ledger may pause; nothing is opened.",
  ],
  names: ["[environments...]", "environments of the catalog; all when left out"],
  required: [["--reason <text>", "why, in one line of at most 200 characters; everybody may read it"]],
  options: [
    ["--for <time>", "how long: 30m, 4h, 2d, 1w"],
    ["--until <time>", "until when, UTC: 2026-12-31 or 2026-12-31T18:00Z"],
  ],
  examples: [
    'npx sophia-secrets pause production --reason "vendor rotates keys" --for 4h',
    'npx sophia-secrets pause --reason "incident 42, see the channel"',
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { terminal, project } = doors;
  const environments = environmentArguments(doors, typed);
  const until = parseUntil(typed, doors.now());
  const cloud = requireCloud(doors);
  const by = await currentUser(doors.cloudCall());
  const request = { reason: (typed.text("reason") ?? "").trim(), until, by, now: doors.now() };
  const outcomes = await pauseSync(cloud, project.settings, environments, request);
  for (const { environment, before, failure } of outcomes) {
    if (failure !== undefined) terminal.say(`error: ${environment} is not paused: ${failure}`);
    else {
      const replaced = before === undefined ? "" : ` (in place of: ${before.reason})`;
      terminal.print(`${environment}: paused until ${until ?? "somebody resumes it"}${replaced}`);
    }
  }
  return outcomes.some(({ failure }) => failure !== undefined) ? EXIT.failed : EXIT.done;
}
