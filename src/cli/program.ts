import { Command as CommanderCommand, CommanderError } from "commander";
import { RemedyError } from "../errors";
import type { Context, FolderContext } from "../operations/context";
import { COMMAND } from "../text";
import { type Command, type CommandSpec, EXIT, flagOf, TOPICS, type TypedLine } from "./command";
import { accessCommand } from "./commands/access";
import { adoptCommand } from "./commands/adopt";
import { auditCommand } from "./commands/audit";
import { completionCommand } from "./commands/completion";
import { compromiseCommand } from "./commands/compromise";
import { configureGithubCommand } from "./commands/configure-github";
import { detectMissingCommand } from "./commands/detect-missing";
import { diffCommand } from "./commands/diff";
import { dockerCredentialCommand } from "./commands/docker-credential";
import { dockerEnvCommand } from "./commands/docker-env";
import { driftCommand } from "./commands/drift";
import { evidenceCommand } from "./commands/evidence";
import { exportToEnvCommand } from "./commands/export-to-env";
import { externalSecretCommand } from "./commands/external-secret";
import { generateTemplateCommand } from "./commands/generate-template";
import { historyCommand } from "./commands/history";
import { importEnvCommand } from "./commands/import-env";
import { importFromEnvCommand } from "./commands/import-from-env";
import { initCommand } from "./commands/init";
import { pauseCommand } from "./commands/pause";
import { planCommentCommand } from "./commands/plan-comment";
import { recoverCommand } from "./commands/recover";
import { repairCommand } from "./commands/repair";
import { reportCommand } from "./commands/report";
import { resumeCommand } from "./commands/resume";
import { rollbackCommand } from "./commands/rollback";
import { rotationCommand } from "./commands/rotation";
import { runCommand } from "./commands/run";
import { runAsCommand } from "./commands/run-as";
import { scanCommand } from "./commands/scan";
import { scanFilterCommand } from "./commands/scan-filter";
import { setCommand } from "./commands/set";
import { setupRepoCommand } from "./commands/setup-repo";
import { statusCommand } from "./commands/status";
import { syncCommand } from "./commands/sync";
import { syncAllCommand } from "./commands/sync-all";
import { syncToGithubCommand } from "./commands/sync-to-github";
import { syncToPulumiCommand } from "./commands/sync-to-pulumi";
import { unusedCommand } from "./commands/unused";
import { validateCommand } from "./commands/validate";
import { verifyCommand } from "./commands/verify";
import { errorDocument, errorLines } from "./report-error";
import type { Terminal } from "./terminal";

/** Every command, in the order of its topic. To add one: a line here. */
export const COMMANDS: readonly Command[] = [
  initCommand,
  setupRepoCommand,
  adoptCommand,
  setCommand,
  syncToGithubCommand,
  syncToPulumiCommand,
  syncAllCommand,
  runCommand,
  externalSecretCommand,
  dockerCredentialCommand,
  generateTemplateCommand,
  importFromEnvCommand,
  exportToEnvCommand,
  importEnvCommand,
  syncCommand,
  dockerEnvCommand,
  configureGithubCommand,
  reportCommand,
  statusCommand,
  verifyCommand,
  detectMissingCommand,
  validateCommand,
  unusedCommand,
  scanCommand,
  scanFilterCommand,
  driftCommand,
  diffCommand,
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
  completionCommand(() => COMMANDS.map(({ spec }) => spec)),
];

/** Longer lines are hard to read. */
const WIDEST = 100;

const EXIT_CODES = `Exit codes: ${EXIT.done} done, ${EXIT.found} something found, ${EXIT.failed} failed, refused or wrong usage.`;

/** What every command takes besides its own options. */
export const STACK_OPTION = [
  "-s, --stack <name>",
  "Pulumi stack to use (default: the one that owns the organization's secrets)",
] as const;

/**
 * Runs one command line.
 *
 * @param argv without node and script.
 * @param openContext makes the context of the stack asked for, if any; called once it is sure that a command needs it.
 * @param openFolder makes the context of a command that needs no project.
 * @returns the exit code: one of EXIT, or that of a command that was run.
 */
export async function runProgram(
  argv: readonly string[],
  openContext: (stack: string | undefined) => Promise<Context>,
  openFolder: () => Promise<FolderContext>,
  terminal: Terminal,
): Promise<number> {
  let code: number = EXIT.done;
  const program = frame(new CommanderCommand("sophia-secrets"), terminal)
    .usage("<command> [options]")
    .description(
      `Manage the secrets that the catalog declares, in GitHub and Pulumi ESC. No command shows a value.\n${EXIT_CODES}`,
    )
    // The list is for finding a command; its own help says what it takes.
    .configureHelp({
      subcommandTerm: (command) => command.name(),
      visibleCommands: ({ commands }) => [...commands],
    })
    .addHelpText("after", `\n${COMMAND} <command> --help shows what a command takes, with examples.`);
  for (const command of COMMANDS) {
    addCommand(program, command.spec, terminal, async (typed, stack) => {
      const show = command.spec.asksValue === true ? terminal.hideTyping() : undefined;
      try {
        code = await command.run({ terminal, open: () => openContext(stack), openFolder }, typed);
      } finally {
        show?.();
      }
    });
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    // Nothing was typed: commander has shown the help.
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.failed;
    tellError(error instanceof CommanderError ? usageError(error, argv) : error, argv, terminal);
    return EXIT.failed;
  }
}

function addCommand(
  program: CommanderCommand,
  spec: CommandSpec,
  terminal: Terminal,
  run: (typed: TypedLine, stack: string | undefined) => Promise<void>,
): void {
  const { replaces } = spec;
  const command = frame(program.command(spec.name), terminal).description(
    [`${spec.summary}.`, ...spec.details, ...(replaces === undefined ? [] : [`Replaces ${replaces}.`])].join(
      "\n\n",
    ),
  );
  // The help names the script; its names are for hands that know them.
  if (replaces !== undefined && !replaces.includes(" "))
    command.aliases([...new Set([replaces, replaces.replace(/\.\w+$/, "")])]).usage("[options]");
  command.summary(spec.summary).helpGroup(`${TOPICS[spec.topic]}:`);
  for (const { notation, description } of Object.values(spec.positionals ?? {}))
    command.argument(notation, description).allowExcessArguments();
  for (const [name, { argument, description, required }] of Object.entries(spec.options)) {
    const flags = [flagOf(name), ...(argument === undefined ? [] : [argument])].join(" ");
    if (required === true) command.requiredOption(flags, description);
    else command.option(flags, description);
  }
  // The scripts called a deployment environment so: commands in their place have an option of their own.
  const ownStack = "stack" in spec.options;
  if (!ownStack && spec.needsNoProject !== true) command.option(...STACK_OPTION);
  const examples = spec.examples.map((each) => `  ${COMMAND} ${each}`);
  command.addHelpText("after", `\n${["Examples:", ...examples].join("\n")}`);
  command.action(async () => {
    const { stack, ...options } = command.opts<TypedLine["options"]>();
    if (ownStack) return run({ words: command.args, options: { ...options, stack } }, undefined);
    await run({ words: command.args, options }, typeof stack === "string" ? stack : undefined);
  });
}

function frame(command: CommanderCommand, terminal: Terminal): CommanderCommand {
  const width = () => Math.min(terminal.width ?? WIDEST, WIDEST);
  return command.exitOverride().configureOutput({
    writeOut: (text) => {
      for (const line of linesIn(text)) terminal.print(line);
    },
    // The help that is shown where no command was typed; errors come as what is thrown.
    writeErr: (text) => {
      for (const line of linesIn(text)) terminal.say(line);
    },
    outputError: () => undefined,
    getOutHelpWidth: width,
    getErrHelpWidth: width,
  });
}

/** The lines of a text of several: a terminal takes one at a time, and writes a line end inside it out. */
function linesIn(text: string): string[] {
  return text.replace(/\n$/, "").split("\n");
}

/** What commander refused, in its words. Of an unknown option only the name: who types a value there must not see it in a log. */
function usageError({ message }: CommanderError, argv: readonly string[]): unknown {
  const typed = COMMANDS.find(({ spec }) => spec.name === argv[0])?.spec.name;
  const cause = message
    .replace(/^error: /, "")
    .replace(/(unknown option '[^'=]*)=.*'/s, "$1'")
    .replace(/\s*\n\s*/g, " ");
  return new RemedyError({
    code: "usage-invalid",
    subject: typed ?? "sophia-secrets",
    cause,
    remedy: `${[COMMAND, ...(typed === undefined ? [] : [typed])].join(" ")} --help shows what it takes`,
  });
}

/** An error, for a person; and as data to stdout for a program that asked for JSON. */
function tellError(error: unknown, argv: readonly string[], terminal: Terminal): void {
  const own = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  if (own.includes("--json")) terminal.print(JSON.stringify({ error: errorDocument(error) }));
  for (const line of errorLines(error)) terminal.say(line);
}
