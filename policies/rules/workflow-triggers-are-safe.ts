import { configOf, resourceRule, texts } from "../rule";
import { canBeWorkflow, isFields, UNREADABLE, workflowIn } from "../workflow";

const DEFAULTS = { forbidden: ["pull_request_target"] };

/** `pull_request_target` runs with the base's secrets and can be made to run a stranger's code. */
export const workflowTriggersAreSafe = resourceRule(
  {
    name: "workflow-triggers-are-safe",
    description: "No workflow that reads secrets is started by a stranger's pull request.",
    remedy: "start it by pull_request, which gives a fork no secrets, or by push",
    enforcementLevel: "mandatory",
    config: { forbidden: texts("Triggers that no workflow may have", DEFAULTS.forbidden) },
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object") return;
    const names = triggersOf(workflow.fields.on);
    if (names.length === 0) yield "it says nothing readable of what starts it";
    for (const trigger of configOf(args, DEFAULTS).forbidden) {
      if (names.includes(trigger)) yield `it is started by ${trigger}`;
    }
  },
);

/** `on: push`, `on: [push]` and `on: {push: ...}` say the same. */
function triggersOf(on: unknown): string[] {
  if (isFields(on)) return Object.keys(on);
  return (Array.isArray(on) ? on : [on]).filter((each) => typeof each === "string");
}
