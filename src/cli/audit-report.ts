import type { AuditEvent } from "../operations/audit/audit-event";
import type { AuditGroup } from "../operations/audit/group-audit";
import type { Folded } from "../operations/audit/join-audit";
import { counted } from "../text";
import { markOf, type Screen, type ScreenLine } from "./screen";
import { headedLines, wrapped } from "./table";

/** The sum of all events, and what was refused in it. */
export function auditHead(events: readonly AuditEvent[], since: Date, screen: Screen): ScreenLine[] {
  const kinds = new Map<string, number>();
  for (const { kind } of events) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const counts = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
  const sum = `${counted(events.length, "event")} since ${since.toISOString()}${counts.length === 0 ? "" : `: ${counts.join(", ")}`}`;
  const refused = new Map<string, { event: AuditEvent; times: number }>();
  for (const event of events.filter(({ kind }) => kind === "refused")) {
    const key = `${event.who}\0${event.what}`;
    refused.set(key, { event: refused.get(key)?.event ?? event, times: (refused.get(key)?.times ?? 0) + 1 });
  }
  return [
    ...wrapped(sum, screen.width).map((text) => ({ text, role: "heading" as const })),
    ...[...refused.values()].flatMap(({ event, times }) => [
      ...wrapped(
        `${markOf("wrong", screen, "refused")} ${event.who ?? "unknown"} may not open ${event.what}: ${counted(times, "time")}, last at ${moment(event.at)}`,
        screen.width,
        "  ",
        "",
      ),
    ]),
  ];
}

/** A row an hour, person and deployment environment. */
export function groupLines(groups: readonly AuditGroup[], { width }: Screen): ScreenLine[] {
  return withHeading(
    ["hour (UTC)", "who", "environment", "did"],
    groups.map(({ hour, who, environment = "", did, runs }) => [
      hour.slice(0, 13).replace("T", " "),
      who ?? "unknown",
      environment,
      did.map(({ kind, times, whats }) => deed(kind, times, whats)).join(", ") + runsIn(runs),
    ]),
    width,
  );
}

/** Runs that a row names. */
const RUNS = 3;

function runsIn(runs: readonly string[]): string {
  if (runs.length === 0) return "";
  const more = runs.length > RUNS ? ` and ${runs.length - RUNS} more` : "";
  return `; ${runs.length === 1 ? "run" : "runs"} ${runs.slice(0, RUNS).join(", ")}${more}`;
}

/** `opened 7 (14 times)`: seven things, fourteen times in all; one thing by its name. */
function deed(kind: string, times: number, whats: readonly string[]): string {
  const [only, other] = whats;
  const what = other === undefined ? ` ${only}` : ` ${whats.length}`;
  return `${kind}${what}${times === whats.length ? "" : ` (${counted(times, "time")})`}`;
}

/** A row an event; similar ones within an hour are one. */
export function eventLines(rows: readonly Folded[], { width }: Screen): ScreenLine[] {
  return withHeading(
    ["time", "who", "did", "what", "run", "detail"],
    rows.map((event) => [
      moment(event.at),
      event.who ?? "unknown",
      event.times === 1 ? event.kind : `${event.kind} x${event.times}`,
      event.what,
      event.run === undefined ? "" : `run ${event.run}`,
      event.detail,
    ]),
    width,
  );
}

function withHeading(heading: readonly string[], rows: string[][], width: number | undefined): ScreenLine[] {
  if (rows.length === 0) return [];
  const [first = "", ...lines] = headedLines(heading, rows, width);
  // Rows that are folded name their columns themselves.
  const isHeading = first.startsWith(`${heading[0]} `);
  return [isHeading ? { text: first, role: "heading" } : first, ...lines];
}

function moment(at: string): string {
  return at.replace(/\.\d+Z$/, "Z");
}
