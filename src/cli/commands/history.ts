import type { HistoryLine } from "../../operations/versions/history";
import { defineCommand, EXIT } from "../command";
import { flag, group, oneEnvironment, wholeNumber } from "../options";
import { tableLines } from "../table";

/** The service's largest page of revisions. */
const MOST = 500;
const SHOWN = 20;

/** What changed when, by whom and in which run. */
export const historyCommand = defineCommand({
  name: "history",
  topic: "look",
  summary: "List an environment's revisions and what each changed",
  details: [
    "Each line has a revision's time, author, tags and the names that changed. A sync that changes something tags the revisions of all groups with its run: run-123. A sync of only some names sets no tag; the next full one does. The command neither opens nor shows values. A changed ciphertext means a changed value, or the same value set again. Permission to read is enough.",
    "--json prints [{ environment, group, revision, created, by, tags, pinned, retracted, added, changed, removed }].",
  ],
  positionals: { environment: oneEnvironment("deployment environment of the catalog") },
  options: {
    group: group("only this group"),
    limit: wholeNumber("<count>", `how many revisions, 1 to ${MOST} (default: ${SHOWN})`, {
      from: 1,
      to: MOST,
    }),
    json: flag("print the revisions as JSON"),
  },
  examples: ["history production", "history production --group api-keys --json | jq '.[0].tags'"],
  load: () =>
    require("../../operations/versions/history") as typeof import("../../operations/versions/history"),
  run: async ({ terminal, ...context }, { environment, group, limit = SHOWN, json }, { readHistory }) => {
    const { lines, hasOlder } = await readHistory(context, { environment, group, limit });
    const rows = json ? [JSON.stringify(lines)] : tableLines(lines.map(row), terminal.width);
    for (const line of rows) terminal.print(line);
    if (json) return EXIT.done;
    if (lines.some(({ pinned }) => pinned))
      terminal.say(
        "Applications get the pinned revisions, not the newest (compositeTags in the stack's config)",
      );
    if (hasOlder) terminal.say(olderThan(limit));
    return EXIT.done;
  },
});

function olderThan(limit: number): string {
  const how =
    limit < MOST ? `--limit ${Math.min(limit * 5, MOST)} shows more` : "pulumi env version history has them";
  return `Older revisions are not shown: ${how}`;
}

function row(line: HistoryLine): string[] {
  const marks = line.pinned ? [...line.tags, "(pinned)"] : line.tags;
  const at = line.created.replace(/\.\d+/, "");
  return [at, `${line.group}@${line.revision}`, line.by, marks.join(" "), wordsOf(line)];
}

function wordsOf({ retracted, added, changed, removed }: HistoryLine): string {
  if (retracted) return "retracted";
  if (added === undefined || changed === undefined || removed === undefined) return "not YAML";
  const words = Object.entries({ added, changed, removed }).filter(([, names]) => names.length > 0);
  return words.map(([verb, names]) => `${verb} ${names.join(", ")}`).join("; ") || "no value changed";
}
