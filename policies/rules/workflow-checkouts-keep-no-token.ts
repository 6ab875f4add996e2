import { resourceRule } from "../rule";
import { canBeWorkflow, isFields, UNREADABLE, workflowIn } from "../workflow";

export const workflowCheckoutsKeepNoToken = resourceRule(
  {
    name: "workflow-checkouts-keep-no-token",
    description:
      "A checkout does not leave the job's token in the working copy, where later steps would find it.",
    remedy: "give the step with: {persist-credentials: false}",
    enforcementLevel: "mandatory",
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object") return;
    for (const { path, fields } of workflow.jobs.flatMap(({ steps }) => steps)) {
      if (!/^actions\/checkout(?:@|$)/i.test(String(fields.uses))) continue;
      const keeps = isFields(fields.with) ? fields.with["persist-credentials"] : undefined;
      if (String(keeps) !== "false") yield `${path} checks out with a token that stays`;
    }
  },
);
