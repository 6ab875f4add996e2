import type { FilePlan } from "../../operations/values/set-from-file";
import { type CommandContext, defineCommand, EXIT } from "../command";
import { flag, requiredText } from "../options";

/** Sets all values of a .env file. */
export const syncToGithubCommand = defineCommand({
  name: "sync-to-github",
  topic: "values",
  summary: "Set the values of a .env file in GitHub",
  details: [
    "Everything is checked before anything is written: one wrong line, name or value, and nothing is. Older names count as in the catalog; the name a renamed secret had is written where the file gives it. An existing secret is only replaced with --replace, for GitHub cannot give it back. Who may read them is set as the catalog declares.",
  ],
  options: {
    from: requiredText("<file>", "lines NAME=value; quotes for values of several lines or with #", {
      completes: "file",
    }),
    replace: flag("replace the values that are there"),
    dryRun: flag("check everything, say what would be set and stop"),
  },
  examples: ["sync-to-github --from .env --dry-run", "sync-to-github --from .env --replace"],
  load: () =>
    require("../../operations/values/set-from-file") as typeof import("../../operations/values/set-from-file"),
  run: async (context, { from, replace, dryRun }, { planFromFile }) => {
    await setAndTell(context, await planFromFile(context, from, replace), dryRun);
    return EXIT.done;
  },
});

/** Shows what a plan would do; or carries it out, and tells each value that is set. */
export async function setAndTell(
  { terminal }: CommandContext,
  plan: FilePlan,
  dryRun: boolean,
): Promise<void> {
  const { names, warnings } = plan;
  for (const warning of warnings) terminal.say(`warning: ${warning}`);
  if (dryRun) {
    for (const { name, exists } of names)
      terminal.print(`${name}: would be ${exists ? "replaced" : "created"}`);
    return;
  }
  let written = 0;
  try {
    await plan.write((name) => {
      written += 1;
      const { exists } = names.find((each) => each.name === name) ?? {};
      terminal.print(`${name}: ${exists === true ? "value replaced" : "created"}`);
    });
  } finally {
    // Also when GitHub stopped it half way.
    for (const line of plan.leftAfter(written)) terminal.say(line);
  }
}
