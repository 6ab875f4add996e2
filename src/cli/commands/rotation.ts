import type { RotationRow, RotationState } from "../../ledger/rotation";
import { counted } from "../../text";
import { defineCommand, EXIT } from "../command";
import { flag, optionalText, text, wholeNumber } from "../options";
import { fittedLines, tableLines } from "../table";

const DUE_WITHIN = 14;

/** Which values are past their rotation, whose they are, and where a new one is made. */
export const rotationCommand = defineCommand({
  name: "rotation",
  topic: "look",
  summary: "List values that are overdue, due soon or never set",
  details: [
    "Sorted by owner, with the vendor's page where a new value is made. Age counts from the last change of the value, which the ledgers record; permission to read them is enough. Exit code 1 when something is overdue, 2 when a ledger cannot be read.",
    "--issues keeps one open issue for each overdue secret, and closes it once the secret is rotated. It needs a GITHUB_TOKEN that can write issues there. It changes only issues that the token's login opened, so always use the same login.",
    "--json prints [{ name, environments, owner, state, rotationDays, changed, ageDays, dueOn, page, note }].",
  ],
  options: {
    owner: text("<name>", "only secrets of this owner"),
    dueWithin: wholeNumber(
      "<days>",
      `how many days before its date a value is due (default: ${DUE_WITHIN})`,
      { from: 0, to: 9999 },
    ),
    ics: text("<file>", "write a calendar with every value's date; replaces an older one of these", {
      completes: "file",
    }),
    issues: optionalText(
      "[repository]",
      "open, update and close issues there: OWNER/NAME or NAME (default: programRepository)",
    ),
    json: flag("print every value's state as JSON, also those that are not due"),
  },
  examples: ["rotation --owner DevOps --due-within 30", "rotation --ics rotation.ics", "rotation --issues"],
  load: () => ({
    ...(require("../../operations/rotation/read-rotation") as typeof import("../../operations/rotation/read-rotation")),
    ...(require("../../operations/rotation/rotation-calendar") as typeof import("../../operations/rotation/rotation-calendar")),
    ...(require("../../operations/rotation/rotation-issues") as typeof import("../../operations/rotation/rotation-issues")),
  }),
  run: async ({ terminal, ...context }, { owner, dueWithin = DUE_WITHIN, ics, issues, json }, work) => {
    const { settings } = context.project;
    const repository = issues === undefined ? undefined : work.issueRepository(settings, issues);
    const { rows, unread } = await work.readRotation(context, dueWithin);
    const asked = work.rowsOwnedBy(owner, rows);
    const lines = json ? [JSON.stringify(asked)] : linesOf(asked, dueWithin, terminal.width);
    for (const line of lines) terminal.print(line);
    if (ics !== undefined) {
      work.writeCalendar(ics, work.renderCalendar(asked, settings, context.now()));
      terminal.say(`${ics}: ${counted(asked.filter((row) => row.dueOn !== undefined).length, "day")}`);
    }
    if (repository !== undefined) {
      const { done, open, missingLabel } = await work.keepIssues(context, repository, rows, owner);
      for (const line of done) terminal.say(line);
      if (missingLabel !== undefined)
        terminal.say(`${repository}: without the label ${missingLabel}, which takes the right to push`);
      terminal.say(`${repository}: ${counted(open, "open issue")}, one for each overdue secret`);
    }
    for (const line of unread) terminal.say(`not known: ${line}`);
    if (asked.some((row) => row.state === "unknown" && row.environments.length > 0)) return EXIT.failed;
    return asked.some((row) => row.state === "overdue") ? EXIT.found : EXIT.done;
  },
});

const SHOWN: readonly RotationState[] = ["overdue", "due", "never", "unknown"];

function linesOf(rows: readonly RotationRow[], dueWithin: number, width: number | undefined): string[] {
  const shown = rows.filter((row) => SHOWN.includes(row.state));
  const cells = shown.map((row) => [
    row.owner,
    row.state,
    row.name,
    row.environments.join(", ") || "GitHub alone",
    when(row),
    [row.page, row.note].filter((each) => each !== undefined).join("  "),
  ]);
  const count = (state: RotationState) => rows.filter((row) => row.state === state).length;
  const told = [
    `${count("overdue")} overdue`,
    `${count("due")} due within ${dueWithin} days`,
    `${count("never")} never set`,
    `${count("unknown")} unknown`,
    `${count("fresh")} fresh`,
    `${count("exempt")} not to rotate`,
  ];
  const names = new Set(rows.map(({ name }) => name)).size;
  // Environments whose values changed on different days stand in rows of their own.
  const values = rows.length === names ? "" : `${rows.length} values of `;
  const lines = [
    ...tableLines(cells, width),
    ...(cells.length > 0 ? [""] : []),
    `${values}${counted(names, "secret")}: ${told.join(", ")}`,
  ];
  return fittedLines(lines, width);
}

function when({ dueOn, changed, ageDays }: RotationRow): string {
  if (dueOn === undefined) return ageDays === undefined ? "" : `at least ${ageDays} days old`;
  return `due ${dueOn}, changed ${changed?.slice(0, 10)}`;
}
