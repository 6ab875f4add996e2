import type { PresenceReport } from "../../operations/validation/find-missing";
import { COMMAND, counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environmentOrAll, flag, text } from "../options";
import { tableLines } from "../table";

/** Shows which secrets a place lacks. */
export const detectMissingCommand = defineCommand({
  name: "detect-missing",
  topic: "look",
  summary: "Show which secrets GitHub, ESC or a .env file lacks",
  details: [
    "Looks for every secret of each deployment environment in GitHub, in ESC and, with --env-file, in a .env file. It opens no value: GitHub shows that a secret exists, which may still hold the placeholder; the ledger tells whether a value was ever synced. A secret with a public default is nowhere missing.",
    "Ends with 1 if a required secret is missing somewhere, and with 2 if none is and a place could not be seen. --json prints { secrets: [{ environment, name, required, github, esc, file }], unseen }; each place is there, missing or unknown.",
  ],
  replaces: "secrets_manager.py detect-missing",
  options: {
    environment: environmentOrAll("only this deployment environment"),
    envFile: text("<file>", "look in this .env file too", { completes: "file" }),
    json: flag("print every secret by place as JSON"),
  },
  examples: ["detect-missing", "detect-missing --environment production --env-file .env.production"],
  load: () =>
    require("../../operations/validation/find-missing") as typeof import("../../operations/validation/find-missing"),
  run: async (
    { terminal, ...context },
    { environment: environments, envFile, json },
    { findMissing, isMissing },
  ) => {
    const report = await findMissing(context, environments, envFile);
    const missing = report.rows.filter(isMissing);
    if (json) terminal.print(JSON.stringify({ secrets: report.rows, unseen: report.unseen }));
    else for (const line of linesOf(report, missing, terminal.width)) terminal.print(line);
    for (const line of report.unseen) terminal.say(`not seen: ${line}`);
    if (missing.length > 0) return EXIT.found;
    return report.unseen.length > 0 ? EXIT.failed : EXIT.done;
  },
});

function linesOf(
  { rows }: PresenceReport,
  missing: PresenceReport["rows"],
  width: number | undefined,
): string[] {
  const table = tableLines(
    missing.map(({ environment, name, github, esc, file }) => [
      environment,
      name,
      `GitHub: ${github}`,
      `ESC: ${esc}`,
      ...(file === undefined ? [] : [`.env: ${file}`]),
    ]),
    width,
  );
  const optional = rows.filter(({ required, esc }) => !required && esc === "missing").length;
  return [
    ...table,
    ...(table.length > 0 ? [""] : []),
    `${counted(rows.length, "secret")} looked for, ${missing.length === 0 ? "none" : missing.length} missing, ${optional} optional without a value in ESC`,
    ...(missing.length > 0
      ? [`Remedy: ${COMMAND} set NAME, or import-from-env; the sync brings it to ESC`]
      : []),
  ];
}
