import { RemedyError, readDiagnostics } from "../../errors";

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
  tombstones: readonly { name: string; cause: string }[];
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

/** Codes by which the program announces what expires. */
const TOMBSTONES = ["tombstone-announced", "tombstone-due"];

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
  return readDiagnostics(message)
    .filter(({ code }) => TOMBSTONES.includes(code))
    .map(({ subject, cause }) => ({ name: subject, cause }));
}

function byActionAndName(a: Change, b: Change): number {
  const [one, other] = [`${a.type} ${a.name}`, `${b.type} ${b.name}`];
  return ACTIONS.indexOf(a.action) - ACTIONS.indexOf(b.action) || (one < other ? -1 : one > other ? 1 : 0);
}
