import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { stringify } from "csv-stringify/sync";
import { RemedyError } from "../errors";
import type { EvidenceSection } from "../operations/evidence/access-sections";
import { markdownText } from "../text";

/** What the bundle is about. */
export interface EvidenceSubject {
  organization: string;
  stack: string;
  asOf: Date;
  since: Date;
}

/** Rows that a page shows: more are for the CSV, and a viewer that sorts. */
const SHOWN = 200;

/**
 * The bundle's files by name: a page for people and a CSV per section. The same for the same input.
 */
export function renderEvidence(
  sections: readonly EvidenceSection[],
  subject: EvidenceSubject,
): Map<string, string> {
  const files = new Map(sections.map((section) => [fileOf(section), csvOf(section)]));
  const index = sections.map((section) => [
    `[${section.title}](${fileOf(section)})`,
    String(section.rows.length),
    createHash("sha256")
      .update(files.get(fileOf(section)) ?? "")
      .digest("hex"),
  ]);
  const page = [
    `# Evidence: secrets of ${markdownText(subject.organization)}`,
    "",
    `As of ${subject.asOf.toISOString()}; history since ${subject.since.toISOString()}; config of the stack ${markdownText(subject.stack)}. It holds names and times, and no value.`,
    "",
    ...table(["Section", "Rows", "SHA-256 of its CSV"], index),
    ...sections.flatMap(partOf),
  ];
  return new Map([["README.md", `${page.join("\n")}\n`], ...files]);
}

function fileOf({ name }: EvidenceSection): string {
  return `${name}.csv`;
}

/** Spreadsheets take a cell that begins with =, +, - or @ for a formula: such ones are quoted by an apostrophe. */
function csvOf({ columns, rows }: EvidenceSection): string {
  return stringify(
    [columns, ...rows].map((row) => [...row]),
    { escape_formulas: true },
  );
}

function partOf(section: EvidenceSection): string[] {
  const { title, about, source, columns, rows, unknown } = section;
  const rest = rows.length - SHOWN;
  return [
    "",
    `## ${title}`,
    "",
    about,
    `Source: ${source}.`,
    "",
    ...(rows.length === 0
      ? ["Nothing."]
      : table(
          columns,
          rows.slice(0, SHOWN).map((row) => row.map(markdownText)),
        )),
    ...(rest > 0 ? ["", `${rest} more rows are in [${fileOf(section)}](${fileOf(section)}).`] : []),
    ...(unknown.length === 0
      ? []
      : ["", "Not known:", "", ...unknown.map((line) => `- ${markdownText(line)}`)]),
  ];
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)];
}

/** Names that a bundle has: what tells its folder from one of somebody else. */
const OURS = /^(README\.md|[a-z-]+\.csv)$/;

/**
 * Writes a bundle's files into a folder of their own, all or none: readable by their owner alone, for they say who may
 * reach what.
 *
 * @param replace whether an older bundle may go.
 * @throws RemedyError when the folder is there and is not to be replaced, or holds anything but a bundle.
 */
export function writeBundle(folder: string, files: ReadonlyMap<string, string>, replace: boolean): void {
  const target = resolve(folder);
  refuseOccupied(folder, target, replace);
  mkdirSync(dirname(target), { recursive: true });
  const [fresh, old] = [`${target}.new-${process.pid}`, `${target}.old-${process.pid}`];
  try {
    mkdirSync(fresh, { mode: 0o700 });
    for (const [name, text] of files) writeFileSync(`${fresh}/${name}`, text, { mode: 0o600, flag: "wx" });
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
    rmSync(old, { recursive: true, force: true });
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (existsSync(old) && !existsSync(target)) renameSync(old, target);
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new RemedyError({
      code: "folder-not-writable",
      subject: folder,
      cause: `it cannot be written (${code})`,
      remedy: "name a folder that may be made",
    });
  }
}

function refuseOccupied(folder: string, target: string, replace: boolean): void {
  if (!existsSync(target)) return;
  if (!lstatSync(target).isDirectory())
    throw new RemedyError({
      code: "folder-occupied",
      subject: folder,
      cause: "it is there, and is not a folder",
      remedy: "name a folder that is not there yet",
    });
  const inside = readdirSync(target);
  if (inside.length === 0) return;
  const isBundle = inside.includes("README.md") && inside.every((name) => OURS.test(name));
  if (!isBundle)
    throw new RemedyError({
      code: "folder-occupied",
      subject: folder,
      cause: "it holds other files than a bundle's",
      remedy: "name a folder that is not there yet",
    });
  if (!replace)
    throw new RemedyError({
      code: "folder-occupied",
      subject: folder,
      cause: "an older bundle is there",
      remedy: "name another folder, or add --replace",
    });
}
