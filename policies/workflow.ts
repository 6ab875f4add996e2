import type { ResourceValidationArgs } from "@pulumi/policy";
import { parse } from "yaml";
import { show, type Text, textsIn } from "./inputs";
import { TYPES } from "./resource-types";

/** A workflow file as it was parsed: whatever people wrote. */
export type Fields = Readonly<Record<string, unknown>>;

export interface Step {
  /** `jobs.build.steps[0]`. */
  path: string;
  fields: Fields;
}

/** One job of a workflow, or all that an action of steps does. */
export interface Job {
  /** `jobs.build`; `runs` of an action. */
  path: string;
  /** `build`. */
  name: string;
  fields: Fields;
  steps: readonly Step[];
}

/** A workflow, or an action of steps (a composite one), that a resource puts into a repository. */
export interface Workflow {
  kind: "workflow" | "action";
  fields: Fields;
  jobs: readonly Job[];
  /** Every text in it. */
  texts: readonly Text[];
}

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/i;
const ACTION = /(?:^|\/)action\.ya?ml$/i;

/** Whether a type of resource can be a workflow. */
export function canBeWorkflow(type: string): boolean {
  return type === TYPES.repositoryFile || type === TYPES.proposedFile;
}

/**
 * The workflow or the action of steps that a repository file is.
 *
 * @returns "unreadable" when a workflow's content is not YAML of one, undefined for any other file.
 * @throws the SDK's error when a preview does not know its path or content.
 */
export async function workflowIn({
  props,
}: ResourceValidationArgs): Promise<Workflow | "unreadable" | undefined> {
  const file = pathOf(String(props.file));
  if (ACTION.test(file) && !WORKFLOW.test(file)) return actionIn(String(props.content ?? ""));
  if (!WORKFLOW.test(file)) return undefined;
  const fields = parsed(String(props.content ?? ""));
  if (!isFields(fields) || !isFields(fields.jobs)) return "unreadable";
  return { kind: "workflow", fields, jobs: jobsIn(props), texts: await textsIn(fields) };
}

/** The jobs of the workflow that a repository file is; none of any other, or of one that cannot be read. */
export function jobsIn(props: Readonly<Record<string, unknown>>): readonly Job[] {
  if (!WORKFLOW.test(pathOf(String(props.file)))) return [];
  const fields = parsed(String(props.content ?? ""));
  if (!isFields(fields) || !isFields(fields.jobs)) return [];
  return Object.entries(fields.jobs).map(([name, job]) => jobOf(["jobs", name], job));
}

/** A path in its shortest form: `./.github/x/../workflows/a.yml` leads to a workflow too. */
function pathOf(file: string): string {
  const parts: string[] = [];
  for (const part of file.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

/** What a rule says of a workflow it cannot read. */
export const UNREADABLE = "its content is not the YAML of a workflow with jobs";

/** Other files are called so too: one that runs nothing is none of GitHub's. */
async function actionIn(content: string): Promise<Workflow | undefined> {
  const fields = parsed(content);
  if (!isFields(fields) || !isFields(fields.runs)) return undefined;
  return { kind: "action", fields, jobs: [jobOf(["runs"], fields.runs)], texts: await textsIn(fields) };
}

function jobOf(path: readonly string[], job: unknown): Job {
  const fields = isFields(job) ? job : {};
  const steps = Array.isArray(fields.steps) ? fields.steps : [];
  return {
    path: show(path),
    name: path.at(-1) ?? "",
    fields,
    steps: steps.map((step, index) => ({
      path: show([...path, "steps", String(index)]),
      fields: isFields(step) ? step : {},
    })),
  };
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: "error" }); // A warning would quote the text.
  } catch {
    return undefined; // Its message would quote the text.
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Inputs of actions whose text is run: `script` of github-script, `inlineScript`, `command`, `args` of an image. */
const RUN_INPUT =
  /(?:script|command|cmd|entrypoint)s?$|^(?:run|exec|eval|args|code|shell)$|[-_](?:run|exec|args)$/i;

/** The texts of a step that are run as code, with where they stand: its script, and such inputs of its action. */
export function codeOf({ path, fields }: Step): { path: string; text: string }[] {
  const inputs = isFields(fields.with) ? Object.entries(fields.with) : [];
  const places: [place: string, text: unknown][] = [
    [`${path}.run`, fields.run],
    [`${path}.shell`, fields.shell],
    [`${path}.working-directory`, fields["working-directory"]],
    ...inputs
      .filter(([name]) => RUN_INPUT.test(name))
      .map(([name, text]): [string, unknown] => [`${path}.with.${show([name])}`, text]),
  ];
  return places.flatMap(([place, text]) => (typeof text === "string" ? [{ path: place, text }] : []));
}
