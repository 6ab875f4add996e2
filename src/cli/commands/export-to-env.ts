import { COMMAND, counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environmentOrFirst, flag, requiredText, words } from "../options";
import type { Terminal } from "../terminal";

/** Writes an environment's values to a file for local development. */
export const exportToEnvCommand = defineCommand({
  name: "export-to-env",
  topic: "files",
  summary: "Write values from ESC to a .env file",
  details: [
    "Opens what an application of one deployment environment opens, which Pulumi Cloud's audit log records. The file has mode 0600, appears whole or not at all, and must be one that git ignores. Nothing of a value is shown.",
    "Node's --env-file, npm's dotenv, python-dotenv, Docker Compose and a shell read it alike. A value that no quotes carry to all of them is refused by name; --except leaves it out. To run a program without a file: pulumi env run.",
    "Ends with 1 if a required secret has no value. --json prints { file, environment, written, missing }: a list of names each; with --dry-run nothing is written.",
  ],
  replaces: "secrets_manager.py export-to-env",
  positionals: { names: words("[names...]", "secrets to write; all when left out", { completes: "secret" }) },
  options: {
    envFile: requiredText("<file>", "file to write", { completes: "file" }),
    environment: environmentOrFirst("deployment environment"),
    except: flag("leave the named secrets out instead"),
    replace: flag("replace the file if it is there"),
    dryRun: flag("open and check everything, write nothing"),
    json: flag("print names as JSON"),
  },
  examples: [
    "export-to-env --env-file .env",
    "export-to-env --env-file .env.staging --environment staging --replace",
  ],
  load: () =>
    require("../../operations/values/export-values") as typeof import("../../operations/values/export-values"),
  run: async ({ terminal, ...context }, typed, { exportValues }) => {
    const { envFile: file, json, ...asked } = typed;
    const done = await exportValues(context, { ...asked, file, format: "env" });
    return tellExport(terminal, { ...asked, ...done, file }, json);
  },
});

/** Tells what `exportValues` wrote. @returns the exit code. */
export function tellExport(
  terminal: Terminal,
  { file, environment, written, missing, dryRun }: Exported,
  json: boolean,
): number {
  if (json) terminal.print(JSON.stringify({ file, environment, written, missing }));
  else {
    const did = dryRun ? "would hold" : "holds";
    terminal.print(`${file}: ${did} ${counted(written.length, "value")} of ${environment}`);
    if (missing.length > 0)
      terminal.say(
        `without a value in ESC: ${namesIn(missing)}; ${COMMAND} status --environment ${environment}`,
      );
  }
  return missing.length === 0 ? EXIT.done : EXIT.found;
}

interface Exported {
  file: string;
  environment: string;
  written: readonly string[];
  missing: readonly string[];
  dryRun: boolean;
}
