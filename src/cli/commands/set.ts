import { RemedyError } from "../../errors";
import { defineCommand, EXIT } from "../command";
import { environment, flag, words } from "../options";

/** Sets one value, asked for without showing it or read from stdin. */
export const setCommand = defineCommand({
  name: "set",
  topic: "values",
  asksValue: true,
  summary: "Set a secret's value in GitHub, and who can read it",
  details: [
    "Asks for the value without showing it, or reads stdin; never an argument, never a variable. The line end after a single line (echo) is left out; a value of several lines (a key) is taken byte for byte.",
    "GitHub cannot give an existing value back, nor say whether it is only the placeholder. --replace is needed, unless a run of the workflow that was queued since the last change found the placeholder. A secret with a value per environment is set for one, in every carrier repository that holds it there.",
  ],
  positionals: { names: words("[name]", "secret of the catalog", { completes: "secret" }) },
  options: {
    environment: environment("deployment environment to set it in, for secrets of GitHub environments"),
    replace: flag("replace the value that is there"),
  },
  examples: [
    "set OPENAI_API_KEY --replace",
    "set LAMBDA_LABS_SSH_KEY < id_ed25519",
    "set POSTGRES_PASSWORD --environment staging --replace",
  ],
  load: () => ({
    ...(require("../../operations/values/set-value") as typeof import("../../operations/values/set-value")),
    ...(require("../read-value") as typeof import("../read-value")),
  }),
  run: async (context, { names, environment, replace }, { setValue, readValue }) => {
    const { terminal } = context;
    const [name, ...more] = names;
    if (name === undefined || more.length > 0)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "set",
        cause: "takes one name, and never a value, which the shell would keep",
        remedy: "give the value on stdin, or wait to be asked for it",
      });
    const where = environment === undefined ? "" : ` in ${environment}`;
    await setValue(
      context,
      { name, environment, replace },
      {
        ask: () => readValue(terminal, name, `Value of ${name}${where} (not shown)`),
        written: (place, replaced) =>
          terminal.print(`${name}: ${replaced ? "value replaced" : "created"}, ${place}`),
        left: terminal.say,
      },
    );
    return EXIT.done;
  },
});
