import { defineCommand, EXIT } from "../command";
import { environment, flag } from "../options";

/** How every secret stands, without reading one. */
export const statusCommand = defineCommand({
  name: "status",
  topic: "look",
  summary: "Show which secrets in ESC are not in sync with GitHub",
  details: [
    "States: newer-in-github (set in GitHub after the last sync; a daily run confirms it, because a change of the repositories with access moves the same time), gone-from-github, changed-by-hand (in ESC after the last sync, also by a rollback; history shows by whom), proposed (waits for approval in Pulumi Cloud), undeclared (in ESC but not in the catalog), never-set, refused, held (a run stopped before writing because of the limit on changes), overdue. Secrets in the same state share a row; --all shows every name, and what is in sync.",
    "Before the table come things that were left unfinished: open cases of compromise, syncs that have not ended, a state without a tag, organization secrets of entries that now have a value per environment.",
    "Reads the ledgers, the definitions of the values environments with secrets as ciphertext, and GitHub's list of secrets. Permission to read is enough; no value is opened. Without GITHUB_TOKEN it shows what the ledgers and ESC hold. Exit code 1 if something needs attention; 2 if nothing does but GitHub could not be asked.",
    "--json prints [{ environment, name, standing, open, detail, changed, synced }]; open is true if someone must act.",
  ],
  options: {
    environment: environment("only this deployment environment"),
    all: flag("every secret by its name, in sync or not"),
    json: flag("print every row as JSON, in sync or not"),
  },
  examples: ["status", "status --json | jq -r '.[] | select(.open) | .name'"],
  load: () => ({
    ...(require("../table") as typeof import("../table")),
    ...(require("../../operations/status/find-status") as typeof import("../../operations/status/find-status")),
    ...(require("../../operations/status/status-causes") as typeof import("../../operations/status/status-causes")),
    ...(require("../../ledger/pause") as typeof import("../../ledger/pause")),
    ...(require("../status-report") as typeof import("../status-report")),
  }),
  run: async ({ terminal, ...context }, { environment, all, json }, work) => {
    const found = await work.readStatus(context, environment);
    const { secrets, paused, unseen } = found;
    if (json) terminal.print(JSON.stringify(secrets.map(({ causes: _, ...status }) => status)));
    else {
      for (const each of paused) terminal.print(`${each.environment} is ${work.describePause(each.pause)}`);
      for (const { subject, cause, remedy } of found.leftovers)
        for (const line of work.wrapped(`${subject}: ${cause}. ${remedy}`, terminal.width, "  ", ""))
          terminal.print(line);
      const causes = work.causeGroups(secrets, context.project.settings);
      for (const line of work.statusLines(found, causes, all, terminal)) terminal.print(line);
    }
    if (unseen !== undefined) {
      const { subject, cause, remedy } = unseen;
      terminal.say(`not known: what GitHub has (${subject}: ${cause}); the rest is from the ledgers and ESC`);
      terminal.say(`Remedy: ${remedy}`);
    }
    if (secrets.some(({ open }) => open)) return EXIT.found;
    return unseen === undefined ? EXIT.done : EXIT.failed;
  },
});
