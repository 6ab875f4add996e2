import { counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, requiredEnvironment, secretNames } from "../options";

/** Brings values from ESC back to GitHub, which is the record. */
export const syncCommand = defineCommand({
  name: "sync",
  topic: "files",
  summary: "Set values that import-env wrote to ESC in GitHub too",
  details: [
    "GitHub is the record: the next run of the workflow puts its values into ESC. This sets in GitHub what a person wrote to ESC by hand (import-env, sync-to-pulumi) and no run has written since, or the secrets that are named. An organization secret is one value for every deployment environment.",
    "It opens what applications of the deployment environment open. GitHub cannot give the values back that it replaces, so it asks first; --yes answers. --json prints { environment, organization, perEnvironment, left }: names, and why some are left out.",
  ],
  replaces: "configure_pulumi_esc.sh sync",
  positionals: { names: secretNames("secrets to set; those written by hand when left out") },
  options: {
    stack: requiredEnvironment("deployment environment whose values in ESC are taken"),
    dryRun: flag("say what would be set and stop"),
    yes: flag("do not ask"),
    json: flag("print names as JSON"),
  },
  examples: ["sync --stack production --dry-run", "sync OPENAI_API_KEY --stack production"],
  load: () => ({
    ...(require("../../operations/values/send-to-github") as typeof import("../../operations/values/send-to-github")),
    ...(require("../confirm") as typeof import("../confirm")),
  }),
  run: async ({ terminal, ...context }, { names, stack, dryRun, yes, json }, { planSending, confirm }) => {
    const { organization, environment, left, write } = await planSending(context, stack, names);
    const count = organization.length + environment.length;
    const document = { environment: stack, organization, perEnvironment: environment, left };
    if (!dryRun && count > 0) {
      const all = [...organization, ...environment];
      await confirm(
        terminal,
        `Replace ${counted(count, "value")} in GitHub for good (${namesIn(all)})?`,
        yes,
      );
      await write((name) => {
        if (!json) terminal.print(`${name}: set in GitHub`);
      });
    }
    if (json) terminal.print(JSON.stringify(document));
    else {
      if (dryRun)
        for (const name of organization)
          terminal.print(`${name}: would be set, for every deployment environment`);
      if (dryRun) for (const name of environment) terminal.print(`${name}: would be set, for ${stack} alone`);
      terminal.print(`${counted(count, "secret")} of ${stack} ${dryRun ? "would be set" : "set"} in GitHub`);
      for (const line of left) terminal.say(`left out: ${line}`);
    }
    return left.length === 0 ? EXIT.done : EXIT.found;
  },
});
