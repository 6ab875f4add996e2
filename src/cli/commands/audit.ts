import type { Folded } from "../../operations/audit/join-audit";
import { counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environment, flag, since, text, wholeNumber } from "../options";
import { tableLines } from "../table";

/** Rows that a person reads; similar events within an hour are one. */
const ROWS = 100;
const MOST = 10_000;

/** Who did what to the secrets, from both services' logs. */
export const auditCommand = defineCommand({
  name: "audit",
  topic: "access",
  summary: "Show who opened, changed or set what, and in which run",
  details: [
    "Joins the audit logs of GitHub and Pulumi Cloud, ESC's revisions, the ledgers and the sync's runs, newest first, and says what cannot be known. The audit logs need Pulumi Cloud Enterprise and GitHub Enterprise Cloud. Events that read only names and ciphertext are left out unless you add --reads. Exit code 1 if an opening was refused, shown or not; 2 if none was and a source that should answer could not be read.",
  ],
  options: {
    since: since("how far back: 12h, 7d, 4w or a day", "7d"),
    secret: text("<name>", "only events of this secret", { completes: "secret" }),
    environment: environment("only this deployment environment"),
    reads: flag("also events that read no value"),
    limit: wholeNumber(
      "<count>",
      `how many, newest first, 1 to ${MOST} (default: ${ROWS}, and all with --json)`,
      { from: 1, to: MOST },
    ),
    json: flag("print every event as JSON"),
  },
  examples: [
    "audit",
    "audit --secret POSTGRES_PASSWORD --environment production --since 30d",
    "audit --json | jq '.events[] | select(.kind == \"refused\")'",
  ],
  load: () => ({
    ...(require("../../operations/audit/read-audit") as typeof import("../../operations/audit/read-audit")),
    ...(require("../../operations/audit/join-audit") as typeof import("../../operations/audit/join-audit")),
  }),
  run: async (
    { terminal, ...context },
    { since, secret, environment, reads, limit, json },
    { readAudit, foldAudit },
  ) => {
    const {
      events: all,
      unknown,
      unknownInBrief,
      unread,
    } = await readAudit(context, {
      since,
      ...(secret === undefined ? {} : { names: [secret] }),
      ...(environment === undefined ? {} : { environments: [environment] }),
    });
    const events = all.filter(({ kind }) => kind !== "read" || reads);
    if (json) {
      const shown = events.slice(0, limit);
      terminal.print(JSON.stringify({ events: shown, leftOut: events.length - shown.length, unknown }));
    } else {
      const rows = foldAudit(events);
      const shown = rows.slice(0, limit ?? ROWS);
      for (const line of tableLines(shown.map(row), terminal.width)) terminal.print(line);
      if (rows.length > 0) terminal.print("");
      terminal.print(`${counted(events.length, "event")} since ${since.toISOString()}`);
      if (rows.length > shown.length) terminal.print(leftOut(rows.slice(shown.length), rows.length));
      terminal.print("Not known:");
      for (const { subject, cause } of unknownInBrief) terminal.print(`  ${subject}: ${cause}`);
    }
    // Of the whole period: what is not shown was refused all the same.
    if (events.some(({ kind }) => kind === "refused")) return EXIT.found;
    if (unread.length === 0) return EXIT.done;
    const subjects = namesIn([...new Set(unread.map(({ subject }) => subject))]);
    terminal.say(`error: this list is incomplete, because a source could not be read: ${subjects}`);
    return EXIT.failed;
  },
});

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
