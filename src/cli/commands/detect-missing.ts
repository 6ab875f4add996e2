import type { PresenceReport } from "../../operations/validation/find-missing";
import { COMMAND, counted, namesIn } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environmentOrAll, flag, text, words } from "../options";
import { tableLines } from "../table";

/** Shows which secrets a place lacks. */
export const detectMissingCommand = defineCommand({
  name: "detect-missing",
  topic: "look",
  summary: "Show which secrets GitHub, ESC, a file or code lacks",
  details: [
    "Looks for every secret of each deployment environment in GitHub, in ESC and, with --env-file, in a .env file. It opens no value: GitHub shows that a secret exists, which may still hold the placeholder; the ledger tells whether a value was ever synced. A secret with a public default is nowhere missing.",
    "With clones of applications it reads their code, on every branch, by its syntax: for the keys that it asks the loader for, and the environment variables that it reads. It names those that the catalog does not have, as far as they are keys of the loader or end as credentials do (_KEY, _TOKEN, _PASSWORD), and those that a deployment environment or the application's groups do not give it. A secret that code does not go on without is missing like a required one; one with a default in the code is not.",
    "Ends with 1 if something is missing, and with 2 if nothing is and a place could not be seen. --json prints { secrets: [{ environment, name, required, github, esc, file, askedBy, isNeeded }], lacking: [{ name, from, repository, path, line, hasDefault, why, environments }], unseen }; each place is there, missing or unknown.",
  ],
  replaces: "secrets_manager.py detect-missing",
  positionals: {
    clones: words("[clones...]", "clones of applications, or folders that hold clones", {
      completes: "file",
    }),
  },
  options: {
    environment: environmentOrAll("only this deployment environment"),
    envFile: text("<file>", "look in this .env file too", { completes: "file" }),
    json: flag("print every secret by place as JSON"),
  },
  examples: [
    "detect-missing",
    "detect-missing --environment production --env-file .env.production",
    "detect-missing ../sophia-main",
  ],
  load: () =>
    require("../../operations/validation/find-missing") as typeof import("../../operations/validation/find-missing"),
  run: async (
    { terminal, ...context },
    { clones, environment: environments, envFile, json },
    { findMissing, isMissing },
  ) => {
    const report = await findMissing(context, environments, envFile, clones, terminal.progress);
    const { rows: secrets, lacking, unseen } = report;
    const missing = secrets.filter(isMissing);
    if (json) terminal.print(JSON.stringify({ secrets, lacking, unseen }));
    else for (const line of linesOf(report, missing, terminal.width)) terminal.print(line);
    for (const line of report.unseen) terminal.say(`not seen: ${line}`);
    if (missing.length > 0 || lacking.some(({ hasDefault }) => !hasDefault)) return EXIT.found;
    return report.unseen.length > 0 ? EXIT.failed : EXIT.done;
  },
});

function linesOf(
  { rows, lacking }: PresenceReport,
  missing: PresenceReport["rows"],
  width: number | undefined,
): string[] {
  const table = tableLines(
    missing.map(({ environment, name, github, esc, file, askedBy = [] }) => [
      environment,
      name,
      `GitHub: ${github}`,
      `ESC: ${esc}`,
      ...(file === undefined ? [] : [`.env: ${file}`]),
      ...(askedBy.length === 0 ? [] : [`asked for in ${namesIn(askedBy)}`]),
    ]),
    width,
  );
  const optional = rows.filter(({ required, esc }) => !required && esc === "missing").length;
  return [
    ...table,
    ...(table.length > 0 ? [""] : []),
    ...lackingLines(lacking, width),
    `${counted(rows.length, "secret")} looked for, ${missing.length === 0 ? "none" : missing.length} missing, ${optional} optional without a value in ESC`,
    ...(lacking.length > 0
      ? ["Remedy: add the entry or its environment to secrets/catalog.ts, or correct the name in the code"]
      : []),
    ...(missing.length > 0
      ? [`Remedy: ${COMMAND} set NAME, or import-from-env; the sync brings it to ESC`]
      : []),
  ];
}

/** What code asks for and does not get; what has a default in the code last. */
function lackingLines(lacking: PresenceReport["lacking"], width: number | undefined): string[] {
  if (lacking.length === 0) return [];
  const rows = [...lacking]
    .sort((a, b) => Number(a.hasDefault) - Number(b.hasDefault))
    .map(({ name, why, environments, repository, path, line, hasDefault }) => [
      "",
      name,
      why === "not in the catalog" ? why : `${why} (${environments.join(", ")})`,
      `${repository}/${path}:${line}${hasDefault ? ", with a default" : ""}`,
    ]);
  return ["Asked for by code, and not given:", ...tableLines(rows, width), ""];
}
