import { namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, requiredText } from "../options";
import { setAndTell } from "./sync-to-github";

/** Sets what a filled-in template has in GitHub. */
export const importFromEnvCommand = defineCommand({
  name: "import-from-env",
  topic: "files",
  summary: "Set a .env file's values as organization secrets",
  details: [
    "Does what sync-to-github does, for a file that was made from env.example: lines without a value, or with the template's placeholder, are left out and named. Everything else is checked before anything is written. A secret that is there needs --replace, because GitHub cannot give its value back. The sync brings the values to ESC.",
  ],
  replaces: "secrets_manager.py import-from-env",
  options: {
    envFile: requiredText("<file>", "lines NAME=value", { completes: "file" }),
    replace: flag("replace the values that are there"),
    dryRun: flag("check everything, say what would be set and stop"),
  },
  examples: ["import-from-env --env-file .env --dry-run", "import-from-env --env-file .env --replace"],
  load: () =>
    require("../../operations/values/set-from-file") as typeof import("../../operations/values/set-from-file"),
  run: async (context, { envFile, replace, dryRun }, { planFromFile }) => {
    const plan = await planFromFile(context, envFile, replace, "leave unset out");
    await setAndTell(context, plan, dryRun);
    if (plan.unset.length > 0)
      context.terminal.say(`left out, without a value in the file: ${namesIn(plan.unset)}`);
    return EXIT.done;
  },
});
