// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions of GitHub Actions look like templates
import { resourceRule } from "../rule";
import { untrustedCode } from "../untrusted";
import { canBeWorkflow, UNREADABLE, workflowIn } from "../workflow";

/** An expression is put into the script before a shell or an interpreter reads it: its text becomes code. */
export const workflowExpressionsAreTrusted = resourceRule(
  {
    name: "workflow-expressions-are-trusted",
    description:
      "No workflow and no action runs text of an event or an input: in a script, in an input that is one, or by eval.",
    remedy:
      'pass it by env (TITLE: ${{ github.event.issue.title }}) and read "$TITLE" in the script, in quotes',
    enforcementLevel: "mandatory",
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow === "object") yield* untrustedCode(workflow);
  },
);
