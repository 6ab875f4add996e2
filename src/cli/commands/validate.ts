import type { Validation } from "../../operations/validation/validate-values";
import { counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { environmentOrAll, flag, text, usageError } from "../options";
import { tableLines } from "../table";

/** Checks values, without showing one. */
export const validateCommand = defineCommand({
  name: "validate",
  topic: "look",
  summary: "Check formats, sizes, placeholders and repeated values",
  details: [
    "Opens what applications of each deployment environment open, which the audit log records; with --env-file it looks at that file instead. It checks each value by the sync's rules: format, size, placeholder. It compares values: one under several names, and one in several deployment environments that should each have their own. It tells what expired at the vendor. No value is shown.",
    "--live sends each value to the vendor that its name and form show, and to nobody else, as the cheapest read that the vendor offers; src/catalog/vendors.ts lists them. It says of each whether the vendor accepted or refused it, whether it was unreachable, or untested because no read is known. --dry-run names what would be asked and sends nothing. A vendor may log the read.",
    "Ends with 1 if something is wrong or refused; a warning changes no exit code. --json prints { values, findings: [{ code, state, subject, places, cause }], vendors: [{ name, place, state, asked, detail }] }; vendors with --live, its state accepted, refused, unreachable, untested or would-ask.",
  ],
  replaces: "secrets_manager.py validate",
  options: {
    environment: environmentOrAll("only this deployment environment"),
    envFile: text("<file>", "look at this .env file instead of ESC", { completes: "file" }),
    live: flag("also ask vendors whether they take the values"),
    dryRun: flag("with --live: only say which vendor would be asked what"),
    json: flag("print the findings as JSON"),
  },
  examples: [
    "validate --environment staging",
    "validate --env-file .env",
    "validate --environment production --live --dry-run",
  ],
  load: () =>
    require("../../operations/validation/validate-values") as typeof import("../../operations/validation/validate-values"),
  run: async ({ terminal, ...context }, typed, { validateValues }) => {
    const { environment: environments, envFile, live, dryRun, json } = typed;
    if (dryRun && !live) throw usageError({ command: "validate", name: "--dry-run" }, "is for --live");
    const asking = live ? (dryRun ? "name" : "ask") : undefined;
    const found = await validateValues(context, envFile, environments, asking);
    if (json) terminal.print(JSON.stringify(found));
    else {
      for (const line of vendorLines(found.vendors, terminal.width)) terminal.print(line);
      for (const line of linesOf(found, terminal.width)) terminal.print(line);
    }
    const isRefused = found.vendors?.some(({ state }) => state === "refused") ?? false;
    return isRefused || found.findings.some(({ state }) => state === "wrong") ? EXIT.found : EXIT.done;
  },
});

const STATES = ["accepted", "refused", "unreachable", "untested", "would-ask"] as const;

function vendorLines(vendors: Validation["vendors"] = [], width: number | undefined): string[] {
  if (vendors.length === 0) return [];
  const counts = STATES.map(
    (state) => [vendors.filter((each) => each.state === state).length, state] as const,
  );
  const told = counts.filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`);
  return [
    ...tableLines(
      vendors.map(({ state, name, place, asked = "", detail }) => [state, name, place, asked, detail]),
      width,
    ),
    "",
    `vendors: ${told.join(", ")}`,
    "",
  ];
}

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
