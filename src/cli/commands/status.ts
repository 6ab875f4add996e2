import { describePause, pauseAt } from "../../ledger/pause";
import { requireCloud } from "../../operations/context";
import { inParallel } from "../../operations/in-parallel";
import { type Seen, seeEnvironment, seeGitHub } from "../../operations/observation/environments";
import { findStatus, remedyLines, type Status } from "../../operations/status/find-status";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentOption } from "../options";
import { tableLines } from "../table";
import type { Terminal } from "../terminal";

/** How every secret stands, without reading one. */
export const statusCommand: CommandSpec = {
  name: "status",
  topic: "look",
  description: "Show which secrets in ESC are not in sync with GitHub",
  details: [
    "newer-in-github (maybe: the time there moves with the readers too; a daily run settles it), gone-from-github, changed-by-hand (in ESC, since the sync left it: history says by whom; a rollback too), proposed (waits for approval in Pulumi Cloud), undeclared (in ESC and not in the catalog), never-set, refused, overdue. Shows what is in sync only with --all.",
    "Reads the ledgers, the texts of the values with their secrets as ciphertext, and GitHub's list: the right to read is enough, values are not opened. Exit code 1 when something is to be done.",
  ],
  options: [
    ["--environment <name>", "this environment alone"],
    ["--all", "also what is in sync"],
    ["--json", "print every row as JSON, in sync or not"],
  ],
  examples: [`${COMMAND} status`, `${COMMAND} status --json | jq -r '.[] | select(.open) | .name'`],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { catalog, project, terminal } = context;
  const cloud = requireCloud(context);
  const asked = environmentOption(context, typed);
  const environments = asked === undefined ? catalog.environments : [asked];
  const [seen, inGitHub] = await Promise.all([
    inParallel(environments, (environment) => seeEnvironment(context, cloud, environment)),
    seeGitHub(context),
  ]);
  const all = findStatus({ catalog, settings: project.settings }, seen, inGitHub, context.now());
  if (typed.has("json")) terminal.print(JSON.stringify(all));
  else {
    const unread = seen.filter(({ ledger }) => ledger === undefined);
    report(terminal, all, new Set(unread.map(({ environment }) => environment)), typed.has("all"));
    for (const line of remedyLines(all, project.settings)) terminal.print(line);
    for (const line of pauses(seen, context.now())) terminal.print(line);
  }
  return all.some((status) => status.open) ? EXIT.found : EXIT.done;
}

/** @param unread environments whose secrets are told in one row. @param isWhole also what is in sync. */
function report(
  { print, width }: Pick<Terminal, "print" | "width">,
  all: readonly Status[],
  unread: ReadonlySet<string>,
  isWhole: boolean,
): void {
  const isTold = ({ environment, standing }: Status) =>
    !unread.has(environment) || standing.includes("undeclared");
  const rows = all
    .filter((status) => isTold(status) && (isWhole || !isInSync(status)))
    .map(({ environment, name, standing, detail }) => [environment, name, standing.join(" "), detail]);
  const without = [...unread].map((environment) => {
    const count = all.filter((status) => status.environment === environment && !isTold(status)).length;
    const detail = "its ledger cannot be read: pulumi up makes it, or the token may not";
    return [environment, `all ${count}`, "unknown", detail];
  });
  const lines = tableLines([...rows, ...without], width);
  for (const line of lines) print(line);
  if (lines.length > 0) print("");
  const [inSync, open] = [all.filter(isInSync).length, all.filter((status) => status.open).length];
  const unset = all.length - inSync - open;
  print(`${all.length} looked at: ${inSync} in sync, ${unset} left unset, ${open} to look after`);
}

function isInSync({ standing }: Status): boolean {
  return standing.includes("in-sync");
}

/** A paused environment is behind on purpose. */
function pauses(seen: readonly Seen[], now: Date): string[] {
  return seen.flatMap(({ environment, ledger }) => {
    const pause = pauseAt(ledger?.paused, now.toISOString());
    return pause === undefined ? [] : [`${environment} is ${describePause(pause)}`];
  });
}
