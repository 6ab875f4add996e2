import type { EscExpressionJson } from "./environment-json";

/** Which functions a definition calls and how often, and the paths of what is rotated. */
export interface FunctionSummary {
  funcCounts: Record<string, number>;
  rotationPaths: string[];
}

/** The summary that the service adds to a check's answer. Names are those of the definition (`fn::secret`). */
export function functionSummary(expressions: Record<string, EscExpressionJson> = {}): FunctionSummary {
  const summary: FunctionSummary = { funcCounts: {}, rotationPaths: [] };
  for (const [key, expression] of Object.entries(expressions)) count(expression, step("", key), summary);
  return summary;
}

function count(expression: EscExpressionJson, path: string, summary: FunctionSummary): void {
  const { builtin, list = [], object = {} } = expression;
  if (builtin !== undefined) {
    const { name, arg } = builtin;
    summary.funcCounts[name] = (summary.funcCounts[name] ?? 0) + 1;
    if (name.startsWith("fn::rotate")) summary.rotationPaths.push(path);
    count(arg, path, summary);
  }
  for (const [index, item] of list.entries()) count(item, `${path}[${index}]`, summary);
  for (const [key, member] of Object.entries(object)) count(member, step(path, key), summary);
}

/** A property path with one more key: `a.b`, `a["weird.key"]`. */
function step(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
