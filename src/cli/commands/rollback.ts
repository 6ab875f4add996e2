import { pathOf, valuesEnvironment } from "../../catalog/layout";
import { currentUser } from "../../clients/pulumi-organization";
import { requireCloud } from "../../operations/context";
import { readPins } from "../../operations/observation/composite-imports";
import type { Project } from "../../operations/project";
import { type Rollback, rollBack } from "../../operations/versions/roll-back";
import { headline, logLines, outcomeOf } from "../../sync/report";
import { COMMAND, namesIn } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentArgument, groupOption } from "../options";

/** Back to what worked. */
export const rollbackCommand: CommandSpec = {
  name: "rollback",
  topic: "mend",
  description: "Bring an environment back to an earlier revision; pauses its sync",
  details: [
    "Shows names, never values: ciphertext is written as it was. Everything is looked at before anything is written, and the brake of the sync holds. What the catalog does not know is left alone; what is due by tombstone stays gone; a secret that had no value then loses its value.",
    "GitHub stays the source: set the right values there, then resume. May be interrupted and run again. While one rollback's pause stands, another is refused; what stands at the end is compared with what was asked.",
    "Where changes need an approval (approvers in the stack's config) it proposes them, pauses the sync meanwhile and ends with 1; run again once they are applied, it brings the ledger in line.",
  ],
  names: ["<environment>", "environment of the catalog"],
  required: [
    ["--to <revision>", "a tag such as run-123, or with --group a revision's number; history lists them"],
  ],
  options: [
    ["--group <name>", "this group alone"],
    ["--dry-run", "show the plan and write nothing"],
    ["--allow-many-changes", "replace an unusual number of values at once"],
  ],
  examples: [
    `${COMMAND} rollback production --to run-123 --dry-run`,
    `${COMMAND} rollback production --to 7 --group api-keys`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const cloud = requireCloud(context);
  const environment = environmentArgument(context, typed, "rollback");
  const groups = groupOption(context, typed);
  const dryRun = typed.has("dryRun");
  const done = await rollBack(context, cloud, {
    environment,
    groups,
    to: typed.text("to") ?? "",
    dryRun,
    allowMany: typed.has("allowManyChanges"),
    by: () => currentUser(context.cloudCall()),
  });
  const code = report(context, done, dryRun);
  const { settings } = context.project;
  const pins = await readPins(cloud, settings, environment);
  const pinned = groups.filter((group) => pathOf(valuesEnvironment(settings, environment, group)) in pins);
  if (pinned.length > 0) {
    const which = `${pinned.join(", ")} of ${environment}`;
    context.terminal.say(
      `warning: applications get ${which} at a pinned tag (compositeTags), not what is newest`,
    );
  }
  return code;
}

function report(
  context: CommandContext,
  { report, paused, warnings, failure }: Rollback,
  dryRun: boolean,
): ExitCode {
  const { terminal, project } = context;
  const { environment } = report;
  const { failures, awaiting } = outcomeOf(report);
  if (failure !== undefined) failures.push(failure);
  for (const line of [headline(report, dryRun), ...logLines(report)]) terminal.print(line);
  for (const warning of [...warnings, ...comeBack(report)]) terminal.say(`warning: ${warning}`);
  for (const failure of failures) terminal.say(`error: ${failure}`);
  for (const each of awaiting) terminal.say(each);
  const after = awaiting.length === 0 ? isPaused(environment) : isProposed(environment, project);
  if (paused) for (const line of after) terminal.say(line);
  if (failures.length > 0) return EXIT.failed;
  return awaiting.length === 0 ? EXIT.done : EXIT.found;
}

/** Why a value was replaced nothing tells: it may have been for a leak. */
function comeBack({ groups }: Rollback["report"]): string[] {
  const names = groups.flatMap(({ lines }) =>
    lines
      .filter(({ verb, planned }) => (verb === "pending" ? planned : verb) === "update")
      .map(({ name }) => name),
  );
  if (names.length === 0) return [];
  return [
    `older values come back: ${namesIn(names)}. One that was replaced because it leaked leaks again, unless its vendor has revoked it`,
  ];
}

function isPaused(environment: string): string[] {
  return [
    `The sync of ${environment} is paused, or its next run would bring GitHub's values back. Set the right ones in GitHub, then: ${COMMAND} resume ${environment}`,
  ];
}

function isProposed(environment: string, { settings }: Project): string[] {
  return [
    `Nothing has changed yet: it is for ${settings.approvers.join(" or ")} to approve. Once it is applied, run this again: that brings the ledger in line.`,
    `The sync of ${environment} is paused until somebody resumes it, or its next run would bring GitHub's values back.`,
    `To give this up: close the change request, then ${COMMAND} resume ${environment}`,
  ];
}
