import { show } from "../inputs";
import { TYPES } from "../resource-types";
import { configOf, resourceRule, texts } from "../rule";
import { canBeWorkflow, isFields, UNREADABLE, workflowIn } from "../workflow";

const DEFAULTS = { writable: ["id-token"] };
/** What a workflow without permissions of its own gets. */
const WITHOUT_OWN: readonly string[] = [
  TYPES.workflowDefaults,
  TYPES.organizationWorkflowDefaults,
  TYPES.enterpriseWorkflowDefaults,
];

export const workflowPermissionsAreLeast = resourceRule(
  {
    name: "workflow-permissions-are-least",
    description:
      "A workflow's token may read at most, by default too; what writes is named at the job that needs it.",
    remedy:
      "write permissions: {} at the top, and under each job what it needs, one by one; set the defaults to read, without approvals",
    enforcementLevel: "mandatory",
    config: { writable: texts("Permissions that a job may be given for writing", DEFAULTS.writable) },
  },
  (type) => canBeWorkflow(type) || WITHOUT_OWN.includes(type),
  async function* (args) {
    if (WITHOUT_OWN.includes(args.type)) {
      yield* defaultCauses(args.props);
      return;
    }
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object" || workflow.kind === "action") return;
    const { permissions } = workflow.fields;
    if (permissions === undefined)
      yield "it has no permissions of its own, and so gets the organization's default";
    else yield* causesIn(permissions, "permissions", []);
    const { writable } = configOf(args, DEFAULTS);
    for (const { path, fields } of workflow.jobs) {
      if (fields.permissions !== undefined)
        yield* causesIn(fields.permissions, `${path}.permissions`, writable);
    }
  },
);

/** @param writable scopes that may be written. */
function* causesIn(permissions: unknown, path: string, writable: readonly string[]): Generator<string> {
  if (!isFields(permissions)) {
    yield `${path} gives all at once instead of one by one`;
    return;
  }
  for (const [scope, level] of Object.entries(permissions)) {
    if (level === "read" || level === "none" || writable.includes(scope)) continue;
    yield `${path}.${show([scope])} gives more than reading`;
  }
}

function* defaultCauses(props: Readonly<Record<string, unknown>>): Generator<string> {
  if (props.defaultWorkflowPermissions === "write")
    yield "defaultWorkflowPermissions lets every workflow write that does not say otherwise";
  if (props.canApprovePullRequestReviews === true)
    yield "canApprovePullRequestReviews lets a workflow approve what it proposed";
}
