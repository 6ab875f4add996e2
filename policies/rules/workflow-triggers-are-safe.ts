import { configOf, resourceRule, texts } from "../rule";
import { canBeWorkflow, isFields, UNREADABLE, workflowIn } from "../workflow";

/**
 * By what people without write access do. GitHub starts these in the repository itself, with its secrets: on text that
 * anyone writes (issues, comments, discussions, reviews, a public wiki), on a star or a fork, and after the code of a
 * fork's pull request ran (`workflow_run`, checks and statuses) or on it (`pull_request_target`) (docs, "Events that
 * trigger workflows"). A filter by branch does not help: a fork names its branches as it likes.
 */
const DEFAULTS = {
  forbidden: [
    "pull_request_target",
    "workflow_run",
    "issue_comment",
    "issues",
    "discussion",
    "discussion_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_comment",
    "commit_comment",
    "gollum",
    "fork",
    "watch",
    "star",
    "check_run",
    "check_suite",
    "status",
  ],
};

export const workflowTriggersAreSafe = resourceRule(
  {
    name: "workflow-triggers-are-safe",
    description:
      "No workflow that can read secrets is started by people without write access: by an issue, a comment, a fork's run.",
    remedy:
      "start it by push, schedule or workflow_dispatch, or by pull_request, which gives a fork no secrets",
    enforcementLevel: "mandatory",
    config: { forbidden: texts("Triggers that no workflow may have", DEFAULTS.forbidden) },
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object" || workflow.kind === "action") return;
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
