import { requireCloud } from "../../operations/context";
import { type HistoryLine, readHistory } from "../../operations/versions/history";
import { COMMAND } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { environmentArgument, groupOption, limitOption } from "../options";
import { tableLines } from "../table";

/** The service's largest page of revisions. */
const MOST = 500;

/** What changed when, by whom and in which run. */
export const historyCommand: CommandSpec = {
  name: "history",
  topic: "look",
  description: "Revisions of an environment: when, by whom, which names changed",
  details: [
    "A sync that leaves something new tags it in all groups: run-123 after GitHub's run. One of only some names leaves that to the next whole one. Values are neither opened nor shown: a changed ciphertext is a changed value, or the same value set anew. The right to read is enough.",
  ],
  names: ["<environment>", "environment of the catalog"],
  options: [
    ["--group <name>", "this group alone"],
    ["--limit <count>", `how many revisions, 1 to ${MOST} (default: 20)`],
    ["--json", "print the revisions as JSON"],
  ],
  examples: [
    `${COMMAND} history production`,
    `${COMMAND} history production --group api-keys --json | jq '.[0].tags'`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal, project } = context;
  const environment = environmentArgument(context, typed, "history");
  const limit = limitOption(typed, MOST) ?? 20;
  const asked = { environment, groups: groupOption(context, typed), limit };
  const { lines, hasOlder } = await readHistory(requireCloud(context), project.settings, asked);
  if (typed.has("json")) {
    terminal.print(JSON.stringify(lines));
    return EXIT.done;
  }
  for (const line of tableLines(lines.map(row))) terminal.print(line);
  if (lines.some(({ pinned }) => pinned))
    terminal.say(
      "Applications get the pinned revisions, not the newest (compositeTags in the stack's config)",
    );
  if (hasOlder) terminal.say(olderThan(limit));
  return EXIT.done;
}

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
