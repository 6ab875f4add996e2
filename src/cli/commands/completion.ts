import { type Command, type CommandSpec, defineCommand, EXIT } from "../command";
import { usageError, words } from "../options";

/**
 * Prints a shell's completion.
 *
 * @param specs of all commands, once they are known.
 */
export function completionCommand(specs: () => readonly CommandSpec[]): Command {
  return defineCommand({
    name: "completion",
    topic: "shell",
    summary: "Print completion for bash, zsh or fish",
    details: [
      "Completes commands, options, files, and the names of the catalog as they are now: print it again when these change. It evaluates nothing that you type and starts no process.",
    ],
    positionals: { shells: words("<shell>", "bash, zsh or fish") },
    options: {},
    examples: [
      "completion bash > ~/.sophia-secrets.bash && echo '. ~/.sophia-secrets.bash' >> ~/.bashrc",
      "completion zsh > ~/.sophia-secrets.zsh && echo '. ~/.sophia-secrets.zsh' >> ~/.zshrc",
      "completion fish > ~/.config/fish/completions/sophia-secrets.fish",
    ],
    load: () => require("../completion-script") as typeof import("../completion-script"),
    run: async ({ terminal, catalog }, { shells }, { SHELLS, completionScript }) => {
      const shell = SHELLS.find((each) => each === shells[0]);
      if (shell === undefined || shells.length !== 1)
        throw usageError({ command: "completion", name: "completion" }, `takes one of ${SHELLS.join(", ")}`);
      const names = {
        environment: catalog.environments,
        group: Object.keys(catalog.groups),
        secret: catalog.entries.map(({ name }) => name),
      };
      for (const line of completionScript(shell, specs(), names).trimEnd().split("\n")) terminal.print(line);
      return EXIT.done;
    },
  });
}
