import { RemedyError } from "../../errors";
import { COMMAND, counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, secretNames } from "../options";

/** Sets who can use a secret; knows no value, and sends none but the placeholder of a secret that is gone. */
export const repairCommand = defineCommand({
  name: "repair",
  topic: "fix",
  summary: "Set who can use secrets to what the catalog declares",
  details: [
    "A secret that the stack made and somebody deleted in GitHub is made again with the placeholder and its access. Run it before pulumi up --refresh, which ends at a deleted secret with GitHub's 404.",
    "A list of repositories is replaced by itself. Another visibility is sent without a value: GitHub's API documents the value as optional there. Where GitHub refuses that, the person who knows the value sets it anew.",
  ],
  positionals: { names: secretNames(`organization secrets that ${COMMAND} drift named`) },
  options: {
    all: flag("every declared secret that is there or in the stack's state, and say only what is changed"),
    dryRun: flag("say what would be changed and stop"),
  },
  examples: ["repair OPENAI_API_KEY", "repair --all --dry-run"],
  load: () => require("../../operations/drift/repair") as typeof import("../../operations/drift/repair"),
  run: async (context, { names, all, dryRun }, { repair }) => {
    const { terminal } = context;
    if ((names.length === 0) !== all)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "repair",
        cause: "takes names or --all",
        remedy: `${COMMAND} drift tells which`,
      });
    let wrong = 0;
    const looked = await repair(context, all ? "all" : names, dryRun, ({ name, was, readers }) => {
      if (was === undefined) {
        if (!all) terminal.print(`${name}: is as declared, ${readers}`);
        return;
      }
      wrong += 1;
      terminal.print(dryRun ? `${name}: ${was}; would be ${readers}` : `${name}: was ${was}; now ${readers}`);
    });
    if (all && wrong === 0) terminal.print(`${counted(looked, "secret")} looked at, each read as declared`);
    return EXIT.done;
  },
});
