import { patternProblem } from "./filter-pattern";
import { languageLibrary, type MappingToken, type Token } from "./language-library";

export interface StepDefinition {
  /** Unique in its job; begins with `__` when the workflow names none. */
  id: string;
  /** Condition with the status function put in. */
  condition: string;
  token: MappingToken;
}

export interface JobDefinition {
  id: string;
  needs: string[];
  condition: string;
  token: MappingToken;
  steps: StepDefinition[];
}

/** `on` as the parser converts it; a trigger without settings is an empty object. */
export type Triggers = ReturnType<ReturnType<typeof languageLibrary>["convertOn"]>;

export interface Workflow {
  path: string;
  /** `name`, else the path, as GitHub shows it. */
  name: string;
  on: Triggers;
  root: MappingToken;
  jobs: JobDefinition[];
}

/** A workflow file that GitHub would refuse; `problems` name line and column. */
export class InvalidWorkflow extends Error {
  constructor(
    readonly path: string,
    readonly problems: string[],
  ) {
    super(`Invalid workflow file ${path}: ${problems.join("; ")}`);
    this.name = "InvalidWorkflow";
  }
}

/**
 * Reads a workflow with GitHub's own parser and schema: anchors, unknown keys, expressions and their contexts,
 * cron, needs and step ids are checked as GitHub checks them.
 *
 * @throws InvalidWorkflow with every problem found.
 */
export function parseWorkflow(path: string, text: string): Workflow {
  const library = languageLibrary();
  const context = new library.TemplateContext(
    new library.TemplateValidationErrors(),
    library.schema,
    new library.NoOperationTraceWriter(),
  );
  const stopOnProblems = () => {
    const problems = context.errors.getErrors().map((error) => error.message.trimEnd());
    if (problems.length > 0) throw new InvalidWorkflow(path, problems);
  };
  const file = context.getFileId(path);
  const reader = new library.YamlObjectReader(file, text);
  for (const error of reader.errors) context.error(file, error.message, error.range);
  stopOnProblems();
  const root = library.readTemplate(context, "workflow-root-strict", reader, file);
  stopOnProblems();
  const mapping = root?.assertMapping("workflow") as MappingToken;
  const on = library.convertOn(context, required(mapping, "on"));
  const converted = library.convertJobs(context, required(mapping, "jobs"));
  stopOnProblems();
  const problems = filterProblems(on);
  if (problems.length > 0) throw new InvalidWorkflow(path, problems);
  const jobs = converted.map((job) => jobDefinition(job, required(mapping, "jobs") as MappingToken));
  return { path, name: mapping.find("name")?.toString() || path, on, root: mapping, jobs };
}

function required(mapping: MappingToken, key: string): Token {
  const token = mapping.find(key);
  if (token === undefined) throw new Error(`The parser let a workflow without '${key}' pass`);
  return token;
}

type ConvertedJob = ReturnType<ReturnType<typeof languageLibrary>["convertJobs"]>[number];

function jobDefinition(job: ConvertedJob, jobs: MappingToken): JobDefinition {
  const token = required(jobs, job.id.value) as MappingToken;
  const stepTokens = [...((token.find("steps") ?? []) as Iterable<Token>)] as MappingToken[];
  const steps = job.type === "job" ? job.steps : [];
  return {
    id: job.id.value,
    needs: (job.needs ?? []).map((need) => need.value),
    condition: job.if.expression,
    token,
    steps: steps.map((step, at) => ({
      id: step.id,
      condition: step.if?.expression ?? "success()",
      token: stepTokens[at] as MappingToken,
    })),
  };
}

/** What GitHub says of `on.push` that the parser's schema lets pass. */
function filterProblems(on: Triggers): string[] {
  const push = on.push ?? {};
  const problems: string[] = [];
  for (const kind of ["branches", "tags", "paths"] as const) {
    if (push[kind] !== undefined && push[`${kind}-ignore`] !== undefined) {
      problems.push(`you may only define one of \`${kind}\` and \`${kind}-ignore\` for a single event`);
    }
    for (const pattern of [...(push[kind] ?? []), ...(push[`${kind}-ignore`] ?? [])]) {
      const problem = patternProblem(pattern);
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}
