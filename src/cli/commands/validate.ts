import type { Validation } from "../../operations/validation/validate-values";
import { counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environmentOrAll, flag, text } from "../options";
import { tableLines } from "../table";

/** Checks values, without showing one. */
export const validateCommand = defineCommand({
  name: "validate",
  topic: "look",
  summary: "Check formats, sizes, placeholders and repeated values",
  details: [
    "Opens what applications of each deployment environment open, which the audit log records; with --env-file it looks at that file instead. It checks each value by the sync's rules: format, size, placeholder. It compares values: one under several names, and one in several deployment environments that should each have their own. It tells what expired at the vendor. No value is shown.",
    "Ends with 1 if something is wrong; a warning changes no exit code. --json prints { values, findings: [{ code, state, subject, places, cause }] }.",
  ],
  replaces: "secrets_manager.py validate",
  options: {
    environment: environmentOrAll("only this deployment environment"),
    envFile: text("<file>", "look at this .env file instead of ESC", { completes: "file" }),
    json: flag("print the findings as JSON"),
  },
  examples: ["validate --environment staging", "validate --env-file .env"],
  load: () =>
    require("../../operations/validation/validate-values") as typeof import("../../operations/validation/validate-values"),
  run: async ({ terminal, ...context }, { environment: environments, envFile, json }, { validateValues }) => {
    const found = await validateValues(context, envFile, environments);
    if (json) terminal.print(JSON.stringify(found));
    else for (const line of linesOf(found, terminal.width)) terminal.print(line);
    return found.findings.some(({ state }) => state === "wrong") ? EXIT.found : EXIT.done;
  },
});

function linesOf({ values, findings }: Validation, width: number | undefined): string[] {
  const rows = findings.map(({ state, subject, places, cause }) => [
    state,
    subject,
    places.join(", "),
    cause,
  ]);
  const count = (wanted: string) => findings.filter(({ state }) => state === wanted).length;
  const sum = `${count("wrong")} wrong, ${counted(count("warning"), "warning")}`;
  return [
    ...tableLines(rows, width),
    ...(rows.length > 0 ? [""] : []),
    `${counted(values, "value")}: ${sum}`,
  ];
}
