import type { EnvironmentDeclaration, ImportDeclaration } from "./expression";
import { parseExpression } from "./parse-expression";
import { parseYaml } from "./parse-yaml";
import { levenshtein } from "./spelling";
import { type Diagnostic, errorAt, hasErrors, type ObjectNode, type SyntaxNode, warningAt } from "./syntax";

/** The definition of an environment if it could be read at all, and everything wrong with it. */
export interface ParsedEnvironment {
  environment?: EnvironmentDeclaration;
  diagnostics: Diagnostic[];
}

const FIELDS = ["description", "imports", "values"] as const;

/**
 * Reads an environment's text without evaluating it.
 * @param name the name for the diagnostics' ranges
 * @returns no environment if the text is not YAML or uses YAML that the language refuses; warnings (an unknown or a
 * repeated top-level key) do not prevent evaluation, errors do
 */
export function parseEnvironment(name: string, text: string): ParsedEnvironment {
  if (text === "") return { environment: { imports: [], values: [] }, diagnostics: [] };
  const { root, diagnostics } = parseYaml(name, text);
  if (hasErrors(diagnostics)) return { diagnostics };
  if (root?.kind !== "object") {
    return { diagnostics: [...diagnostics, errorAt(root?.range, "environment must be an object")] };
  }
  const environment: EnvironmentDeclaration = { imports: [], values: [] };
  readFields(root, environment, diagnostics);
  return { environment, diagnostics };
}

function readFields(root: ObjectNode, environment: EnvironmentDeclaration, diagnostics: Diagnostic[]): void {
  const seen = new Set<string>();
  for (const { key, value } of root.entries) {
    if (seen.has(key.value)) diagnostics.push(warningAt(key.range, `duplicate key "${key.value}"`));
    seen.add(key.value);
    switch (key.value.toLowerCase()) {
      case "description":
        readDescription(value, diagnostics);
        break;
      case "imports":
        environment.imports = readImports(value, diagnostics);
        break;
      case "values":
        environment.values = readValues(value, diagnostics);
        break;
      default:
        diagnostics.push(warningAt(key.range, unknownField(key.value)));
    }
  }
}

function unknownField(field: string): string {
  const quoted = FIELDS.map((name) => `'${name}'`);
  const nearestFirst = quoted.sort((a, b) => levenshtein(field, a) - levenshtein(field, b));
  return `Field '${field}' does not exist on Object 'environment'. Existing fields are: ${nearestFirst.join(", ")}`;
}

function readDescription(node: SyntaxNode, diagnostics: Diagnostic[]): void {
  const expression = parseExpression(node, diagnostics);
  if (expression.kind === "literal" && typeof expression.value === "string") return;
  diagnostics.push(errorAt(node.range, "description must be a string"));
}

function readValues(node: SyntaxNode, diagnostics: Diagnostic[]): EnvironmentDeclaration["values"] {
  if (node.kind !== "object") {
    diagnostics.push(errorAt(node.range, "values must be an object"));
    return [];
  }
  return node.entries.map(({ key, value }) => {
    if (key.value.startsWith("fn::")) {
      const summary = `builtin function call "${key.value}" not allowed at the top level`;
      diagnostics.push(errorAt(key.range, summary));
    }
    return { key: key.value, keyRange: key.range, value: parseExpression(value, diagnostics) };
  });
}

function readImports(node: SyntaxNode, diagnostics: Diagnostic[]): ImportDeclaration[] {
  if (node.kind !== "array") {
    diagnostics.push(errorAt(node.range, "imports must be a list"));
    return [];
  }
  return node.items.flatMap((item) => readImport(item, diagnostics) ?? []);
}

function readImport(node: SyntaxNode, diagnostics: Diagnostic[]): ImportDeclaration | undefined {
  if (node.kind === "string") return { name: node.value, range: node.range, merge: true };
  if (node.kind !== "object") {
    diagnostics.push(errorAt(node.range, "import must be a string or an object"));
    return undefined;
  }
  const [entry] = node.entries;
  if (!entry || node.entries.length !== 1) {
    diagnostics.push(errorAt(node.range, "import must have a single key"));
    return undefined;
  }
  return { name: entry.key.value, range: entry.key.range, merge: readMerge(entry.value, diagnostics) };
}

function readMerge(options: SyntaxNode, diagnostics: Diagnostic[]): boolean {
  if (options.kind !== "object") {
    diagnostics.push(errorAt(options.range, "import must be an object"));
    return true;
  }
  let merge = true;
  const seen = new Set<string>();
  for (const { key, value } of options.entries) {
    if (seen.has(key.value)) diagnostics.push(warningAt(key.range, `duplicate key "${key.value}"`));
    seen.add(key.value);
    if (key.value.toLowerCase() !== "merge") continue;
    if (value.kind === "boolean") merge = value.value;
    else diagnostics.push(errorAt(value.range, "merge must be a boolean value"));
  }
  return merge;
}
