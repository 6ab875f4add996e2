import { type Folded, foldAudit } from "../../operations/audit/join-audit";
import { type AuditAnswer, readAudit } from "../../operations/audit/read-audit";
import { entriesOf } from "../../operations/values/named-entries";
import { COMMAND, counted, namesIn } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentOption, limitOption } from "../options";
import { tableLines } from "../table";
import { parseSince } from "../time-options";

const SINCE = "7d";

/** Rows that a person reads; like events within an hour are one. */
const ROWS = 100;
const MOST = 10_000;

/** Who did what to the secrets, from both services' logs. */
export const auditCommand: CommandSpec = {
  name: "audit",
  topic: "access",
  description: "Show who opened, changed or set what, and in which run",
  details: [
    "Joins the audit logs of GitHub and Pulumi Cloud, ESC's revisions, the ledgers and the sync's runs, newest first. What cannot be known is said: the audit logs need Pulumi Cloud Enterprise and GitHub Enterprise Cloud. Readings of names and ciphertext are left out unless asked for. Exit code 1 if an opening was refused, shown or not; 2 if none was and a source that should answer could not be read.",
  ],
  options: [
    ["--since <time>", `how far back: 12h, 7d, 4w or a day (default: ${SINCE})`],
    ["--secret <name>", "what concerns this secret alone"],
    ["--environment <name>", "this environment alone"],
    ["--reads", "also readings that show no value"],
    ["--limit <count>", `how many, newest first, 1 to ${MOST} (default: ${ROWS}, and all with --json)`],
    ["--json", "print every event as JSON"],
  ],
  examples: [
    `${COMMAND} audit`,
    `${COMMAND} audit --secret POSTGRES_PASSWORD --environment production --since 30d`,
    `${COMMAND} audit --json | jq '.events[] | select(.kind == "refused")'`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const since = parseSince(typed.text("since") ?? SINCE, context.now());
  const [secret, environment] = [typed.text("secret"), environmentOption(context, typed)];
  if (secret !== undefined && !context.catalog.entries.some(({ name }) => name === secret))
    entriesOf(context.catalog, [secret]);
  const limit = limitOption(typed, MOST);
  const answer = await readAudit(context, {
    since,
    ...(secret === undefined ? {} : { names: [secret] }),
    ...(environment === undefined ? {} : { environments: [environment] }),
  });
  const events = answer.events.filter(({ kind }) => kind !== "read" || typed.has("reads"));
  const { print } = context.terminal;
  if (typed.has("json")) {
    const shown = events.slice(0, limit);
    const leftOut = events.length - shown.length;
    print(JSON.stringify({ events: shown, leftOut, unknown: answer.unknown }));
  } else report(print, { ...answer, events }, since, limit ?? ROWS);
  // Of the whole period: what is not shown was refused all the same.
  if (events.some(({ kind }) => kind === "refused")) return EXIT.found;
  if (answer.unread.length === 0) return EXIT.done;
  const subjects = namesIn([...new Set(answer.unread.map(({ subject }) => subject))]);
  context.terminal.say(`error: this list is incomplete, because a source could not be read: ${subjects}`);
  return EXIT.failed;
}

function report(
  print: (line: string) => void,
  { events, unknownInBrief }: AuditAnswer,
  since: Date,
  limit: number,
): void {
  const folded = foldAudit(events);
  for (const line of tableLines(folded.slice(0, limit).map(row))) print(line);
  if (folded.length > 0) print("");
  print(`${counted(events.length, "event")} since ${since.toISOString()}`);
  if (folded.length > limit) print(leftOut(folded.slice(limit), folded.length));
  print("Not known:");
  for (const { subject, cause } of unknownInBrief) print(`  ${subject}: ${cause}`);
}

function leftOut(older: readonly Folded[], all: number): string {
  const refused = older.filter(({ kind }) => kind === "refused").length;
  const among = refused === 0 ? "" : `, ${refused} of them refused`;
  const how = all <= MOST ? `--limit ${all}` : "--json";
  return `${counted(older.length, "older line")} left out${among}: ${how} shows them`;
}

function row(event: Folded): string[] {
  return [
    event.at.replace(/\.\d+Z$/, "Z"),
    event.who ?? "unknown",
    event.times === 1 ? event.kind : `${event.kind} x${event.times}`,
    event.what,
    event.run === undefined ? "" : `run ${event.run}`,
    event.detail,
  ];
}
