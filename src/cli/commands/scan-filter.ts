import type { LeftOut } from "../../operations/scan/build-filter";
import { COMMAND, counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environment, flag, text } from "../options";
import { tableLines } from "../table";

/** Makes what `scan` knows this organization's values by. */
export const scanFilterCommand = defineCommand({
  name: "scan-filter",
  topic: "look",
  summary: "Write the marks by which scan finds your own values",
  details: [
    "Opens what applications of each deployment environment open, which the audit log records, and writes 48 bits of a keyed hash for each credential to secrets/scan-filter.json. Commit that file: no value can be told from it, and scan needs nothing else. docs/SECURITY.md says what somebody learns who has it. Values that are short or can be guessed get no mark: it names them. Run it after each rotation.",
    "--check opens nothing: it compares the file with the ledgers, and ends with 1 if a value has changed since. --json prints { file, state, marks, leftOut: [{ environment, name, why }] }, or { file, stale: [{ environment, name, changed }] }.",
  ],
  options: {
    environment: environment("only this deployment environment; the marks of the others stay"),
    file: text("<file>", "where the marks are kept (default: secrets/scan-filter.json)", {
      completes: "file",
    }),
    check: flag("write nothing; end with 1 if the marks are out of date"),
    dryRun: flag("write nothing, and show what would have no mark"),
    json: flag("print the result as JSON"),
  },
  examples: ["scan-filter", "scan-filter --check", "scan-filter --environment production --dry-run"],
  load: () =>
    require("../../operations/scan/keep-filter") as typeof import("../../operations/scan/keep-filter"),
  run: async ({ terminal, ...context }, asked, { keepFilter, checkFilter, filterFile }) => {
    const file = asked.file ?? filterFile(context.project.dir);
    const environments = asked.environment === undefined ? context.catalog.environments : [asked.environment];
    if (asked.check) {
      const stale = await checkFilter(context, environments, file);
      if (asked.json) terminal.print(JSON.stringify({ file, stale }));
      else {
        const rows = stale.map(({ environment, name, changed }) => [environment, name, `changed ${changed}`]);
        for (const line of tableLines(rows, terminal.width)) terminal.print(line);
        terminal.print(
          `${file}: ${stale.length === 0 ? "current" : `${counted(stale.length, "value")} changed since`}`,
        );
        if (stale.length > 0) terminal.print(`Remedy: ${COMMAND} scan-filter, then commit the file`);
      }
      return stale.length === 0 ? EXIT.done : EXIT.found;
    }
    const { state, marks, leftOut } = await keepFilter(context, environments, file, asked.dryRun);
    if (asked.json) terminal.print(JSON.stringify({ file, state, marks, leftOut }));
    else for (const line of linesOf(file, state, marks, leftOut, terminal.width)) terminal.print(line);
    return EXIT.done;
  },
});

function linesOf(
  file: string,
  state: string,
  marks: number,
  leftOut: readonly LeftOut[],
  width: number | undefined,
): string[] {
  const rows = leftOut.map(({ environment, name, why }) => [environment, name, why]);
  return [
    ...(rows.length === 0 ? [] : ["Not covered, so scan cannot find these:", ...tableLines(rows, width), ""]),
    `${file}: ${state}, ${counted(marks, "mark")}`,
  ];
}
