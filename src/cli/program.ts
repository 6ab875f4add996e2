import { Command, CommanderError } from "commander";
import { RemedyError } from "../errors";
import type { Context, Terminal } from "../operations/context";
import { type CommandSpec, EXIT, TOPICS } from "./command";
import { accessCommand } from "./commands/access";
import { adoptCommand } from "./commands/adopt";
import { auditCommand } from "./commands/audit";
import { compromiseCommand } from "./commands/compromise";
import { driftCommand } from "./commands/drift";
import { evidenceCommand } from "./commands/evidence";
import { historyCommand } from "./commands/history";
import { pauseCommand } from "./commands/pause";
import { planCommentCommand } from "./commands/plan-comment";
import { recoverCommand } from "./commands/recover";
import { repairCommand } from "./commands/repair";
import { resumeCommand } from "./commands/resume";
import { rollbackCommand } from "./commands/rollback";
import { rotationCommand } from "./commands/rotation";
import { runAsCommand } from "./commands/run-as";
import { setCommand } from "./commands/set";
import { statusCommand } from "./commands/status";
import { syncAllCommand } from "./commands/sync-all";
import { syncToGithubCommand } from "./commands/sync-to-github";
import { syncToPulumiCommand } from "./commands/sync-to-pulumi";
import { verifyCommand } from "./commands/verify";

/** Every command, in the order of its topic. */
const COMMANDS: readonly CommandSpec[] = [
  adoptCommand,
  setCommand,
  syncToGithubCommand,
  syncToPulumiCommand,
  syncAllCommand,
  statusCommand,
  verifyCommand,
  driftCommand,
  rotationCommand,
  historyCommand,
  repairCommand,
  recoverCommand,
  pauseCommand,
  resumeCommand,
  rollbackCommand,
  compromiseCommand,
  accessCommand,
  auditCommand,
  evidenceCommand,
  runAsCommand,
  planCommentCommand,
];

/** Longer lines are hard to read. */
const WIDEST = 100;

const EXIT_CODES = `Exit codes: ${EXIT.done} done, ${EXIT.found} something found, ${EXIT.failed} failed, refused or wrong usage.`;

/**
 * Runs one command line.
 *
 * @param argv without node and script.
 * @param openContext makes the context of the stack asked for, if any; called once it is sure that a command runs.
 * @returns the exit code: one of EXIT, or that of a command that was run.
 */
export async function runProgram(
  argv: readonly string[],
  openContext: (stack: string | undefined) => Promise<Context>,
  terminal: Terminal,
): Promise<number> {
  let code: number = EXIT.done;
  const program = frame(new Command("sophia-secrets"), terminal)
    .usage("<command> [options]")
    .description(
      `The chores around an organization's secrets. None of them ever shows a value.\n${EXIT_CODES}`,
    )
    // The list is for finding a command; its own help says what it takes.
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      visibleCommands: ({ commands }) => [...commands],
    })
    .addHelpText("after", "\nsophia-secrets <command> --help says what a command takes, with examples.");
  for (const spec of COMMANDS) {
    addCommand(program, spec, terminal, async (typed, stack) => {
      code = await spec.run({ ...(await openContext(stack)), terminal }, typed);
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.failed;
    for (const line of linesIn(`error: ${describe(error)}`)) terminal.say(line);
    return EXIT.failed;
  }
}

function addCommand(
  program: Command,
  spec: CommandSpec,
  terminal: Terminal,
  run: (typed: Parameters<CommandSpec["run"]>[1], stack: string | undefined) => Promise<void>,
): void {
  const command = frame(program.command(spec.name), terminal).description(
    [`${spec.description}.`, ...spec.details].join("\n\n"),
  );
  command.summary(spec.description).helpGroup(`${TOPICS[spec.topic]}:`);
  if (spec.names !== undefined) command.argument(...spec.names).allowExcessArguments();
  for (const option of spec.required ?? []) command.requiredOption(...option);
  for (const option of spec.options) command.option(...option);
  command.option("-s, --stack <name>", "the stack whose config counts (default: the organization's owner)");
  command.addHelpText("after", `\n${["Examples:", ...spec.examples.map((each) => `  ${each}`)].join("\n")}`);
  command.action(async () => {
    const options = command.opts<Record<string, string | boolean | undefined>>();
    const text = (option: string) => {
      const value = options[option];
      return typeof value === "string" ? value : undefined;
    };
    const has = (option: string) => options[option] === true;
    await run({ names: command.args, has, text }, text("stack"));
  });
}

function frame(command: Command, terminal: Terminal): Command {
  return command
    .exitOverride()
    .showHelpAfterError("(add --help for what it takes)")
    .configureOutput({
      writeOut: (text) => {
        for (const line of linesIn(text)) terminal.print(line);
      },
      // Of an option that is not known only the name: who types a value there shall not see it in a log as well.
      writeErr: (text) => {
        for (const line of linesIn(text.replace(/(unknown option '[^'=]*)=.*'/s, "$1'"))) terminal.say(line);
      },
      getOutHelpWidth: () => Math.min(terminal.width ?? WIDEST, WIDEST),
      getErrHelpWidth: () => Math.min(terminal.width ?? WIDEST, WIDEST),
    });
}

/** The lines of a text of several: a terminal takes one at a time, and writes a line end inside it out. */
function linesIn(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** With the remedy in a line of its own where several names or problems stand before it: behind a list nobody finds it. */
function inLines({ problem: { subject, cause, remedy }, message }: RemedyError): string {
  const isList = subject.includes(", ") || cause.includes("\n");
  return isList ? `${subject}: ${cause}\n  Remedy: ${remedy}` : message;
}

/** Our own errors speak for themselves; of all others the kind alone is told, for their message may quote a value. */
function describe(error: unknown): string {
  if (error instanceof RemedyError) return inLines(error);
  const kind = error instanceof Error ? error.name : typeof error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const told = typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : "";
  return `sophia-secrets: an unexpected ${kind}${told}. Remedy: run again; if it comes back, report this line and the command`;
}
