import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dayOf } from "../catalog/dates";
import { RemedyError } from "../errors";
import type { Context } from "../operations/context";
import type { Case, EnvironmentCheck, Journal } from "../operations/incident/case";
import type { Readers } from "../operations/incident/find-readers";
import { markdownLink, markdownText } from "../text";

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
    `## What changed since then\n\n${table(["when", "who", "what", "how"], readers.changes.map(changeCells), "The logs show nothing.")}`,
    `## What cannot be known\n\n${bullets(readers.unknown)}`,
    `## Open questions\n\n${openQuestions(found, journal)}`,
  ];
  return `${parts.join("\n\n")}\n`;
}

const READER_HEADS = ["who", "environment", "what", "times", "first", "last", "how"];

function facts({ secret, environments, carriers, grantedTo }: Case, journal: Journal, now: Date): string[] {
  const texts = (names: readonly string[]) => markdownText(names.join(", "));
  const runs = journal.runs.map(({ id, conclusion, url }) =>
    [String(id), markdownText(conclusion ?? ""), url === undefined ? "" : markdownLink(url)].join(" ").trim(),
  );
  const rows: [string, string][] = [
    ["owner", markdownText(secret.owner)],
    ["environments", texts(environments) || "none: the pipeline's own credential"],
    ["where it is from", secret.page === undefined ? "not known to the catalog" : markdownLink(secret.page)],
    ["carriers", texts(carriers) || "none"],
    ["readable in GitHub by", texts(grantedTo) || "jobs of its environments"],
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
    "Is it anywhere else: a .env file, a ticket, a log, an image?",
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

/** @param file from the project's folder. @throws RemedyError when there is such a file. */
export function requireFree(context: Context, file: string): void {
  if (existsSync(inProject(context, file))) throw taken(file);
}

/** Writes a file for its owner alone. @throws RemedyError when there is such a file, and when it cannot be written. */
export function writeNew(context: Context, file: string, text: string): void {
  try {
    writeFileSync(inProject(context, file), text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw taken(file);
    const remedy = "name a file in a folder that is there: --out FILE";
    throw new RemedyError({
      code: "file-not-writable",
      subject: file,
      cause: `it cannot be written (${code})`,
      remedy,
    });
  }
}

function inProject({ project }: Context, file: string): string {
  return file.startsWith("/") ? file : join(project.dir, file);
}

function taken(file: string): RemedyError {
  return new RemedyError({
    code: "file-exists",
    subject: file,
    cause: "there is such a file already",
    remedy: "name another: --out FILE",
  });
}

/** `STEM.md`, or `STEM-2.md` and so on where that exists: in an emergency nobody has to think of a file name. */
export function nextFree({ project: { dir } }: Context, stem: string): string {
  for (let count = 1; ; count += 1) {
    const file = `${stem}${count === 1 ? "" : `-${count}`}.md`;
    if (!existsSync(join(dir, file))) return file;
  }
}
