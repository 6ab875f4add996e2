import { RemedyError } from "../../errors";
import { UNSEEN } from "../../text";

/** What preview means to do with resources of each kind, in the order it is told. */
export const ACTIONS = ["create", "import", "update", "replace", "delete", "let go"] as const;
export type Action = (typeof ACTIONS)[number];

/** One resource that would change: names only, never a property's value. */
export interface Change {
  action: Action;
  /** Last part of the type: `OidcIssuer`. */
  type: string;
  name: string;
  /** Inputs that differ; of updates and replacements. */
  properties: readonly string[];
}

/** What a preview found. */
export interface Plan {
  changes: readonly Change[];
  /** How many resources stay as they are. */
  unchanged: number;
  /** Violations of a policy pack's rules, by rule and resource. */
  violations: readonly { policy: string; resource: string; mandatory: boolean }[];
  /** Secrets that leave, and when. */
  tombstones: readonly { name: string; day: string; due: boolean }[];
  /** Messages of errors and of violations, for the log of whoever may see it: a provider's may quote what it was sent. */
  messages: readonly string[];
  errors: number;
  /** Whether the preview came to its end. */
  complete: boolean;
}

/** Part of one engine event (`apitype.EngineEvent` of the Pulumi SDK). */
interface EngineEvent {
  resourcePreEvent?: { metadata?: Step };
  policyEvent?: { resourceUrn?: string; message?: string; policyName?: string; enforcementLevel?: string };
  diagnosticEvent?: { message?: string; severity?: string };
  summaryEvent?: { resourceChanges?: Record<string, number> };
}

interface Step {
  op: string;
  urn: string;
  diffs?: string[];
  old?: { custom?: boolean; retainOnDelete?: boolean } | null;
  new?: { custom?: boolean } | null;
}

/** Engine operations that change something (`deploy.StepOp`); a replacement comes as several. */
const OPERATIONS: Readonly<Record<string, Action>> = {
  create: "create",
  import: "import",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  "delete-replaced": "replace",
  delete: "delete",
};

/** As `announceTombstones` of the program words them. */
const TOMBSTONE = /\b([A-Z_][A-Z0-9_]*) (goes on|is due since) (\d{4}-\d{2}-\d{2})/g;

/**
 * Reads what `pulumi preview --json` streams with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true: one event a line. The
 * plain `--json` leaves the policy pack's violations out.
 *
 * @throws RemedyError when it is something else.
 */
export function readPlan(text: string): Plan {
  const events = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(eventOf);
  const changes = new Map<string, Change>();
  for (const { resourcePreEvent } of events) {
    const step = resourcePreEvent?.metadata;
    const change = step && changeOf(step);
    if (step !== undefined && change !== undefined) changes.set(step.urn, change);
  }
  const diagnostics = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const violations = events.flatMap(({ policyEvent }) => policyEvent ?? []);
  const summary = events.flatMap(({ summaryEvent }) => summaryEvent ?? []).at(-1);
  return {
    changes: [...changes.values()].sort(byActionAndName),
    unchanged: summary?.resourceChanges?.same ?? 0,
    violations: violations.map(({ policyName = "a rule", resourceUrn = "", enforcementLevel }) => ({
      policy: policyName,
      resource: resourceUrn === "" ? "the stack" : partsOf(resourceUrn).name,
      mandatory: enforcementLevel === "mandatory",
    })),
    tombstones: diagnostics.flatMap(({ message = "" }) => tombstonesIn(message)),
    messages: [...errors, ...violations].map(({ message = "" }) => message.trim()),
    errors: errors.length,
    complete: summary !== undefined,
  };
}

function eventOf(line: string): EngineEvent {
  try {
    const event = JSON.parse(line) as { sequence?: unknown } | null;
    if (typeof event?.sequence === "number") return event as EngineEvent;
  } catch {}
  throw new RemedyError({
    code: "plan-unreadable",
    subject: "the preview's events",
    cause: "a line is not an event of the engine",
    remedy: "write them with PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json",
  });
}

/** Components are left out: nothing stands for them but what they hold. */
function changeOf({ op, urn, diffs = [], old, new: news }: Step): Change | undefined {
  const operation = OPERATIONS[op];
  if (operation === undefined || !(news?.custom ?? old?.custom ?? false)) return undefined;
  const action = operation === "delete" && old?.retainOnDelete === true ? "let go" : operation;
  const properties = action === "update" || action === "replace" ? [...diffs].sort() : [];
  return { action, ...partsOf(urn), properties };
}

/** `urn:pulumi:STACK::PROJECT::PARENTS$package:module:Type::NAME`; a name may hold `::`. */
function partsOf(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split(/[$:]/).at(-1) ?? "", name: name.join("::") };
}

function tombstonesIn(message: string): Plan["tombstones"] {
  if (!message.includes("tombstones: ")) return [];
  return [...message.matchAll(TOMBSTONE)].map(([, name = "", words, day = ""]) => ({
    name,
    day,
    due: words === "is due since",
  }));
}

function byActionAndName(a: Change, b: Change): number {
  const [one, other] = [`${a.type} ${a.name}`, `${b.type} ${b.name}`];
  return ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) || (one < other ? -1 : one > other ? 1 : 0);
}

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
  const tombstones = plan.tombstones.map(
    ({ name, day, due }) =>
      `${code(name)} ${due ? `is due since ${day}: \`up\` deletes it` : `goes on ${day}`}`,
  );
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
