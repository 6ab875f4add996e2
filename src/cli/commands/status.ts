import { ledgerEnvironment, pathOf, valuesEnvironment } from "../../../secrets/layout";
import { parseLedger } from "../../../secrets/ledger";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { RemedyError } from "../../errors";
import type { CommandSpec, Doors, ExitCode, Typed } from "../command";
import { findStatus, type Seen, type Status } from "../find-status";
import { inParallel } from "../in-parallel";
import { tableLines } from "../table";

/** How every secret stands, without reading one. */
export const statusCommand: CommandSpec = {
  name: "status",
  description: "Say of every secret and environment whether ESC has what GitHub has, and what is overdue",
  details: [
    "in-sync, newer-in-github (maybe: the time there moves with the readers too), changed-by-hand, never-set,",
    "refused, overdue. Reads the ledgers, revisions and GitHub's list: the right to read is enough, values are not",
    "opened. Exit code 1 when something is to be done.",
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
  const cloud = doors.cloud();
  if (cloud === undefined)
    throw new RemedyError("PULUMI_ACCESS_TOKEN", "is not set", "export PULUMI_ACCESS_TOKEN=...");
  const environments = environmentsOf(doors, typed.text("environment"));
  const [seen, listed] = await Promise.all([
    inParallel(environments, (environment) => look(doors, cloud, environment)),
    doors.github().listSecrets(),
  ]);
  const updated = new Map(listed.map(({ name, updatedAt }) => [name, updatedAt]));
  const all = findStatus(catalog, seen, updated, doors.now());
  if (typed.has("json")) terminal.print(JSON.stringify(all));
  else report(terminal.print, all);
  return all.some((status) => status.open) ? 1 : 0;
}

function environmentsOf({ catalog }: Doors, asked: string | undefined): readonly string[] {
  if (asked === undefined) return catalog.environments;
  if (catalog.environments.includes(asked)) return [asked];
  const known = catalog.environments.join(", ");
  throw new RemedyError(
    "--environment",
    `names no environment of the catalog: ${asked}`,
    `set it to one of ${known}`,
  );
}

async function look(
  { catalog, project: { settings } }: Doors,
  cloud: PulumiCloud,
  environment: string,
): Promise<Seen> {
  const read = (path: string) => cloud.read(path).catch(ignoreRefusal);
  const groups = Object.keys(catalog.groups);
  const [ledger, ...values] = await inParallel(
    [
      pathOf(ledgerEnvironment(settings, environment)),
      ...groups.map((group) => pathOf(valuesEnvironment(settings, environment, group))),
    ],
    read,
  );
  const revisions = groups.flatMap((group, index) => {
    const revision = values[index]?.revision;
    return revision === undefined ? [] : [[group, revision] as const];
  });
  return {
    environment,
    ledger: ledger === undefined ? undefined : parseLedger(ledger.text),
    revisions: Object.fromEntries(revisions),
  };
}

/** What may not be read, or is not there, is told as unknown; the rest is worth telling. */
function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RemedyError)) throw error;
  return undefined;
}

function report(print: (line: string) => void, all: readonly Status[]): void {
  const rows = all.map(({ environment, name, standing, detail }) => [
    environment,
    name,
    standing.join(" "),
    detail,
  ]);
  for (const line of tableLines(rows)) print(line);
  const open = all.filter((status) => status.open).length;
  print("");
  print(`${all.length} looked at, ${open === 0 ? "nothing to do" : `${open} to look after`}`);
}
