import { RemedyError } from "../../errors";
import type { Finding } from "../../operations/drift/find-drift";
import { COMMAND } from "../../text";
import { type CommandContext, defineCommand, EXIT } from "../command";
import { flag, secretNames } from "../options";
import { tableLines } from "../table";

/** Imports what exists, and tells what is then still to fix. */
export const adoptCommand = defineCommand({
  name: "adopt",
  topic: "values",
  summary: "Import existing GitHub secrets without changing them",
  details: [
    "Their values stay as they are; nobody needs to know them. Only the secrets' names and access are added to the state, and a copy of the state as it was is kept in .sophia-secrets/. May be interrupted and run again (docs/ADOPT.md).",
    "Secrets of GitHub environments are adopted by the stack that has the environment: --stack names it.",
    "--json prints { adopt, known, absent, differing: [{ code, subject, cause, remedy }], backup }: names, and what still differs from the catalog.",
  ],
  positionals: { names: secretNames("secrets of the catalog") },
  options: {
    all: flag("every secret of the catalog that exists"),
    dryRun: flag("say what would be adopted and stop"),
    json: flag("print the outcome as JSON"),
  },
  examples: ["adopt --all --dry-run", "adopt OPENAI_API_KEY SLACK_BOT_TOKEN"],
  load: () => ({
    ...(require("../../operations/adoption/adopt") as typeof import("../../operations/adoption/adopt")),
    ...(require("../../operations/repair/repair-organization-secrets") as typeof import("../../operations/repair/repair-organization-secrets")),
  }),
  run: async (context, { names, all, dryRun, json }, { adopt, adoptedSlots, accessDifferences }) => {
    const { terminal } = context;
    if (names.length > 0 === all)
      throw new RemedyError({
        code: "usage-invalid",
        subject: "adopt",
        cause: "takes names, or --all",
        remedy: `${COMMAND} adopt --all --dry-run shows what there is`,
      });
    const done = await adopt(context, names, dryRun, {
      kept: (backup) => terminal.say(`The state as it was is kept in ${backup}`),
      progress: terminal.progress,
    });
    // Those of a run that was interrupted too: it has told nobody.
    const inState = adoptedSlots(context, [...done.adopt, ...done.known]);
    // Who reads an environment's is its rules'.
    const ofOrganization = inState.filter(({ place }) => place === undefined).map(({ slot }) => slot);
    const differing = await accessDifferences(context, ofOrganization);
    if (json) terminal.print(JSON.stringify({ ...done, differing }));
    else report(context, done, differing, dryRun);
    for (const { path, slot } of inState) {
      if (slot.secret.value !== "config" || !done.adopt.includes(path)) continue;
      const what =
        "its value is the stack's config's, but GitHub keeps the one it has until the config's changes";
      terminal.say(`${path}: ${what}`);
    }
    return EXIT.done;
  },
});

function report(
  { terminal }: CommandContext,
  done: { adopt: string[]; known: string[]; absent: string[] },
  differing: readonly Finding[],
  dryRun: boolean,
): void {
  terminal.print(
    `${done.adopt.length} ${dryRun ? "would be adopted" : "adopted"}, ${done.known.length} in the state already, ${done.absent.length} not in GitHub yet`,
  );
  for (const name of done.adopt) terminal.print(`  ${name}`);
  if (differing.length === 0) return;
  terminal.print("");
  terminal.print("Not read by whom the catalog says; adopting changes nothing in GitHub:");
  for (const line of tableLines(
    differing.map(({ subject, cause, remedy }) => [`  ${subject}`, cause, remedy]),
    terminal.width,
  ))
    terminal.print(line);
  terminal.print(
    `Fix it before pulumi up, which does not look for it: ${COMMAND} repair --all does so for every declared secret`,
  );
}
