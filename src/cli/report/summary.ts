import type { ReportData } from "../../operations/report/report-data";
import { counted } from "../../text";
import type { Look } from "./looks";

/** One number at the head of the report. */
export interface Tile {
  look: Look;
  number: string;
  words: string;
  more: string;
}

/** What a reader sees first, on the page and in the terminal. */
export function tilesOf(data: ReportData): Tile[] {
  return [todoTile, syncTile, rotationTile, accessTile, driftTile, runTile, openingsTile].map((tile) =>
    tile(data),
  );
}

function todoTile({ today }: ReportData): Tile {
  const now = today.filter(({ urgency }) => urgency === "now").length;
  const look = now > 0 ? "late" : today.length > 0 ? "soon" : "ok";
  return { look, number: String(now), words: "to do now", more: `${today.length - now} soon` };
}

/** A value that is overdue is in sync. */
function syncTile({ secrets }: ReportData): Tile {
  const states = secrets.flatMap((secret) => secret.states);
  const words = "values in sync";
  if (states.length === 0) return notRead(words);
  const inSync = states.filter(({ standing }) =>
    standing.every((state) => state === "in-sync" || state === "overdue"),
  ).length;
  const look = inSync === states.length ? "ok" : "soon";
  return { look, number: `${inSync}/${states.length}`, words, more: counted(secrets.length, "secret") };
}

function rotationTile({ secrets }: ReportData): Tile {
  const ages = secrets.flatMap((secret) => secret.ages);
  const words = "overdue for rotation";
  if (ages.length === 0) return notRead(words);
  const count = (state: string) => ages.filter((age) => age.state === state).length;
  const [overdue, due] = [count("overdue"), count("due")];
  const look = overdue > 0 ? "late" : due > 0 ? "soon" : "ok";
  return { look, number: String(overdue), words, more: `${due} due in 14 days` };
}

function accessTile({ access }: ReportData): Tile {
  const words = "access differences";
  const more = counted(access.rights.length, "right");
  if (access.cloud === undefined) return { ...notRead(words), more };
  const { length } = access.cloud.differences;
  return { look: length > 0 ? "late" : "ok", number: String(length), words, more };
}

function driftTile({ drift }: ReportData): Tile {
  const words = "drifted in GitHub";
  if (drift === undefined) return notRead(words);
  const { length } = drift.drift;
  const more = `${drift.declared} declared`;
  return { look: length > 0 ? "late" : "ok", number: String(length), words, more };
}

function runTile({ syncs, asOf }: ReportData): Tile {
  const [last] = syncs;
  const words = "since the last sync";
  if (last === undefined) return { look: "unknown", number: "?", words, more: "none in this time" };
  const look = last.outcome === "success" ? "ok" : "late";
  return { look, number: ago(last.started, asOf), words, more: last.outcome };
}

function openingsTile({ openings }: ReportData): Tile {
  if (openings === undefined) return notRead("openings");
  const sum = (field: "opened" | "refused") => openings.days.reduce((all, day) => all + day[field], 0);
  const refused = sum("refused");
  const look = refused > 0 ? "soon" : "none";
  return { look, number: String(sum("opened")), words: "openings", more: `${refused} refused` };
}

function notRead(words: string): Tile {
  return { look: "unknown", number: "?", words, more: "not read" };
}

function ago(time: string, now: string): string {
  const minutes = Math.max(0, Math.floor((Date.parse(now) - Date.parse(time)) / 60_000));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
