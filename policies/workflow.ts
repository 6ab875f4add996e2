import type { ResourceValidationArgs } from "@pulumi/policy";
import { parse } from "yaml";
import { show, type Text, textsIn } from "./inputs";
import { TYPES } from "./resource-types";

/** A workflow file as it was parsed: whatever people wrote. */
export type Fields = Readonly<Record<string, unknown>>;

/** One job of a workflow. */
export interface Job {
  /** `jobs.build`. */
  path: string;
  fields: Fields;
  steps: readonly { path: string; fields: Fields }[];
}

/** A workflow that a resource puts into a repository. */
export interface Workflow {
  fields: Fields;
  jobs: readonly Job[];
  /** Every text in it. */
  texts: readonly Text[];
}

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/** Whether a type of resource can be a workflow. */
export function canBeWorkflow(type: string): boolean {
  return type === TYPES.repositoryFile;
}

/**
 * The workflow a repository file is.
 *
 * @returns "unreadable" when its content is no YAML of a workflow, undefined for any other file.
 * @throws the SDK's error when a preview does not know its path or content.
 */
export async function workflowIn({
  props,
}: ResourceValidationArgs): Promise<Workflow | "unreadable" | undefined> {
  if (!WORKFLOW.test(String(props.file))) return undefined;
  const fields = parsed(String(props.content ?? ""));
  if (!isFields(fields) || !isFields(fields.jobs)) return "unreadable";
  const jobs = Object.entries(fields.jobs).map(([name, job]) => jobOf(["jobs", name], job));
  return { fields, jobs, texts: await textsIn(fields) };
}

/** What a rule says of a workflow it cannot read. */
export const UNREADABLE = "its content is not the YAML of a workflow with jobs";

function jobOf(path: readonly string[], job: unknown): Job {
  const fields = isFields(job) ? job : {};
  const steps = Array.isArray(fields.steps) ? fields.steps : [];
  return {
    path: show(path),
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
