import type { Drift } from "../../operations/drift/detect-drift";
import type { Finding } from "../../operations/drift/find-drift";
import { counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag } from "../options";
import { fittedLines, tableLines } from "../table";

/** Shows what the provider cannot see. */
export const driftCommand = defineCommand({
  name: "drift",
  topic: "look",
  summary: "Show differences between GitHub and the catalog",
  details: [
    "Finds what pulumi preview cannot see: gh secret set resets who can use a secret, people delete and add secrets in the browser, a repository's own secret hides the organization's, other secrets do not fit into a carrier repository. Shows who still uses the former name of a renamed secret. Reads only. Exit code 1 when there is drift.",
    "--json prints { drift, notes }: [{ code, subject, cause, remedy }] each; notes need nothing.",
  ],
  options: { json: flag("print the findings as JSON") },
  examples: ["drift", "drift --json | jq -r '.drift[].subject'"],
  load: () =>
    require("../../operations/drift/detect-drift") as typeof import("../../operations/drift/detect-drift"),
  run: async (context, { json }, { detectDrift }) => {
    const found = await detectDrift(context);
    const { drift, notes } = found;
    const lines = json ? [JSON.stringify({ drift, notes })] : linesOf(found, context.terminal.width);
    for (const line of lines) context.terminal.print(line);
    return drift.length === 0 ? EXIT.done : EXIT.found;
  },
});

function linesOf({ declared, drift, notes }: Drift, width: number | undefined): string[] {
  const rows = tableLines(
    drift.map(({ code, subject, cause, remedy }) => [code, subject, cause, remedy]),
    width,
  );
  const count = counted(drift.length, "difference");
  const told = (code: Finding["code"], heading: string, after: readonly string[] = []) => {
    const some = notes.filter((note) => note.code === code);
    if (some.length === 0) return [];
    return [heading, ...some.map(({ subject, cause }) => `  ${subject}: ${cause}`), ...after];
  };
  const lines = [
    ...rows,
    ...(drift.length > 0 ? [""] : []),
    `${counted(declared, "organization secret")} declared, ${drift.length === 0 ? "no difference" : count}`,
    ...told("environment-value", "Environments with values of their own, which is not drift:"),
    ...told(
      "left-over-expires",
      "Organization secrets that expire, whose entries have a value per environment:",
    ),
    ...told("pull-request-waits", "Pull requests that bring the stack's files, which people merge:"),
    ...told("former-name-exists", "Former names that still exist, and who uses them:", [
      "  Not visible here: other branches, workflows that inherit secrets, applications that read the old key from ESC",
    ]),
  ];
  return fittedLines(lines, width);
}
