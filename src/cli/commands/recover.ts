import { type Recovery, recover } from "../../operations/recovery/recover";
import { counted } from "../../text";
import { type CommandContext, type CommandSpec, EXIT, type ExitCode, type Typed } from "../command";
import { tableLines } from "../table";

/** After an `up` that died: what it made and forgot comes into the state. */
export const recoverCommand: CommandSpec = {
  name: "recover",
  topic: "mend",
  description: "Take what a broken-off pulumi up left behind into the state",
  details: [
    "An up that was killed, or refused halfway, leaves environments, teams, a role, webhooks or an issuer that the state does not know; each later up fails on them as existing (409). Reads Pulumi Cloud and writes the state alone; a copy of the state as it was is kept in .sophia-secrets/. Says which operations Pulumi notes as broken off. Refuses what holds text that the next up would replace.",
  ],
  options: [
    ["--dry-run", "say what would be taken and stop"],
    ["--json", "print the outcome as JSON"],
  ],
  examples: ["npx sophia-secrets recover --dry-run", "npx sophia-secrets recover --stack staging"],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal, project } = context;
  const dryRun = typed.has("dryRun");
  const done = await recover(context, dryRun);
  if (typed.has("json")) {
    terminal.print(JSON.stringify(done));
    return EXIT.done;
  }
  const count = done.recovered.length;
  if (count === 0)
    terminal.print(
      `Nothing to recover in ${project.stack}: no environment, tag, team, role, issuer or webhook that its next pulumi up creates exists yet (--stack NAME for another)`,
    );
  else terminal.print(`${count} ${dryRun ? "would be taken" : "taken"} into the state of ${project.stack}`);
  for (const line of tableLines(done.recovered.map(({ type, id }) => [`  ${kindOf(type)}`, id])))
    terminal.print(line);
  if (count > 0 && !dryRun) terminal.print(`Now: pulumi up -s ${project.stack}`);
  if (done.pending.length > 0) for (const line of pendingLines(done, project.stack)) terminal.print(line);
  return EXIT.done;
}

/**
 * The engine carries what was being created from state to state and warns of it at each `up`, also once that has made it;
 * everything else the next `up` drops (its `SnapshotManager`). At a terminal the refresh asks of each create what became
 * of it, whatever its options say: hence --non-interactive.
 */
function pendingLines({ pending }: Recovery, stack: string): string[] {
  const forget = `pulumi refresh -s ${stack} --clear-pending-creates --non-interactive --yes`;
  const isKept = pending.some(({ operation }) => operation === "creating");
  return [
    `Pulumi notes ${counted(pending.length, "operation")} as broken off:`,
    ...tableLines(pending.map(({ operation, urn }) => [`  ${operation}`, kindOfUrn(urn), nameOfUrn(urn)])),
    isKept
      ? `It warns of what was being created at each up. Once pulumi up has ended well, let it forget that: ${forget}`
      : "The next pulumi up does them anew, and forgets them.",
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
