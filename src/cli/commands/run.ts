import { RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import { defineCommand, type PositionalSpec } from "../command";
import { environment, group, text } from "../options";

/** Starts what has no loader. */
export const runCommand = defineCommand({
  name: "run",
  topic: "use",
  summary: "Run a command with secrets as environment variables",
  details: [
    "Opens the environment that applications open, and gives this one command every secret under its GitHub name. Nothing is written to disk. Fails without starting the command when a required secret has no value. The environment is the one of --environment or of the variable that applications have for it (SOPHIA_ENVIRONMENT for Sophia), which the command gets too.",
    "Values of eight bytes and more are replaced by [secret] in what the command prints, however it is cut into pieces: as they are, each of their lines, in JSON, percent-encoded, in hexadecimal and in base64. Not covered: shorter values, other encodings, a value with other text in between, and what the command writes to files or sends over the network. The output is a pipe, so a program that draws on a terminal does not. An end that looks like the beginning of a value is shown once more output has come.",
    "Passes signals on and ends with the command's exit code.",
  ],
  positionals: {
    words: {
      notation: "<command...>",
      description: "--, then the command and its arguments",
      // All of them, in their order: a command may take one word twice.
      parse: (typed) => typed,
    } satisfies PositionalSpec<readonly string[]>,
  },
  options: {
    environment: environment("deployment environment"),
    group: group("only the secrets of this group"),
    policy: text("<name>", "access policy, if yours opens some groups only"),
  },
  examples: [
    "run --environment staging -- python manage.py migrate",
    "run --environment staging --group api-keys -- npm start",
  ],
  load: () => ({
    ...(require("../../operations/running/command-variables") as typeof import("../../operations/running/command-variables")),
    ...(require("../run-child") as typeof import("../run-child")),
    ...(require("../stream-redactor") as typeof import("../stream-redactor")),
  }),
  run: async (context, { words, ...choice }, { commandVariables, runChild, createRedactors }) => {
    const [command, ...args] = words;
    if (command === undefined) {
      throw new RemedyError({
        code: "usage-invalid",
        subject: "run",
        cause: "no command was given",
        remedy: `${COMMAND} run --environment staging -- COMMAND`,
      });
    }
    const variables = await commandVariables(context, choice);
    const plain = Object.fromEntries([...variables].map(([name, value]) => [name, value.unwrap()]));
    return runChild(command, args, { ...context.env, ...plain }, createRedactors(Object.values(plain)));
  },
});
