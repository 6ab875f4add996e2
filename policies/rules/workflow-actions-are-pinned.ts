import { resourceRule } from "../rule";
import { canBeWorkflow, type Job, UNREADABLE, workflowIn } from "../workflow";

/** A tag or branch can be moved to other code; a commit's whole SHA and an image's digest can not. */
const PINNED = /^(?:\.\/\S*|[^@\s]+@[0-9a-f]{40}|docker:\/\/[^@\s]+@sha256:[0-9a-f]{64})$/;
/** What may be shown of an action: its name. */
const NAME = /^[\w-]+\/[\w./-]+(?=@|$)/;

export const workflowActionsArePinned = resourceRule(
  {
    name: "workflow-actions-are-pinned",
    description: "A workflow names each action by a full commit SHA, each container action by its digest.",
    remedy: "write OWNER/ACTION@ and the 40 digits of the commit, with the version as a comment behind it",
    enforcementLevel: "mandatory",
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object") return;
    for (const { path, fields } of workflow.jobs.flatMap(withSteps)) {
      if (fields.uses === undefined || PINNED.test(String(fields.uses))) continue;
      const [name = "an action"] = NAME.exec(String(fields.uses)) ?? [];
      yield `${path} uses ${name} by something that can be moved`;
    }
  },
);

/** A job uses a workflow as a step uses an action. */
function withSteps(job: Job) {
  return [job, ...job.steps];
}
