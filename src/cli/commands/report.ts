import { defineCommand, EXIT, type PositionalSpec } from "../command";
import { flag, since, text } from "../options";

const clones: PositionalSpec<readonly string[]> = {
  notation: "[clones...]",
  description: "clones of repositories, or folders that hold clones, to search for unused secrets",
  completes: "file",
  parse: (typed) => [...new Set(typed)],
};

/** Everything about the secrets in one view, what must be done first. */
export const reportCommand = defineCommand({
  name: "report",
  topic: "look",
  summary: "Show what must be done, and write the report page",
  details: [
    "Begins with what must be done today, by owner, with the command for each. Then the state of each secret per deployment environment, rotation, access and why, drift, the checks of verify, syncs with what each changed and refused, and openings by day. It joins what status, rotation, drift, access, verify, history and audit find, and asks each fact once.",
    "--html writes one page that needs no server and makes no request: a graph of the pipeline, charts, tables, and a filter over all of it. It holds names, times and counts, and no value. The command opens no value, and replaces no file but a report of its own.",
    "A part that your tokens cannot read is named, and the rest is shown. With clones it also lists unused secrets and access that no file uses, as unused does.",
    "--json prints { version, organization, pulumiOrganization, application, stack, asOf, since, publish, environments, groups, today, secrets, pipeline, paused, access, drift, checks, usage, syncs, openings, unread }; docs/report.md says what each holds.",
  ],
  positionals: { clones },
  options: {
    html: text("<file>", "write the page to this file", { completes: "file" }),
    since: since("how far back syncs and openings go: 30d, 12w or a day", "30d"),
    json: flag("print everything as JSON"),
  },
  examples: [
    "report",
    "report --html report.html",
    "report --html report.html --since 90d ../sophia-main ../sophia-frontend",
    "report --json | jq -r '.today[] | select(.urgency == \"now\") | .command'",
  ],
  load: () => ({
    ...(require("../../operations/report/collect-report") as typeof import("../../operations/report/collect-report")),
    ...(require("../../operations/own-file") as typeof import("../../operations/own-file")),
    ...(require("../report/page") as typeof import("../report/page")),
    ...(require("../report/report-lines") as typeof import("../report/report-lines")),
  }),
  run: async ({ terminal, ...context }, { clones, html, since, json }, work) => {
    const data = await work.collectReport(context, { since, clones }, terminal.progress);
    if (html !== undefined) {
      work.writeOwnFile(html, work.renderPage(data), {
        isOurs: work.isReportPage,
        kind: "report",
        mode: 0o600,
      });
      terminal.say(`Written to ${html}`);
    }
    if (json) terminal.print(JSON.stringify(data));
    else if (html === undefined)
      for (const line of work.reportLines(data, terminal.width)) terminal.print(line);
    return EXIT.done;
  },
});
