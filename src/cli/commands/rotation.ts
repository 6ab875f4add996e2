import { createGitHubIssues } from "../../clients/github-issues";
import { RemedyError } from "../../errors";
import type { RotationRow, RotationState } from "../../ledger/rotation";
import { readRotation } from "../../operations/rotation/read-rotation";
import { renderCalendar, writeCalendar } from "../../operations/rotation/rotation-calendar";
import { applyIssues, ISSUE_LABEL, planIssues } from "../../operations/rotation/rotation-issues";
import { COMMAND, counted } from "../../text";
import { type CommandContext, EXIT, type ExitCode } from "../command";
import type { OldCommandSpec as CommandSpec, Typed } from "../old-command";
import { tableLines } from "../table";
import type { Terminal } from "../terminal";

const DUE_WITHIN = 14;

/** Which values are past their rotation, whose they are, and where a new one is made. */
export const rotationCommand: CommandSpec = {
  name: "rotation",
  topic: "look",
  description: "List values that are overdue, due soon or never set",
  details: [
    "By owner, with the vendor's page where a new one is made. Age counts from the last change of the value, which the ledgers know; the right to read them is enough. Exit code 1 when something is overdue, 2 when a ledger cannot be read.",
    "--issues keeps one open issue for each overdue secret, and closes it once it is rotated; it needs a GITHUB_TOKEN that may write issues there. Issues of other logins than the token's it leaves alone, so always use the same one.",
  ],
  options: [
    ["--owner <name>", "secrets of this owner alone"],
    ["--due-within <days>", `days before its day from which on a value is due (default: ${DUE_WITHIN})`],
    ["--ics <file>", "write a calendar with the day of every value; an older one of these is replaced"],
    [
      "--issues [repository]",
      "open, update and close issues there: OWNER/NAME or NAME (default: programRepository)",
    ],
    ["--json", "print every value's standing as JSON, the fresh ones too"],
  ],
  examples: [
    `${COMMAND} rotation --owner DevOps --due-within 30`,
    `${COMMAND} rotation --ics rotation.ics`,
    `${COMMAND} rotation --issues`,
  ],
  run,
};

async function run(context: CommandContext, typed: Typed): Promise<ExitCode> {
  const { terminal } = context;
  const dueWithin = daysIn(typed.text("dueWithin"));
  const owner = typed.text("owner");
  const repository = repositoryIn(context, typed);
  const { rows, unread } = await readRotation(context, dueWithin);
  const owners = [...new Set(rows.map((row) => row.owner))];
  if (owner !== undefined && !owners.includes(owner))
    throw new RemedyError({
      code: "owner-unknown",
      subject: "--owner",
      cause: `owns no secret: ${owner}`,
      remedy: `name one of ${owners.join(", ")}`,
    });
  const asked = rows.filter((row) => owner === undefined || row.owner === owner);
  if (typed.has("json")) terminal.print(JSON.stringify(asked));
  else report(terminal, asked, dueWithin);
  const ics = typed.text("ics");
  if (ics !== undefined) {
    writeCalendar(ics, renderCalendar(asked, context.project.settings, context.now()));
    terminal.say(`${ics}: ${counted(asked.filter((row) => row.dueOn !== undefined).length, "day")}`);
  }
  if (repository !== undefined) await keepIssues(context, repository, rows, owner);
  for (const line of unread) terminal.say(`not known: ${line}`);
  const blind = asked.some((row) => row.state === "unknown" && row.environments.length > 0);
  if (blind) return EXIT.failed;
  return asked.some((row) => row.state === "overdue") ? EXIT.found : EXIT.done;
}

function daysIn(text: string | undefined): number {
  if (text === undefined) return DUE_WITHIN;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new RemedyError({
    code: "number-invalid",
    subject: "--due-within",
    cause: "is no number of days",
    remedy: "write a whole number, such as 30",
  });
}

/** `owner/name` of the repository for issues; undefined where none are asked for. */
function repositoryIn({ project: { settings } }: CommandContext, typed: Typed): string | undefined {
  if (!typed.has("issues") && typed.text("issues") === undefined) return undefined;
  const named = typed.text("issues") ?? settings.programRepository;
  if (named === undefined) {
    const remedy = "name a repository behind it, or set programRepository in the stack's config";
    throw new RemedyError({
      code: "program-repository-missing",
      subject: "--issues",
      cause: "it is not said where",
      remedy,
    });
  }
  if (/^[\w.-]+(\/[\w.-]+)?$/.test(named))
    return named.includes("/") ? named : `${settings.githubOrganization}/${named}`;
  throw new RemedyError({
    code: "github-repository-invalid",
    subject: "--issues",
    cause: "names no repository",
    remedy: "write OWNER/NAME, or NAME for the organization's",
  });
}

const SHOWN: readonly RotationState[] = ["overdue", "due", "never", "unknown"];

function report(
  { print, width }: Pick<Terminal, "print" | "width">,
  rows: readonly RotationRow[],
  dueWithin: number,
): void {
  const shown = rows.filter((row) => SHOWN.includes(row.state));
  const cells = shown.map((row) => [
    row.owner,
    row.state,
    row.name,
    row.environments.join(", ") || "GitHub alone",
    when(row),
    [row.page, row.note].filter((each) => each !== undefined).join("  "),
  ]);
  for (const line of tableLines(cells, width)) print(line);
  if (cells.length > 0) print("");
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
  print(`${values}${counted(names, "secret")}: ${told.join(", ")}`);
}

function when({ dueOn, changed, ageDays }: RotationRow): string {
  if (dueOn === undefined) return ageDays === undefined ? "" : `at least ${ageDays} days old`;
  return `due ${dueOn}, changed ${changed?.slice(0, 10)}`;
}

async function keepIssues(
  context: CommandContext,
  repository: string,
  rows: readonly RotationRow[],
  owner: string | undefined,
): Promise<void> {
  const issues = createGitHubIssues(context.githubCall(), repository);
  const mayLabel = await issues.mayLabel();
  const plan = planIssues(rows, await issues.ownOpen(), owner);
  if (!mayLabel && plan.create.length > 0)
    context.terminal.say(`${repository}: without the label ${ISSUE_LABEL}, which takes the right to push`);
  const done = await applyIssues(issues, plan, mayLabel);
  for (const line of done) context.terminal.say(line);
  const open = plan.create.length + plan.update.length + plan.unchanged.length;
  context.terminal.say(`${repository}: ${counted(open, "open issue")}, one for each overdue secret`);
}
