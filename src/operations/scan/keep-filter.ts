import { existsSync } from "node:fs";
import { join } from "node:path";
import { RemedyError } from "../../errors";
import { COMMAND } from "../../text";
import type { Context } from "../context";
import { isThere, writeWhole } from "../values/private-file";
import { buildFilter, type LeftOut, type StaleMark, staleMarks } from "./build-filter";
import { parseFilter, renderFilter, type ScanFilter } from "./filter-file";

/** What became of the filter's file. */
export interface KeptFilter {
  state: "written" | "current" | "would be written";
  /** How many marks it has. */
  marks: number;
  leftOut: LeftOut[];
}

/** Where the filter is kept: in the program's repository, which whoever scans has. */
export function filterFile(project: string): string {
  return join(project, "secrets", "scan-filter.json");
}

/**
 * Writes the marks of some deployment environments' values to the filter's file; those of others stay.
 *
 * @throws RemedyError when an environment cannot be opened, and for a file that is not a filter; it stays as it is.
 */
export async function keepFilter(
  context: Context,
  environments: readonly string[],
  file: string,
  dryRun: boolean,
): Promise<KeptFilter> {
  const before = isThere(file) ? context.readFile(file).toString("utf8") : undefined;
  const { filter, leftOut } = await buildFilter(
    context,
    environments,
    before === undefined ? undefined : parseFilter(before, file),
  );
  const text = renderFilter(filter);
  const kept = { marks: filter.marks.length, leftOut };
  if (text === before) return { state: "current", ...kept };
  if (dryRun) return { state: "would be written", ...kept };
  writeWhole(file, text, "public");
  return { state: "written", ...kept };
}

/** Values that changed since the filter was made. @throws RemedyError where there is no filter, or a ledger cannot be read. */
export async function checkFilter(
  context: Context,
  environments: readonly string[],
  file: string,
): Promise<StaleMark[]> {
  if (!existsSync(file))
    throw new RemedyError({
      code: "scan-filter-missing",
      subject: file,
      cause: "there is no such file, so scan does not look for values of this organization",
      remedy: `${COMMAND} scan-filter`,
    });
  const filter: ScanFilter = parseFilter(context.readFile(file).toString("utf8"), file);
  return staleMarks(context, environments, filter);
}
