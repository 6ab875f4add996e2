import { dayOf, isDue } from "../../catalog/dates";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { FORMATS } from "../../catalog/formats";
import { rotatedValues } from "../../catalog/rotators";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { quoteForAll } from "./env-quote";

/** A text of the catalog's names, and how many there are. */
export interface EnvTemplate {
  text: string;
  names: number;
}

/**
 * The .env file of an application, without a value: each group's secrets with what a right value looks like and the page
 * where it is made. Required ones hold `your_..._here`, which every command knows for a placeholder; the others are
 * commented out, those with a public default with it. The pipeline's own credential is in no application.
 */
export function renderEnvTemplate({
  catalog,
  project,
  now,
}: Pick<Context, "catalog" | "project" | "now">): EnvTemplate {
  const today = dayOf(now());
  const entries = catalog.entries.filter(
    ({ bootstrap, tombstone }) => !bootstrap && !isDue(tombstone, today),
  );
  const groups = Object.keys(catalog.groups).flatMap((group) => {
    const own = entries.filter((entry) => entry.group === group);
    const rotated = catalog.rotators.filter((rotator) => rotator.group === group).flatMap(rotatedValues);
    if (own.length + rotated.length === 0) return [];
    const lines = own.flatMap((entry) => linesOf(entry, catalog));
    return [
      `\n# --- ${group}: ${oneLine(catalog.groups[group]?.description ?? "")}`,
      ...lines,
      ...rotated.map(({ name }) => `# ESC makes and rotates it.\n# ${name}=`),
    ];
  });
  const head = [
    `# Every secret of ${project.settings.application}, made from the catalog by: ${COMMAND} generate-template`,
    `# Copy it to .env, which git must ignore. ${COMMAND} export-to-env fills that in.`,
  ];
  const names = entries.length + catalog.rotators.flatMap(rotatedValues).length;
  return { text: `${[...head, ...groups].join("\n")}\n`, names };
}

function linesOf(entry: ResolvedEntry, catalog: ResolvedCatalog): string[] {
  const { format, page, tombstone, environments, perEnvironment } = entry;
  const notes = [
    ...(format === "text" ? [] : [FORMATS[format].expected]),
    ...(entry.required || entry.default !== undefined ? [] : ["optional"]),
    ...(perEnvironment ? ["another value in each deployment environment"] : []),
    ...(environments.length === catalog.environments.length ? [] : [`only in ${environments.join(", ")}`]),
    ...(tombstone === undefined ? [] : [`expires ${tombstone}`]),
    ...(page === undefined ? [] : [page]),
  ];
  return [...(notes.length === 0 ? [] : [`# ${oneLine(notes.join("; "))}`]), assignment(entry)];
}

function assignment({ name, required, default: value }: ResolvedEntry): string {
  if (value !== undefined) return `# ${name}=${quoteForAll(value).text ?? ""}`.replaceAll("\n", "\n# ");
  return required ? `${name}=your_${name.toLowerCase()}_here` : `# ${name}=`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
