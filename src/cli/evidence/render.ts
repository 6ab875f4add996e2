import { createHash } from "node:crypto";
import { stringify } from "csv-stringify/sync";
import { markdownText } from "../markdown-text";
import type { EvidenceSection } from "./section";

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
