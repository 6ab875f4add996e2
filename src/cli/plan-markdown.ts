import { ACTIONS, type Action, type Change, type Plan } from "../operations/plan-comment/read-plan";
import { UNSEEN } from "../text";

/** GitHub refuses longer comments: "body is too long (maximum is 65536 characters)". */
const LONGEST_COMMENT = 65_536;

/** Lists of more lines are folded away. */
const UNFOLDED = 15;

const HEADINGS: Readonly<Record<Action, string>> = {
  create: "Create",
  import: "Take over",
  update: "Update",
  replace: "Replace",
  delete: "Delete",
  "let go": "Let go (it stays where it is)",
};

/** Hidden in the comment, so that the next plan of this stack replaces it. */
export function markerOf(stack: string): string {
  return `<!-- sophia-secrets plan of ${plain(stack)} -->`;
}

/**
 * A plan as Markdown: names of resources and of changed properties, never a value.
 *
 * @returns at most 65,536 characters; the lists are shortened from the longest on, and say so.
 */
export function renderPlan(stack: string, plan: Plan): string {
  const lists = listsOf(plan);
  let most = Math.max(...lists.map(({ lines }) => lines.length), 0);
  let text = layOut(stack, plan, lists, most);
  while (text.length > LONGEST_COMMENT && most > 0) {
    most = Math.floor(most / 2);
    text = layOut(stack, plan, lists, most);
  }
  return text;
}

interface List {
  heading: string;
  lines: readonly string[];
}

function listsOf(plan: Plan): List[] {
  const violations = (mandatory: boolean) =>
    plan.violations
      .filter((each) => each.mandatory === mandatory)
      .map(({ policy, resource }) => `${code(policy)}: ${code(resource)}`);
  const tombstones = plan.tombstones.map(({ name, cause }) => `${code(name)} ${plain(cause)}`);
  const lists = [
    { heading: "Refused by the policies", lines: violations(true) },
    { heading: "Advice of the policies", lines: violations(false) },
    ...ACTIONS.map((action) => ({
      heading: HEADINGS[action],
      lines: plan.changes.filter((change) => change.action === action).map(lineOf),
    })),
    { heading: "Tombstones", lines: tombstones },
  ];
  return lists.filter(({ lines }) => lines.length > 0);
}

function lineOf({ type, name, properties }: Change): string {
  const changed = properties.length === 0 ? "" : `: ${properties.map(code).join(", ")}`;
  return `${code(type)} ${code(name)}${changed}`;
}

function layOut(stack: string, plan: Plan, lists: readonly List[], most: number): string {
  return [
    markerOf(stack),
    `### Plan of ${code(stack)}: ${summaryOf(plan)}`,
    ...(plan.errors > 0 || !plan.complete ? ["", "The preview failed. The log of this job says why."] : []),
    ...lists.flatMap((list) => ["", ...listLines(list, most)]),
    "",
    "Names only, without a value.",
    "",
  ].join("\n");
}

function listLines({ heading, lines }: List, most: number): string[] {
  const shown = lines.slice(0, most).map((line) => `- ${line}`);
  const left = lines.length - shown.length;
  if (left > 0) shown.push(`- and ${left} more`);
  const title = `${heading}: ${lines.length}`;
  if (shown.length <= UNFOLDED) return [`**${title}**`, "", ...shown];
  return [`<details><summary><b>${title}</b></summary>`, "", ...shown, "", "</details>"];
}

function summaryOf({ changes, unchanged }: Plan): string {
  if (changes.length === 0) return `nothing changes (${unchanged} as they are)`;
  const counts = ACTIONS.map(
    (action) => [action, changes.filter((each) => each.action === action).length] as const,
  );
  const told = counts.filter(([, count]) => count > 0).map(([action, count]) => `${count} to ${action}`);
  return `${told.join(", ")}, ${unchanged} as they are`;
}

/** Names are people's: none may end the code span, the comment or the line, or turn its direction. */
function code(name: string): string {
  return `\`${plain(name)}\``;
}

function plain(name: string): string {
  return name.replace(/[`<>]/g, "?").replace(UNSEEN, "?");
}
