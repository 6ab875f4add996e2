import type { Recovery, RecoveryProgress } from "../../operations/recovery/recover";
import { counted } from "../../text";
import { type CommandContext, defineCommand, EXIT } from "../command";
import { flag } from "../options";
import { tableLines } from "../table";

/** Imports what an interrupted `up` made and did not record. */
export const recoverCommand = defineCommand({
  name: "recover",
  topic: "fix",
  summary: "Import what an interrupted pulumi up left behind",
  details: [
    "An up that was killed or refused halfway leaves environments, teams, webhooks, files of carriers and the like that the state does not have. Each later up then fails because they exist. The command reads Pulumi Cloud and GitHub and changes the state alone; it keeps a copy of the state in .sophia-secrets/. It names the operations that Pulumi records as interrupted, leaves files with other content as they are, and refuses to import an environment with text that the next up would replace: it names the imports, functions, values and comments that stand there. What stands in a values environment beside the sync's part is named and kept.",
    "--json prints { recovered: [{ type, id }], foreign: [{ code, subject, cause, remedy }], kept: [{ subject, holds }], pending: [{ operation, urn }], backup }.",
  ],
  options: {
    dryRun: flag("show what would be imported and stop"),
    json: flag("print the outcome as JSON"),
  },
  examples: ["recover --dry-run", "recover --stack staging"],
  load: () =>
    require("../../operations/recovery/recover") as typeof import("../../operations/recovery/recover"),
  run: async (context, { dryRun, json }, { recover }) => {
    const done = await recover(context, dryRun, (progress) => tell(context, progress));
    if (json) context.terminal.print(JSON.stringify(done));
    else report(context, done, dryRun);
    return EXIT.done;
  },
});

function report({ terminal, project }: CommandContext, done: Recovery, dryRun: boolean): void {
  const count = done.recovered.length;
  if (count === 0)
    terminal.print(
      `Nothing to recover in ${project.stack}: nothing that its next pulumi up creates exists yet (for another stack: --stack NAME)`,
    );
  else
    terminal.print(
      `${count} ${dryRun ? "would be imported" : "imported"} into the state of ${project.stack}`,
    );
  for (const line of tableLines(done.recovered.map(({ type, id }) => [`  ${kindOf(type)}`, id])))
    terminal.print(line);
  for (const { subject, holds } of done.kept)
    terminal.print(`Kept as it is: ${subject} has ${holds.join("; ")}, beside what the sync writes there`);
  for (const { subject, cause, remedy } of done.foreign)
    terminal.print(`Not imported: ${subject} ${cause}. Remedy: ${remedy}`);
  if (count > 0 && !dryRun) terminal.print(`Next: pulumi up -s ${project.stack}`);
  if (done.pending.length > 0) for (const line of pendingLines(done, project.stack)) terminal.print(line);
}

function tell({ terminal }: CommandContext, progress: RecoveryProgress): void {
  if (progress.doing === "preview") terminal.progress("Asking Pulumi what the next up would create");
  else if (progress.doing === "backup") terminal.say(`The state as it was is in ${progress.file}`);
  else terminal.progress(`Importing ${counted(progress.count, "resource")} into the state`);
}

/**
 * The engine keeps pending creations in the state and warns of them at each `up`, also after an `up` has made them; it drops
 * all other pending operations (its `SnapshotManager`). On a terminal the refresh asks about each creation, whatever its
 * options say: hence --non-interactive.
 */
function pendingLines({ pending }: Recovery, stack: string): string[] {
  const forget = `pulumi refresh -s ${stack} --clear-pending-creates --non-interactive --yes`;
  const isKept = pending.some(({ operation }) => operation === "creating");
  return [
    `Pulumi records ${counted(pending.length, "operation")} as interrupted:`,
    ...tableLines(pending.map(({ operation, urn }) => [`  ${operation}`, kindOfUrn(urn), nameOfUrn(urn)])),
    isKept
      ? `It warns of pending creations at each up. After a pulumi up that succeeds, clear them: ${forget}`
      : "The next pulumi up does them again, and clears them.",
  ];
}

/** `urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME`. */
function nameOfUrn(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

function kindOfUrn(urn: string): string {
  return kindOf(urn.split("::")[2] ?? "");
}

/** `pulumiservice:index:Team` is a Team. */
function kindOf(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}
