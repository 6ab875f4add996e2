import { show } from "../inputs";
import { configOf, resourceRule, texts } from "../rule";
import { canBeWorkflow, isFields, UNREADABLE, workflowIn } from "../workflow";

const DEFAULTS = { writable: ["id-token"] };

export const workflowPermissionsAreLeast = resourceRule(
  {
    name: "workflow-permissions-are-least",
    description: "A workflow's token may read at most; what writes is named at the job that needs it.",
    remedy: "write permissions: {} at the top, and under each job what it needs, one by one",
    enforcementLevel: "mandatory",
    config: { writable: texts("Permissions that a job may be given for writing", DEFAULTS.writable) },
  },
  canBeWorkflow,
  async function* (args) {
    const workflow = await workflowIn(args);
    if (workflow === "unreadable") yield UNREADABLE;
    if (typeof workflow !== "object") return;
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
