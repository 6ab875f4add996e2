import type { JobLog } from "./job-log";
import type { Values } from "./run-request";
import { COMMAND_NAMES, parseCommand, type WorkflowCommand } from "./workflow-command";

/** Stop tokens up to this length are too common to mask (ActionCommandManager.cs). */
const UNMASKED_TOKEN_LENGTH = 6;

const LEVELS = { error: "error", warning: "warning", notice: "notice" } as const;

/** What one step's output lines do: nearly all are written to the log, some are commands to the runner. */
export class OutputCommands {
  /** Outputs set by the deprecated `::set-output::`. */
  readonly outputs: Values = {};
  /** Whether a command could not be carried out, which fails the step. */
  failed = false;
  private resumeToken: string | undefined;
  private echo = false;

  constructor(private readonly log: JobLog) {}

  handle(line: string): void {
    const command = parseCommand(line, this.resumeToken);
    if (command === undefined) this.log.write(line);
    else if (this.resumeToken !== undefined) this.whileStopped(line, command);
    else this.carryOut(line, command);
  }

  private whileStopped(line: string, command: WorkflowCommand): void {
    if (command.name === this.resumeToken?.toLowerCase()) this.resumeToken = undefined;
    this.log.write(line);
  }

  private carryOut(line: string, command: WorkflowCommand): void {
    const { name, data, properties } = command;
    if (this.echo && !["add-mask", "debug", "error", "warning", "notice"].includes(name))
      this.log.write(line);
    if (name === "add-mask") this.addMask(data);
    else if (name in LEVELS) this.log.annotate(name as keyof typeof LEVELS, data, properties.title);
    else if (name === "debug") this.log.debug(data);
    else if (name === "group") this.log.write(`##[group]${data}`);
    else if (name === "endgroup") this.log.write("##[endgroup]");
    else if (name === "stop-commands") this.stopCommands(line, data);
    else if (name === "echo") this.echo = data.trim().toUpperCase() === "ON";
    else if (name === "set-output") this.setOutput(properties.name, data);
    else if (name === "set-env" || name === "add-path") this.refuse(name);
    // save-state, add-matcher and remove-matcher do nothing here: no action is there to read or use them.
  }

  private addMask(value: string): void {
    if (value.trim() === "") {
      this.log.annotate("warning", "Can't add secret mask for empty string in ##[add-mask] command.");
      return;
    }
    if (this.echo) this.log.write("::add-mask::***");
    this.log.masker.addMask(value);
  }

  private stopCommands(line: string, token: string): void {
    if (token === "" || COMMAND_NAMES.has(token.toLowerCase()) || token.toLowerCase() === "pause-logging") {
      this.fail(
        "stop-commands",
        "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command.",
      );
      return;
    }
    this.resumeToken = token;
    if (token.length > UNMASKED_TOKEN_LENGTH) this.log.masker.addMask(token);
    this.log.write(line);
  }

  private setOutput(name: string | undefined, value: string): void {
    if (name === undefined)
      this.fail("set-output", "Required field 'name' is missing in ##[set-output] command.");
    else this.outputs[name] = value;
  }

  /** Output of a program must not be able to change the environment: CVE-2020-15228. */
  private refuse(name: string): void {
    this.fail(name, `The \`${name}\` command is disabled. Please upgrade to using Environment Files.`);
  }

  private fail(name: string, cause: string): void {
    this.failed = true;
    this.log.annotate("error", `Unable to process command '${name}' successfully.`);
    this.log.annotate("error", cause);
  }
}
