import { describePause, pauseAt } from "../../../secrets/pause";
import { type CommandSpec, type Doors, EXIT, type ExitCode, type Typed } from "../command";
import { environmentOption } from "../environment-option";
import { inParallel } from "../in-parallel";
import { requireCloud } from "../require-cloud";
import { findStatus, type Seen, type Status } from "../status/find-status";
import { seeEnvironment } from "../status/see-environment";
import { seeGitHub } from "../status/see-github";
import { tableLines } from "../table";

/** How every secret stands, without reading one. */
export const statusCommand: CommandSpec = {
  name: "status",
  topic: "look",
  description: "Whether ESC has what GitHub has, for every secret and environment",
  details: [
    "newer-in-github (maybe: the time there moves with the readers too; a daily run settles it), gone-from-github, changed-by-hand, undeclared, never-set, refused, overdue. Reads the ledgers, revisions and GitHub's list: the right to read is enough, values are not opened. Exit code 1 when something is to be done.",
  ],
  options: [
    ["--environment <name>", "this environment alone"],
    ["--json", "print the findings as JSON"],
  ],
  examples: [
    "npx sophia-secrets status",
    "npx sophia-secrets status --json | jq -r '.[] | select(.open) | .name'",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const { catalog, terminal } = doors;
  const cloud = requireCloud(doors);
  const asked = environmentOption(doors, typed);
  const environments = asked === undefined ? catalog.environments : [asked];
  const [seen, inGitHub] = await Promise.all([
    inParallel(environments, (environment) => seeEnvironment(doors, cloud, environment)),
    seeGitHub(doors),
  ]);
  const all = findStatus(catalog, seen, inGitHub, doors.now());
  if (typed.has("json")) terminal.print(JSON.stringify(all));
  else {
    const unread = seen.filter(({ ledger }) => ledger === undefined);
    report(terminal.print, all, new Set(unread.map(({ environment }) => environment)));
    for (const line of pauses(seen, doors.now())) terminal.print(line);
  }
  return all.some((status) => status.open) ? EXIT.found : EXIT.done;
}

function report(print: (line: string) => void, all: readonly Status[], unread: ReadonlySet<string>): void {
  const rows = all
    .filter(({ environment }) => !unread.has(environment))
    .map(({ environment, name, standing, detail }) => [environment, name, standing.join(" "), detail]);
  const without = [...unread].map((environment) => {
    const count = all.filter((status) => status.environment === environment).length;
    const detail = "its ledger cannot be read: pulumi up makes it, or the token may not";
    return [environment, `all ${count}`, "unknown", detail];
  });
  for (const line of tableLines([...rows, ...without])) print(line);
  const open = all.filter((status) => status.open).length;
  print("");
  print(`${all.length} looked at, ${open === 0 ? "nothing to do" : `${open} to look after`}`);
}

/** A paused environment is behind on purpose. */
function pauses(seen: readonly Seen[], now: Date): string[] {
  return seen.flatMap(({ environment, ledger }) => {
    const pause = pauseAt(ledger?.paused, now.toISOString());
    return pause === undefined ? [] : [`${environment} is ${describePause(pause)}`];
  });
}
