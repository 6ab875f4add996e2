import {
  type ExpressionData,
  type FunctionDefinition,
  languageLibrary,
  type Token,
} from "./language-library";

/** A value of GitHub's expression language, as JSON has it. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** Functions that know the job's state; the library itself brings `format`, `toJSON` and the other pure ones. */
export interface StatusFunctions {
  success: () => boolean;
  failure: () => boolean;
  cancelled: () => boolean;
}

/** All that an expression may look at. A context that is not given is an empty object. */
export interface Scope {
  contexts: Record<string, Value>;
  status?: StatusFunctions;
}

const CONTEXT_NAMES = [
  "github",
  "env",
  "vars",
  "job",
  "jobs",
  "steps",
  "runner",
  "secrets",
  "strategy",
  "matrix",
  "needs",
  "inputs",
];

/** Evaluates the text between `${{` and `}}`. Throws on errors only evaluation can show (bad JSON). */
export function evaluate(expression: string, scope: Scope): ExpressionData {
  const { expressions } = languageLibrary();
  const functions = statusFunctions(scope.status);
  const tokens = new expressions.Lexer(expression).lex().tokens.map(withWholeText);
  const tree = new expressions.Parser(tokens, CONTEXT_NAMES, functions).parse();
  const contexts = Object.fromEntries(CONTEXT_NAMES.map((name) => [name, scope.contexts[name] ?? {}]));
  const byName = new Map(functions.map((each) => [each.name.toLowerCase(), each]));
  const dictionary = toData(contexts) as InstanceType<typeof expressions.data.Dictionary>;
  return new expressions.Evaluator(tree, dictionary, byName).evaluate();
}

type LexedToken = ReturnType<
  ReturnType<typeof languageLibrary>["expressions"]["Lexer"]["prototype"]["lex"]
>["tokens"][number];

/**
 * Fixes the lexer of @actions/expressions 0.3.61, which undoubles only the first `''` of a text: every script
 * that has an expression and two quotes would come out changed.
 */
function withWholeText(token: LexedToken): LexedToken {
  if (typeof token.value !== "string" || !token.lexeme.startsWith("'")) return token;
  return { ...token, value: token.lexeme.slice(1, -1).replaceAll("''", "'") };
}

/** Whether an `if` holds. The parser has already put `success() &&` before those without a status function. */
export function holds(expression: string, scope: Scope): boolean {
  const value = fromData(evaluate(expression, scope));
  return !(value === null || value === false || value === 0 || value === "" || Number.isNaN(value));
}

/** A piece of a workflow with every expression in it evaluated. */
export function resolve(token: Token | undefined, scope: Scope): Value {
  if (token === undefined) return null;
  const { tokens } = languageLibrary();
  if (token instanceof tokens.BasicExpressionToken) return fromData(evaluate(token.expression, scope));
  if (token instanceof tokens.SequenceToken) return [...token].map((item) => resolve(item, scope));
  if (token instanceof tokens.MappingToken) return resolveMapping(token, scope);
  return token.toJSON() as string | number | boolean | null;
}

/** A scalar of a workflow as text, converted as GitHub converts it: null is empty, an object says "Object". */
export function resolveText(token: Token | undefined, scope: Scope): string {
  return toData(resolve(token, scope)).coerceString();
}

/** A map of texts: `env`, `with`, `outputs`. Throws when it is something else. */
export function resolveTexts(token: Token | undefined, scope: Scope): Record<string, string> {
  const value = resolve(token, scope);
  if (value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new Error("Expected a mapping");
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toData(each).coerceString()]));
}

function resolveMapping(mapping: Iterable<{ key: Token; value: Token }>, scope: Scope): Value {
  const { tokens } = languageLibrary();
  const result: Record<string, Value> = {};
  for (const { key, value } of mapping) {
    if (key instanceof tokens.InsertExpressionToken) Object.assign(result, resolve(value, scope));
    else result[resolveText(key, scope)] = resolve(value, scope);
  }
  return result;
}

function toData(value: Value): ExpressionData {
  const { data } = languageLibrary().expressions;
  if (value === null) return new data.Null();
  if (typeof value === "string") return new data.StringData(value);
  if (typeof value === "number") return new data.NumberData(value);
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (Array.isArray(value)) return new data.Array(...value.map(toData));
  const pairs = Object.entries(value).map(([key, each]) => ({ key, value: toData(each) }));
  return new data.Dictionary(...pairs);
}

function fromData(value: ExpressionData): Value {
  const { data } = languageLibrary().expressions;
  if (value instanceof data.Array) return value.values().map(fromData);
  if (value instanceof data.Dictionary) {
    return Object.fromEntries(value.pairs().map((pair) => [pair.key, fromData(pair.value)]));
  }
  return value instanceof data.Null ? null : (value as { value: string | number | boolean }).value;
}

function statusFunctions(status: StatusFunctions | undefined): FunctionDefinition[] {
  const { BooleanData } = languageLibrary().expressions.data;
  const yesOrNo = (name: string, answer: () => boolean): FunctionDefinition => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new BooleanData(answer()),
  });
  const hashFiles: FunctionDefinition = {
    name: "hashFiles",
    minArgs: 1,
    maxArgs: 255,
    call: () => {
      throw new Error("The sandbox's runner does not carry out hashFiles(). Remedy: leave the call out");
    },
  };
  return [
    hashFiles,
    yesOrNo("always", () => true),
    yesOrNo("success", status?.success ?? (() => true)),
    yesOrNo("failure", status?.failure ?? (() => false)),
    yesOrNo("cancelled", status?.cancelled ?? (() => false)),
  ];
}
