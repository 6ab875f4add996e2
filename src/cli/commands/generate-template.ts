import { COMMAND, counted, shellPath } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, requiredText } from "../options";

/** Writes the .env file that applications have without a value. */
export const generateTemplateCommand = defineCommand({
  name: "generate-template",
  topic: "files",
  summary: "Write env.example: every secret's name, without a value",
  details: [
    "Writes each group's secrets with what a right value looks like and the vendor's page. Required secrets hold a placeholder, which every command knows for one. Optional ones are commented out.",
    "With --check it writes nothing and ends with 1 if the file differs from the catalog: use that in CI. --json prints { file, state, names }; state is written, current or differs.",
  ],
  replaces: "secrets_manager.py generate-template",
  options: {
    outputFile: requiredText("<file>", "file to write, env.example for instance; it may be committed", {
      completes: "file",
    }),
    check: flag("write nothing; end with 1 if the file is not current"),
    json: flag("print the result as JSON"),
  },
  examples: [
    "generate-template --output-file env.example",
    "generate-template --output-file env.example --check",
  ],
  load: () =>
    require("../../operations/values/keep-template") as typeof import("../../operations/values/keep-template"),
  run: async ({ terminal, ...context }, { outputFile: file, check, json }, { keepTemplate }) => {
    const { state, names } = keepTemplate(context, file, check);
    if (json) terminal.print(JSON.stringify({ file, state, names }));
    else if (state === "differs") {
      terminal.print(`${file}: differs from the catalog`);
      terminal.say(`Remedy: ${COMMAND} generate-template --output-file ${shellPath(file)}`);
    } else terminal.print(`${file}: ${state}, ${counted(names, "secret")}`);
    return state === "differs" ? EXIT.found : EXIT.done;
  },
});
