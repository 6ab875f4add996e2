import { RemedyError } from "../../errors";
import type { RepairedLedger } from "../../operations/repair/repair-ledgers";
import { COMMAND, counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, secretNames } from "../options";

/** Sets who can use a secret, and makes again what was deleted; sends no value but the placeholder. */
export const repairCommand = defineCommand({
  name: "repair",
  topic: "fix",
  summary: "Fix who can use secrets, and ledgers that name false runs",
  details: [
    "A secret that the stack made and somebody deleted in GitHub is made again with the placeholder and its access, and with --all a deleted team of Pulumi Cloud without members. Run it before pulumi up --refresh, which ends with 404 at a deleted team. It looks at what one stack owns: --stack names another.",
    "--ledgers takes out of the ledgers what no sync can have written: runs that GitHub does not have, and times to come. It opens the ledgers, and reads no value. Start a run afterwards: it compares the values themselves.",
    "A list of repositories is replaced by itself. Another visibility is sent without a value: GitHub's API documents the value as optional there. Where GitHub refuses that, the person who knows the value sets it again.",
  ],
  positionals: { names: secretNames(`secrets that ${COMMAND} drift named`) },
  options: {
    all: flag(
      "the stack's teams, and every declared secret that is there or in its state; say only what is changed",
    ),
    ledgers: flag("the ledgers, not who can use secrets"),
    dryRun: flag("say what would be changed and stop"),
  },
  examples: [
    "repair OPENAI_API_KEY",
    "repair --all --dry-run",
    "repair --all --stack staging",
    "repair --ledgers",
  ],
  load: () => ({
    ...(require("../../operations/repair/repair") as typeof import("../../operations/repair/repair")),
    ...(require("../../operations/repair/repair-ledgers") as typeof import("../../operations/repair/repair-ledgers")),
  }),
  run: async (context, { names, all, ledgers, dryRun }, { repair, repairLedgers }) => {
    const { terminal } = context;
    if ([names.length > 0, all, ledgers].filter((asked) => asked).length !== 1)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "repair",
        cause: "takes names, --all or --ledgers",
        remedy: `${COMMAND} drift lists the secrets, and ${COMMAND} status the ledgers`,
      });
    if (ledgers) {
      const looked = await repairLedgers(context, dryRun);
      for (const line of looked.flatMap((each) => toldOf(each, dryRun))) terminal.print(line);
      return EXIT.done;
    }
    let wrong = 0;
    const looked = await repair(context, all ? "all" : names, dryRun, ({ name, was, now }) => {
      if (was === undefined) {
        if (!all) terminal.print(`${name}: is as declared, ${now}`);
        return;
      }
      wrong += 1;
      terminal.print(dryRun ? `${name}: ${was}; would be ${now}` : `${name}: was ${was}; now ${now}`);
    });
    if (all && wrong === 0) terminal.print(`${counted(looked, "secret")} looked at, each read as declared`);
    return EXIT.done;
  },
});

function toldOf({ environment, claims }: RepairedLedger, dryRun: boolean): string[] {
  if (claims.length === 0) return [`${environment}: its ledger says nothing that cannot be`];
  const done = dryRun ? "would be taken out" : "taken out";
  return claims.map(({ name, cause }) => `${environment}: ${name}: ${cause}; ${done}`);
}
