import { RemedyError } from "../../errors";
import { counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environment, flag, since, text, wholeNumber } from "../options";

/** Rows that a person reads. */
const ROWS = 100;
const MOST = 10_000;

/** Who did what to the secrets, from both services' logs. */
export const auditCommand = defineCommand({
  name: "audit",
  topic: "access",
  summary: "Show who opened, changed or set what, and in which run",
  details: [
    "Joins the audit logs of GitHub and Pulumi Cloud, ESC's revisions, the ledgers and the sync's runs, newest first, and says what cannot be known. A row is what one person did in one hour in one deployment environment; --all shows every event, and the openings of whoever asks. The audit logs need Pulumi Cloud Enterprise and GitHub Enterprise Cloud. Events that read only names and ciphertext are left out unless you add --reads. Exit code 1 if an opening was refused, shown or not; 2 if none was and a source that should answer could not be read.",
    "--json prints { events: [{ at, who, kind, what, source, environment, run, detail }], leftOut, unknown: [{ code, subject, cause, remedy }] }.",
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
    all: flag("every event by itself, your own openings too"),
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
    ...(require("../../operations/audit/group-audit") as typeof import("../../operations/audit/group-audit")),
    ...(require("../../clients/pulumi-organization") as typeof import("../../clients/pulumi-organization")),
    ...(require("../audit-report") as typeof import("../audit-report")),
    ...(require("../table") as typeof import("../table")),
  }),
  run: async (
    { terminal, ...context },
    { since, secret, environment, reads, limit, all: whole, json },
    work,
  ) => {
    // Only to leave out what nobody looks for: who it is need not be known.
    const asker = json ? undefined : await work.currentUser(context.cloudCall()).catch(ignoreRefusal);
    const {
      events: all,
      unknown,
      unknownInBrief,
      unread,
    } = await work.readAudit(context, {
      since,
      ...(secret === undefined ? {} : { names: [secret] }),
      ...(environment === undefined ? {} : { environments: [environment] }),
    });
    const events = all.filter(({ kind }) => kind !== "read" || reads);
    if (json) {
      const shown = events.slice(0, limit);
      terminal.print(JSON.stringify({ events: shown, leftOut: events.length - shown.length, unknown }));
    } else {
      const own = whole ? [] : events.filter((event) => work.isOwnOpening(event, asker));
      const page = events.filter((event) => !own.includes(event));
      const most = limit ?? ROWS;
      const folded = work.foldAudit(page);
      const groups = work.groupAudit(page);
      const lines = [
        ...work.auditHead(events, since, terminal),
        ...(page.length === 0 ? [] : [""]),
        ...(whole
          ? work.eventLines(folded.slice(0, most), terminal)
          : work.groupLines(groups.slice(0, most), terminal)),
        "",
        ...leftOut(whole ? folded.length : groups.length, most),
        ...(own.length === 0
          ? []
          : [`${counted(own.length, "opening")} of your own (${asker}): --all shows them`]),
        "Not known:",
        ...unknownInBrief.flatMap(({ subject, cause }) =>
          work.wrapped(`${subject}: ${cause}`, terminal.width, "  "),
        ),
      ];
      for (const line of lines) terminal.print(line);
    }
    // Of the whole period: what is not shown was refused all the same.
    if (events.some(({ kind }) => kind === "refused")) return EXIT.found;
    if (unread.length === 0) return EXIT.done;
    const subjects = namesIn([...new Set(unread.map(({ subject }) => subject))]);
    terminal.say(`error: this list is incomplete, because a source could not be read: ${subjects}`);
    return EXIT.failed;
  },
});

function leftOut(rows: number, most: number): string[] {
  if (rows <= most) return [];
  const how = rows <= MOST ? `--limit ${rows}` : "--json";
  return [`${counted(rows - most, "older line")} left out: ${how} shows them`];
}

function ignoreRefusal(error: unknown): undefined {
  if (!(error instanceof RemedyError)) throw error;
  return undefined;
}
