import { foldAudit } from "../audit/fold-audit";
import { parseSince } from "../audit/parse-since";
import { type AuditAnswer, readAudit } from "../audit/read-audit";
import { type CommandSpec, type Doors, EXIT, type ExitCode, type Typed } from "../command";
import { environmentOption } from "../environment-option";
import { tableLines } from "../table";
import { entriesOf } from "../values/declared";

const SINCE = "7d";

/** Who did what to the secrets, from both services' logs. */
export const auditCommand: CommandSpec = {
  name: "audit",
  topic: "access",
  description: "Who opened, changed or set what, when and from which run",
  details: [
    "Joins the audit logs of GitHub and Pulumi Cloud, ESC's revisions, the ledgers and the sync's runs, newest first. What cannot be known is said: the audit logs need Pulumi Cloud Enterprise and GitHub Enterprise Cloud. Readings of names and ciphertext are left out unless asked for. Exit code 1 when an opening was refused.",
  ],
  options: [
    ["--since <time>", `how far back: 12h, 7d, 4w or a day (default: ${SINCE})`],
    ["--secret <name>", "what concerns this secret alone"],
    ["--environment <name>", "this environment alone"],
    ["--reads", "also readings that show no value"],
    ["--json", "print every event as JSON"],
  ],
  examples: [
    "npx sophia-secrets audit",
    "npx sophia-secrets audit --secret POSTGRES_PASSWORD --environment production --since 30d",
    "npx sophia-secrets audit --json | jq '.events[] | select(.kind == \"refused\")'",
  ],
  run,
};

async function run(doors: Doors, typed: Typed): Promise<ExitCode> {
  const since = parseSince(typed.text("since") ?? SINCE, doors.now());
  const [secret, environment] = [typed.text("secret"), environmentOption(doors, typed)];
  if (secret !== undefined && !doors.catalog.secrets.some(({ name }) => name === secret))
    entriesOf(doors.catalog, [secret]);
  const answer = await readAudit(doors, {
    since,
    ...(secret === undefined ? {} : { names: [secret] }),
    ...(environment === undefined ? {} : { environments: [environment] }),
  });
  const events = answer.events.filter(({ kind }) => kind !== "read" || typed.has("reads"));
  if (typed.has("json")) doors.terminal.print(JSON.stringify({ events, unknown: answer.unknown }));
  else report(doors.terminal.print, { ...answer, events }, since);
  return events.some(({ kind }) => kind === "refused") ? EXIT.found : EXIT.done;
}

function report(print: (line: string) => void, { events, unknown }: AuditAnswer, since: Date): void {
  const rows = foldAudit(events).map((event) => [
    event.at.replace(/\.\d+Z$/, "Z"),
    event.who ?? "unknown",
    event.times === 1 ? event.kind : `${event.kind} x${event.times}`,
    event.what,
    event.run === undefined ? "" : `run ${event.run}`,
    event.detail,
  ]);
  for (const line of tableLines(rows)) print(line);
  if (rows.length > 0) print("");
  print(`${events.length} events since ${since.toISOString()}`);
  print("Not known:");
  for (const line of unknown) print(`  ${line}`);
}
