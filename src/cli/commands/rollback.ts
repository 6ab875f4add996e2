import { requireCloud } from "../../operations/context";
import type { Project } from "../../operations/project";
import type { Rollback } from "../../operations/versions/roll-back";
import { COMMAND, namesIn } from "../../text";
import { type CommandContext, defineCommand, EXIT, type ExitCode } from "../command";
import { flag, group, oneEnvironment, requiredText } from "../options";

const loadReport = () => require("../../sync/report") as typeof import("../../sync/report");

/** Brings back what worked. */
export const rollbackCommand = defineCommand({
  name: "rollback",
  topic: "fix",
  summary: "Restore an earlier revision and pause the sync",
  details: [
    "Shows names, never values: ciphertext is written as it was. Everything is looked at before anything is written, and the brake of the sync holds. What the catalog does not know is left alone; what is due by tombstone stays gone; a secret that had no value then loses its value.",
    "GitHub stays the source: set the right values there, then resume. May be interrupted and run again. While one rollback's pause lasts, another is refused; what stands at the end is compared with what was asked.",
    "Where changes need an approval (approvers in the stack's config) it proposes them, pauses the sync meanwhile and ends with 1; run again once they are applied, it brings the ledger in line.",
  ],
  positionals: { environment: oneEnvironment("deployment environment") },
  options: {
    to: requiredText(
      "<revision>",
      "a tag such as run-123, or with --group a revision's number; history lists them",
    ),
    group: group("this group alone"),
    dryRun: flag("show the plan and write nothing"),
    allowManyChanges: flag("replace an unusual number of values at once"),
  },
  examples: ["rollback production --to run-123 --dry-run", "rollback production --to 7 --group api-keys"],
  load: () => ({
    ...(require("../../clients/pulumi-organization") as typeof import("../../clients/pulumi-organization")),
    ...(require("../../operations/observation/composite-imports") as typeof import("../../operations/observation/composite-imports")),
    ...(require("../../operations/versions/roll-back") as typeof import("../../operations/versions/roll-back")),
    ...loadReport(),
  }),
  run: async (context, { environment, to, group, dryRun, allowManyChanges }, work) => {
    const cloud = requireCloud(context);
    const groups = group === undefined ? Object.keys(context.catalog.groups).sort() : [group];
    const done = await work.rollBack(context, cloud, {
      environment,
      groups,
      to,
      dryRun,
      allowMany: allowManyChanges,
      by: () => work.currentUser(context.cloudCall()),
    });
    const code = report(context, done, dryRun, work);
    const pinned = await work.pinnedGroups(cloud, context.project.settings, environment, groups);
    if (pinned.length > 0) {
      const which = `${pinned.join(", ")} of ${environment}`;
      context.terminal.say(
        `warning: applications get ${which} at a pinned tag (compositeTags), not what is newest`,
      );
    }
    return code;
  },
});

function report(
  context: CommandContext,
  { report, paused, warnings, failure }: Rollback,
  dryRun: boolean,
  { headline, logLines, outcomeOf }: ReturnType<typeof loadReport>,
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

function isPaused(deployment: string): string[] {
  return [
    `The sync of ${deployment} is paused, or its next run would bring GitHub's values back. Set the right ones in GitHub, then: ${COMMAND} resume ${deployment}`,
  ];
}

function isProposed(deployment: string, { settings }: Project): string[] {
  return [
    `Nothing has changed yet: it is for ${settings.approvers.join(" or ")} to approve. Once it is applied, run this again: that brings the ledger in line.`,
    `The sync of ${deployment} is paused until somebody resumes it, or its next run would bring GitHub's values back.`,
    `To give this up: close the change request, then ${COMMAND} resume ${deployment}`,
  ];
}
