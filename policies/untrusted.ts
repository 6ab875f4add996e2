import { evaluates, reads } from "./evaluation";
import { contextsIn, expressionsIn } from "./expressions";
import { codeOf, isFields, type Job, type Step, type Workflow } from "./workflow";

/**
 * Fields of an event that GitHub makes or that have no sign a shell reads: numbers, ids, hashes, times, logins, and what
 * the repository's own writers name. Titles, bodies, messages, labels, names of branches of pull requests are others'.
 */
const PLAIN =
  /\.(?:number|id|node_id|sha|before|after|action|login|state|merged|draft|locked|size|type|status|conclusion|event|run_id|run_number|run_attempt|run_started_at|head_sha|merge_commit_sha|created_at|updated_at|pushed_at|closed_at|merged_at|url|html_url|additions|deletions|changed_files|commits_url|author_association|full_name|tag_name)$/;
const OWN =
  /^github\.event\.(?:repository|organization|enterprise|sender|installation|schedule|ref$|base_ref$|pull_request\.base)\b/;

/** Actions that give on what others named: files, branches, comments. */
const GIVES_ON =
  /(?:changed|modified|get-changed)-files|file-changes|paths-filter|branch-names?|comment-branch|find-comment/i;

/** Ways to the event's text that are not an expression: its file, and github-script's context. */
const EVENT = /GITHUB_EVENT_PATH|context\.payload/;

/** Inputs that take one of a list, a switch or a number: no text of whoever starts the workflow. */
const CLOSED = ["boolean", "number", "choice", "environment"];

/** What is known of a workflow's flow of texts, lower-case names. */
interface Flow {
  /** Of what expressions and steps of a job see: `env.title`, `steps.parse`, `matrix`, `needs.a.outputs.b`. */
  tainted: ReadonlySet<string>;
  inputs: ReadonlySet<string>;
}

/**
 * Where a workflow runs text as code that people without write access, or whoever starts it, can choose: an expression
 * in a script or in an input that is one, or an environment variable that a script evaluates.
 */
export function* untrustedCode(workflow: Workflow): Generator<string> {
  const inputs = openInputs(workflow);
  const outputs = new Set<string>();
  // A job's outputs go to the jobs that need it, in whatever order they stand.
  for (let before = -1; before !== outputs.size; ) {
    before = outputs.size;
    for (const job of workflow.jobs) outputsOf(job, workflow, inputs, outputs);
  }
  for (const job of workflow.jobs) yield* causesIn(job, workflow, inputs, outputs);
}

function* causesIn(
  job: Job,
  workflow: Workflow,
  inputs: ReadonlySet<string>,
  outputs: ReadonlySet<string>,
): Generator<string> {
  const tainted = scopeOf(job, workflow, inputs, outputs);
  const { container, defaults } = job.fields;
  for (const [place, value] of Object.entries({ container, defaults }))
    if (textIn(value, { tainted, inputs })) yield `${job.path}.${place} takes ${UNTRUSTED}`;
  if (textIn(calledCode(job), { tainted, inputs })) yield `${job.path}.with runs ${UNTRUSTED}`;
  for (const step of job.steps) {
    const env = new Set([...tainted, ...envOf(step.fields.env, { tainted, inputs })]);
    for (const name of envOf(step.fields.env, { tainted, inputs }))
      if (OBEYED.test(name)) yield `${step.path}.env sets a variable that programs obey to ${UNTRUSTED}`;
    for (const { path, text } of codeOf(step)) {
      if (isTainted(text, { tainted: env, inputs })) yield `${path} runs ${UNTRUSTED}`;
      else if (evaluates(text, namesIn(env)))
        yield `${path} evaluates an environment variable that holds ${UNTRUSTED}`;
    }
    learn(step, { tainted: env, inputs }, tainted);
  }
}

/** Variables by which a shell, a loader or an interpreter runs something before the script: bash(1), ld.so(8), and others. */
const OBEYED =
  /^env\.(?:path|bash_env|env|prompt_command|shellopts|ld_\w+|dyld_\w+|node_options|python(?:startup|path|home)|perl5(?:opt|lib)|rubyopt|java_tool_options|git_ssh(?:_command)?|git_config\w*)$/;

const UNTRUSTED = "text that people without write access, or the person who starts the workflow, can choose";

/** What each job sees from its first step on: variables of the workflow and the job, its matrix, what it needs. */
function scopeOf(
  job: Job,
  { fields }: Workflow,
  inputs: ReadonlySet<string>,
  outputs: ReadonlySet<string>,
): Set<string> {
  const tainted = new Set(outputs);
  for (const env of [fields.env, job.fields.env])
    for (const name of envOf(env, { tainted, inputs })) tainted.add(name);
  if (textIn(job.fields.strategy, { tainted, inputs })) tainted.add("matrix");
  return tainted;
}

function outputsOf(job: Job, workflow: Workflow, inputs: ReadonlySet<string>, found: Set<string>): void {
  const tainted = scopeOf(job, workflow, inputs, found);
  for (const step of job.steps) {
    const env = new Set([...tainted, ...envOf(step.fields.env, { tainted, inputs })]);
    learn(step, { tainted: env, inputs }, tainted);
  }
  for (const [name, value] of isFields(job.fields.outputs) ? Object.entries(job.fields.outputs) : [])
    if (textIn(value, { tainted, inputs })) found.add(`needs.${job.name}.outputs.${name}`.toLowerCase());
}

/** What later steps can get of one that takes such text: its outputs, and variables that its script sets. */
function learn({ fields }: Step, seen: Flow, tainted: Set<string>): void {
  const { if: condition, name, ...rest } = fields;
  const reading = EVENT.test(JSON.stringify([fields.run, fields.with]));
  const takes = reading || textIn(rest, seen) || GIVES_ON.test(String(fields.uses));
  if (takes && typeof fields.id === "string") tainted.add(`steps.${fields.id}`.toLowerCase());
  if (typeof fields.run !== "string") return;
  for (const line of fields.run.split("\n").filter((each) => /GITHUB_ENV/.test(each))) {
    const set = /([A-Za-z_]\w*)=/.exec(line)?.[1];
    if (set !== undefined && (isTainted(line, seen) || reads(line, namesIn(seen.tainted))))
      tainted.add(`env.${set}`.toLowerCase());
  }
}

function* envOf(env: unknown, flow: Flow): Generator<string> {
  for (const [name, value] of isFields(env) ? Object.entries(env) : [])
    if (textIn(value, flow)) yield `env.${name}`.toLowerCase();
}

/** Whether any text in a part of a workflow takes such text. */
function textIn(value: unknown, flow: Flow): boolean {
  if (typeof value === "string") return isTainted(value, flow);
  return (
    typeof value === "object" && value !== null && Object.values(value).some((each) => textIn(each, flow))
  );
}

function isTainted(text: string, { tainted, inputs }: Flow): boolean {
  return expressionsIn(text)
    .flatMap(contextsIn)
    .some((path) => {
      const [context = "", name = ""] = path.split(".");
      if (context === "github") return isOfOthers(path, inputs);
      if (context === "inputs") return name === "" || name === "*" || inputs.has(name);
      return [...tainted].some((each) => overlap(path.split("."), each.split(".")));
    });
}

/** `steps.a.outputs.b` takes from `steps.a`, and so do `steps.*.outputs` and `steps` as a whole. */
function overlap(path: readonly string[], tainted: readonly string[]): boolean {
  return path.every((part, at) => {
    const other = tainted[at];
    return other === undefined || part === "*" || part === other;
  });
}

function isOfOthers(path: string, inputs: ReadonlySet<string>): boolean {
  if (path === "github" || path === "github.*" || path === "github.event" || path === "github.head_ref")
    return true;
  if (!path.startsWith("github.event.")) return false;
  if (/^github\.event\.(?:client_payload|deployment\.payload)\b/.test(path)) return true;
  const input = /^github\.event\.inputs\.([\w-]+)$/.exec(path)?.[1];
  return input === undefined ? !PLAIN.test(path) && !OWN.test(path) : inputs.has(input);
}

/** Inputs of the workflow, or of the action, that take any text. */
function openInputs({ kind, fields }: Workflow): Set<string> {
  const on = isFields(fields.on) ? fields.on : {};
  const holders = kind === "action" ? [fields] : [on.workflow_dispatch, on.workflow_call];
  return new Set(
    holders
      .flatMap((each) => (isFields(each) && isFields(each.inputs) ? Object.entries(each.inputs) : []))
      .filter(([, input]) => !isFields(input) || !CLOSED.includes(String(input.type)))
      .map(([name]) => name.toLowerCase()),
  );
}

/** What a called workflow gets under a name that says it runs it. */
function calledCode(job: Job): string[] {
  return codeOf({ path: job.path, fields: { with: job.fields.with } }).map(({ text }) => text);
}

/** Environment variables; what is not a name of one, no script can read. */
function namesIn(tainted: ReadonlySet<string>): string[] {
  return [...tainted].flatMap((each) => /^env\.(\w+)$/.exec(each)?.[1] ?? []);
}
