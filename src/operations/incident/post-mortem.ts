import { dayOf } from "../../catalog/dates";
import { markdownLink, markdownText } from "../../text";
import type { AuditEvent } from "../audit/audit-event";
import { readAudit } from "../audit/read-audit";
import type { Context } from "../context";
import type { Case, EnvironmentCheck, Journal } from "./case";

/** The record of a case as Markdown, for people to go on with: names and times, never a value. A pure function. */
export function renderPostMortem(found: Case, journal: Journal, readers: Readers, now: Date): string {
  const { secret } = found;
  const parts = [
    `# ${secret.name} was compromised: ${dayOf(new Date(journal.started))}`,
    ["| | |", "|---|---|", ...facts(found, journal, now)].join("\n"),
    `## What happened\n\n${markdownText(journal.reason)}\n\nHow it became known, and how it got out: to be written.`,
    `## Timeline\n\n${journal.timeline.map(({ at, what }) => `- ${at} ${markdownText(what)}`).join("\n")}`,
    `## What loaders see\n\n${table(["environment", "ledger", "composite", "how it is known"], journal.checks.map(checkCells), "Nothing was looked at: it is not the sync that brings it.")}`,
    `## Who read it since ${journal.since}\n\n${table(READER_HEADS, readers.readers.map(readerCells), "The logs name nobody.")}`,
    `## What changed since then\n\n${table(["when", "who", "what", "how"], readers.changes.map(changeCells), "The logs tell of nothing.")}`,
    `## What cannot be known\n\n${bullets(readers.unknown)}`,
    `## Open questions\n\n${openQuestions(found, journal)}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

const READER_HEADS = ["who", "environment", "what", "times", "first", "last", "how"];

function facts({ secret, environments, carriers, readers }: Case, journal: Journal, now: Date): string[] {
  const texts = (names: readonly string[]) => markdownText(names.join(", "));
  const runs = journal.runs.map(({ id, conclusion, url }) =>
    [String(id), markdownText(conclusion ?? ""), url === undefined ? "" : markdownLink(url)].join(" ").trim(),
  );
  const rows: [string, string][] = [
    ["owner", markdownText(secret.owner)],
    ["environments", texts(environments) || "none: the pipeline's own credential"],
    ["where it is from", secret.page === undefined ? "not known to the catalog" : markdownLink(secret.page)],
    ["carriers", texts(carriers) || "none"],
    ["readable in GitHub by", texts(readers) || "jobs of its environments"],
    ["led by", markdownText(journal.by)],
    ["from, to", `${journal.started}, ${now.toISOString()}`],
    ["runs", runs.join("; ") || "none"],
  ];
  return rows.map(([name, text]) => `| ${name} | ${text} |`);
}

function checkCells({ environment, ledger, composite, detail }: EnvironmentCheck): string[] {
  return [environment, ledger, composite, detail];
}

function readerCells({ who, what, kind, times, first, last, detail }: Readers["readers"][number]): string[] {
  return [who, what, kind, String(times), first, last, detail];
}

function changeCells({ at, who, what, kind, detail }: Readers["changes"][number]): string[] {
  return [at, who ?? "unknown", `${kind} ${what}`, detail];
}

function openQuestions({ notes, environments }: Case, { checks }: Journal): string {
  const unproven = checks
    .filter(({ ledger, composite }) => ledger !== "proven" || composite !== "proven")
    .map(({ environment, detail }) => `${environment} is not proven in every way: ${detail}`);
  return bullets([
    ...notes,
    ...unproven,
    ...(environments.length === 0
      ? []
      : ["Applications keep what they have loaded until they load again: which were restarted, and when?"]),
    "Is the old one revoked at the vendor, and did anybody use it meanwhile?",
    "Does it stand anywhere else: a .env file, a ticket, a log, an image?",
    "What would have kept it from getting out, or shown it earlier?",
  ]);
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${markdownText(line)}`).join("\n");
}

function table(heads: readonly string[], rows: readonly (readonly string[])[], none: string): string {
  if (rows.length === 0) return none;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const body = rows.map((cells) => line(cells.map(markdownText)));
  return [line(heads), line(heads.map(() => "---")), ...body].join("\n");
}

/** Somebody who got the values of an environment, or tried to. */
export interface Reader {
  who: string;
  what: string;
  /** `opened`, or `refused`. */
  kind: AuditEvent["kind"];
  times: number;
  first: string;
  last: string;
  /** How, by the log's own words: the last of them. */
  detail: string;
}

/** What the logs tell of a secret since a time, and what they do not. */
export interface Readers {
  readers: Reader[];
  /** Changes of the secret and of who may read it, newest first. */
  changes: AuditEvent[];
  unknown: string[];
}

/**
 * Asks the logs who opened an environment that holds the secret, and joins what one person did in one place.
 *
 * For the pipeline's own credential that is everything: it opens what its owner may open.
 */
export async function findReaders(
  context: Context,
  { secret, way, readers, carriers, rotated }: Case,
  journal: Journal,
): Promise<Readers> {
  const answer = await readAudit(context, {
    since: new Date(journal.since),
    ...(secret.bootstrap ? {} : { environments: secret.environments }),
    // Of what ESC makes the audit knows no name: all openings of its environments may have given it out.
    ...(secret.bootstrap || rotated !== undefined ? {} : { names: [secret.name] }),
  });
  const ways = [
    `workflows of ${readers.join(", ")} may read it in GitHub, and no log says which did`,
    ...(carriers.length > 0 ? ["whoever may write to a carrier's branch could have read it in a run"] : []),
    ...(way === "config" ? [OF_CONFIG] : []),
    ...(secret.bootstrap
      ? ["whoever held it could open all that its owner may: count every secret of these environments in"]
      : []),
    "copies that were made of it, and what was done with it at the vendor: its own logs tell",
  ];
  return {
    readers: joined(
      answer.events.filter((event) => gotIt(event, journal)),
      journal,
    ),
    changes: answer.events.filter(({ kind }) => ["set", "removed", "synced", "access"].includes(kind)),
    unknown: [...answer.unknown, ...ways],
  };
}

const OF_CONFIG =
  "who read it from the stack's config: whoever may decrypt that could (pulumi config --show-secrets, pulumi stack export --show-secrets, a run of the program), now and in its history, and no log was searched for it";

/** Whether it gave out, or was to give out, the value from before: what is opened later gives the new one. */
function gotIt({ kind, environment, at }: AuditEvent, { checks }: Journal): boolean {
  if (kind !== "opened" && kind !== "refused") return false;
  const { until } = checks.find((check) => check.environment === environment) ?? {};
  // The logs' times are whole seconds: what is in the same one counts.
  return until === undefined || Date.parse(at) <= Date.parse(until);
}

function joined(events: readonly AuditEvent[], { by, started }: Journal): Reader[] {
  const found = new Map<string, Reader>();
  for (const { who: login = "unknown", what, kind, at, detail } of events) {
    const who = login === by && Date.parse(at) >= Date.parse(started) ? `${login}, in this procedure` : login;
    const key = [who, what, kind].join("\0");
    const known = found.get(key);
    // Newest first, so each further one is earlier.
    if (known !== undefined) Object.assign(known, { times: known.times + 1, first: at });
    else found.set(key, { who, what, kind, times: 1, first: at, last: at, detail });
  }
  return [...found.values()];
}
