import { defineCommand, EXIT } from "../command";
import { flag, since, text } from "../options";
import { tableLines } from "../table";

/** What a review of SOC 2, PCI DSS, HIPAA or GDPR asks for, in one folder. */
export const evidenceCommand = defineCommand({
  name: "evidence",
  topic: "access",
  summary: "Write a folder for SOC 2, PCI DSS, HIPAA and GDPR reviews",
  details: [
    "The folder has a page in Markdown and a CSV file for each section: controls, access matrix, reviews of it, differences from it, rotation, changes, openings, policies, measures. Each section says where its facts come from and what is not known. The files contain names and times, never a value. The command changes nothing else and does not overwrite an existing folder.",
  ],
  options: {
    out: text("<folder>", "where to write it (default: evidence-YYYY-MM-DD)", { completes: "file" }),
    since: since("how far back the history goes: 30d, 12w or a day", "90d"),
    replace: flag("replace an older bundle there; nothing else is ever replaced"),
  },
  examples: ["evidence", "evidence --out reviews/2026-q3 --since 2026-07-01"],
  load: () => ({
    ...(require("../../operations/evidence/collect-evidence") as typeof import("../../operations/evidence/collect-evidence")),
    ...(require("../evidence-bundle") as typeof import("../evidence-bundle")),
  }),
  run: async ({ terminal, ...context }, { out, since, replace }, work) => {
    const { settings, stack } = context.project;
    const asOf = context.now();
    const folder = out ?? `evidence-${asOf.toISOString().slice(0, 10)}`;
    const sections = await work.collectEvidence(context, since);
    const subject = { organization: settings.githubOrganization, stack, asOf, since };
    work.writeBundle(folder, work.renderEvidence(sections, subject), replace);
    const rows = sections.map(({ name, rows: all, unknown }) => [
      `${name}.csv`,
      `${all.length} rows`,
      unknown.length === 0 ? "" : `${unknown.length} not known`,
    ]);
    for (const line of tableLines(rows, terminal.width)) terminal.print(line);
    terminal.print("");
    terminal.print(`Written to ${folder}: begin with its README.md`);
    return EXIT.done;
  },
});
