import { type FileNames, namesInText, noNames, openingLines } from "./file-names";
import { namesOfExpression } from "./secret-expressions";
import { type MappingToken, parseWorkflowText, type Token, workflowLibrary } from "./workflow-library";

/** A name that a workflow takes from `secrets`. */
export interface TakenSecret {
  name: string;
  line: number;
  /** The GitHub environment of the job; undefined where it has none, or an expression says which. */
  environment?: string;
}

/** A reusable workflow that a job calls. */
export interface WorkflowCall {
  /** `owner/repository/path@ref`, or `./path`. */
  uses: string;
  line: number;
  /** Whether it gets all of the caller's secrets. */
  inherits: boolean;
}

/** A variable of the environment that has a secret's name and another value. */
export interface HiddenName {
  name: string;
  line: number;
}

/** What one workflow has. */
export interface WorkflowNames extends FileNames {
  taken: TakenSecret[];
  calls: WorkflowCall[];
  /** Only other workflows start it, so its `secrets` are what they hand over. */
  isOnlyCalled: boolean;
  hidden: HiddenName[];
}

/**
 * Reads a workflow with GitHub's own parser of workflows and expressions.
 *
 * @param composites names of environments of ESC that hold everything.
 */
export function readWorkflow(path: string, text: string, composites: readonly string[]): WorkflowNames {
  const found: WorkflowNames = { ...noNames(true), taken: [], calls: [], isOnlyCalled: false, hidden: [] };
  const workflow = parseWorkflowText(path, text);
  if (workflow === undefined) {
    takeByWords(text, found);
    return { ...found, parsed: false };
  }
  const { root, isWhole } = workflow;
  const { tokens } = workflowLibrary();
  const mapping = (token: Token | undefined) => (token instanceof tokens.MappingToken ? token : undefined);
  found.isOnlyCalled = startsOnly(root, "workflow_call");
  const set = new Set<string>();
  readEnv(mapping(root.find("env")), found, set);
  for (const { key, value } of root) {
    if (key.toString() !== "jobs") readTokens(value, { found, environment: undefined, matrix: new Map() });
  }
  for (const { value } of mapping(root.find("jobs")) ?? []) {
    const job = mapping(value);
    if (job === undefined) continue;
    readEnv(mapping(job.find("env")), found, set);
    for (const step of (job.find("steps") ?? []) as Iterable<Token>)
      readEnv(mapping(mapping(step)?.find("env")), found, set);
    readTokens(job, { found, environment: environmentOf(job), matrix: matrixOf(job) });
    readCall(job, found);
  }
  readScripts(root, found, set, composites);
  if (isWhole) return found;
  takeByWords(text, found);
  return { ...found, parsed: false };
}

interface Place {
  found: WorkflowNames;
  environment: string | undefined;
  /** Values of the job's matrix by key, where they are written down. */
  matrix: ReadonlyMap<string, readonly string[]>;
}

function readTokens(token: Token, { found, environment, matrix }: Place): void {
  const { tokens } = workflowLibrary();
  for (const [, each] of tokens.TemplateToken.traverse(token)) {
    if (!(each instanceof tokens.BasicExpressionToken)) continue;
    const line = each.line ?? 1;
    const { names, computed, everything } = namesOfExpression(each.expression, matrix);
    for (const name of names)
      found.taken.push({ name, line, ...(environment === undefined ? {} : { environment }) });
    for (const pattern of computed) found.computed.push({ ...pattern, line });
    if (everything) found.everything.push(line);
  }
}

/** Variables that hide a secret of their name: any whose value does not come from something of that name. */
function readEnv(env: MappingToken | undefined, found: WorkflowNames, set: Set<string>): void {
  const { tokens } = workflowLibrary();
  for (const { key, value } of env ?? []) {
    const name = key.toString();
    set.add(name.toLowerCase());
    const text = value instanceof tokens.BasicExpressionToken ? value.expression : value.toString();
    if (new RegExp(`\\b${name}\\b`, "i").test(text)) continue;
    found.hidden.push({ name, line: key.line ?? 1 });
  }
}

function readCall(job: MappingToken, found: WorkflowNames): void {
  const [uses, secrets] = [job.find("uses"), job.find("secrets")];
  if (uses === undefined) return;
  const inherits = secrets?.toString() === "inherit";
  found.calls.push({ uses: uses.toString(), line: (inherits ? secrets : uses)?.line ?? 1, inherits });
}

function environmentOf(job: MappingToken): string | undefined {
  const { tokens } = workflowLibrary();
  const token = job.find("environment");
  const name = token instanceof tokens.MappingToken ? token.find("name") : token;
  return name instanceof tokens.StringToken ? name.toString() : undefined;
}

/** What a job's matrix writes down; a key whose values an expression computes is left out. */
function matrixOf(job: MappingToken): Map<string, string[]> {
  const { tokens } = workflowLibrary();
  const strategy = job.find("strategy");
  const matrix = strategy instanceof tokens.MappingToken ? strategy.find("matrix") : undefined;
  const found = new Map<string, string[]>();
  if (!(matrix instanceof tokens.MappingToken)) return found;
  const open = new Set<string>();
  const add = (key: string, values: Token) => {
    const list = values instanceof tokens.SequenceToken ? [...values] : [values];
    if (list.some((each) => each instanceof tokens.BasicExpressionToken)) open.add(key);
    found.set(key, [...(found.get(key) ?? []), ...list.map((each) => each.toString())]);
  };
  for (const { key, value } of matrix) {
    const name = key.toString();
    if (name === "exclude") continue;
    if (name !== "include") add(name.toLowerCase(), value);
    else if (value instanceof tokens.SequenceToken) {
      for (const each of value)
        if (each instanceof tokens.MappingToken)
          for (const pair of each) add(pair.key.toString().toLowerCase(), pair.value);
    } else return new Map();
  }
  for (const key of open) found.delete(key);
  return found;
}

/** Names in scripts and inputs of actions: those that the workflow's own variables do not give. */
function readScripts(
  root: MappingToken,
  found: WorkflowNames,
  set: ReadonlySet<string>,
  composites: readonly string[],
): void {
  const { tokens } = workflowLibrary();
  for (const [, each, key] of tokens.TemplateToken.traverse(root, true)) {
    const isText = each instanceof tokens.StringToken || each instanceof tokens.BasicExpressionToken;
    if (!isText || ["name", "description", "uses"].includes(key?.toString() ?? "")) continue;
    const written = each instanceof tokens.StringToken ? each.value : (each.source ?? "");
    const line = (each.line ?? 1) + (/\n/.test(written) ? 1 : 0);
    const text = written
      .replaceAll(/\$\{\{.*?\}\}/gs, (expression) => expression.replaceAll(/[^\n]/g, " "))
      .replaceAll(/(^|\s)#.*$/gm, "");
    const { reads, mentions } = namesInText(text, line);
    found.reads.push(...reads.filter(({ name }) => !set.has(name.toLowerCase())));
    found.mentions.push(...mentions);
    found.everything.push(...openingLines(text, line, composites));
  }
}

/** Whether nothing but one event starts the workflow. */
function startsOnly(root: MappingToken, event: string): boolean {
  const { tokens } = workflowLibrary();
  const on = root.find("on");
  if (on instanceof tokens.MappingToken) return on.count === 1 && on.get(0).key.toString() === event;
  if (on instanceof tokens.SequenceToken) return on.count === 1 && on.get(0).toString() === event;
  return on?.toString() === event;
}

/** Adds what words tell: names that `secrets` is asked for, outside comments. */
function takeByWords(text: string, found: WorkflowNames): void {
  const known = new Set(found.taken.map(({ name }) => name.toLowerCase()));
  for (const [index, part] of text.split("\n").entries()) {
    const line = part.replace(/(^|\s)#.*$/, "");
    for (const [, dotted, quoted] of line.matchAll(/\bsecrets(?:\.(\w+)|\[\s*'(\w+)'\s*\])/gi)) {
      const name = dotted ?? quoted ?? "";
      if (!known.has(name.toLowerCase())) found.taken.push({ name, line: index + 1 });
    }
    const isOpen = /secrets:\s*inherit|tojson\(\s*secrets\s*\)|secrets\[[^'\]]+\]/i.test(line);
    if (
      isOpen &&
      !found.everything.includes(index + 1) &&
      !found.calls.some((call) => call.line === index + 1)
    )
      found.everything.push(index + 1);
  }
}
