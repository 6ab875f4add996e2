import { headline, logLines, outcomeOf } from "../sync/report";
import type { EnvironmentReport } from "../sync/sync-environment";
import { type CommandContext, EXIT, type ExitCode } from "./command";

/** Shows what a sync did: the lines on stdout, what to fix or approve on stderr. */
export function reportSync(
  { terminal }: CommandContext,
  report: EnvironmentReport,
  dryRun: boolean,
): ExitCode {
  const { failures, awaiting, warnings } = outcomeOf(report);
  for (const line of [headline(report, dryRun), ...logLines(report)]) terminal.print(line);
  for (const warning of warnings) terminal.say(`warning: ${warning}`);
  for (const failure of failures) terminal.say(`error: ${failure}`);
  for (const each of awaiting) terminal.say(each);
  if (failures.length > 0) return EXIT.failed;
  return awaiting.length === 0 ? EXIT.done : EXIT.found;
}
