import type { Status, StatusReport } from "../../operations/status/find-status";
import { defineCommand, EXIT } from "../command";
import { environment, flag } from "../options";
import { tableLines } from "../table";

/** How every secret stands, without reading one. */
export const statusCommand = defineCommand({
  name: "status",
  topic: "look",
  summary: "Show which secrets in ESC are not in sync with GitHub",
  details: [
    "States: newer-in-github (maybe: GitHub's time also moves when the repositories with access change; a daily run settles it), gone-from-github, changed-by-hand (in ESC, after the last sync: history says by whom; a rollback too), proposed (waits for approval in Pulumi Cloud), undeclared (in ESC and not in the catalog), never-set, refused, overdue. Secrets in sync are shown only with --all.",
    "Reads the ledgers, the definitions of the values environments with their secrets as ciphertext, and GitHub's list. Permission to read is enough; no value is opened. Exit code 1 when something needs attention.",
  ],
  options: {
    environment: environment("only this deployment environment"),
    all: flag("also what is in sync"),
    json: flag("print every row as JSON, in sync or not"),
  },
  examples: ["status", "status --json | jq -r '.[] | select(.open) | .name'"],
  load: () => ({
    ...(require("../../operations/status/find-status") as typeof import("../../operations/status/find-status")),
    ...(require("../../ledger/pause") as typeof import("../../ledger/pause")),
  }),
  run: async ({ terminal, ...context }, { environment, all, json }, work) => {
    const found = await work.readStatus(context, environment);
    const { secrets, paused } = found;
    const lines = json
      ? [JSON.stringify(secrets)]
      : [
          ...linesOf(found, all, terminal.width),
          ...work.remedyLines(secrets, context.project.settings),
          ...paused.map((each) => `${each.environment} is ${work.describePause(each.pause)}`),
        ];
    for (const line of lines) terminal.print(line);
    return secrets.some(({ open }) => open) ? EXIT.found : EXIT.done;
  },
});

/** @param isWhole also what is in sync. */
function linesOf({ secrets, unread }: StatusReport, isWhole: boolean, width: number | undefined): string[] {
  // An environment whose ledger cannot be read is one row.
  const isTold = ({ environment, standing }: Status) =>
    !unread.includes(environment) || standing.includes("undeclared");
  const rows = secrets
    .filter((status) => isTold(status) && (isWhole || !isInSync(status)))
    .map(({ environment, name, standing, detail }) => [environment, name, standing.join(" "), detail]);
  const without = unread.map((deployment) => {
    const count = secrets.filter((status) => status.environment === deployment && !isTold(status)).length;
    const detail = "its ledger cannot be read: pulumi up makes it, or the token may not";
    return [deployment, `all ${count}`, "unknown", detail];
  });
  const table = tableLines([...rows, ...without], width);
  const [inSync, open] = [secrets.filter(isInSync).length, secrets.filter((status) => status.open).length];
  const unset = secrets.length - inSync - open;
  return [
    ...table,
    ...(table.length > 0 ? [""] : []),
    `${secrets.length} looked at: ${inSync} in sync, ${unset} left unset, ${open} to look after`,
  ];
}

function isInSync({ standing }: Status): boolean {
  return standing.includes("in-sync");
}
