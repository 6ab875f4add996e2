import { configOf, resourceRule, texts } from "../rule";
import { canBeWorkflow, isFields, UNREADABLE, workflowIn } from "../workflow";

const DEFAULTS = { forbidden: ["pull_request_target", "workflow_run", "issue_comment"] };

/**
 * All three run with the repository's secrets on what a stranger does: `pull_request_target` and `workflow_run` (after a
 * fork's run) can be made to run a stranger's code, `issue_comment` brings a stranger's text.
 */
export const workflowTriggersAreSafe = resourceRule(
  {
    name: "workflow-triggers-are-safe",
    description:
      "No workflow that can read secrets is started by what a stranger does: a pull request, a run, a comment.",
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
