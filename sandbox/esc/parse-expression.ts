import type { BuiltinExpression, Expression, LiteralExpression } from "./expression";
import { parseInterpolation } from "./interpolation";
import { readRotate } from "./parse-rotate";
import {
  type Diagnostic,
  errorAt,
  type ObjectNode,
  type Range,
  type StringNode,
  type SyntaxNode,
} from "./syntax";

type Operands = BuiltinExpression["operands"];
type OperandReader = (argument: Expression, diagnostics: Diagnostic[]) => Operands;

const single: OperandReader = (value) => ({ value });

const OPERANDS: Record<string, OperandReader> = {
  "fn::concat": readConcat,
  "fn::final": single,
  "fn::fromBase64": single,
  "fn::fromJSON": single,
  "fn::join": (argument, diagnostics) => readPair("fn::join", ["delimiter", "values"], argument, diagnostics),
  "fn::secret": readSecret,
  "fn::split": (argument, diagnostics) =>
    readPair("fn::split", ["delimiter", "string"], argument, diagnostics),
  "fn::toBase64": single,
  "fn::toJSON": single,
  "fn::toString": single,
};

// Known to the language, but their results come from providers, from a schema checker or from Go's YAML writer.
const UNSUPPORTED = /^fn::open(?:::.*)?$|^fn::(?:toYAML|validate)$/s;
const ROTATE = /^fn::rotate(?:::.*)?$/s;

/** Turns a YAML node into an expression; what is wrong with it goes into `diagnostics`. */
export function parseExpression(node: SyntaxNode, diagnostics: Diagnostic[]): Expression {
  const { range } = node;
  switch (node.kind) {
    case "null":
      return { kind: "literal", range, value: null };
    case "boolean":
    case "number":
      return { kind: "literal", range, value: node.value };
    case "string":
      return parseString(node, diagnostics);
    case "array":
      return { kind: "array", range, elements: node.items.map((item) => parseExpression(item, diagnostics)) };
    case "object":
      return parseBuiltin(node, diagnostics) ?? parseObject(node, diagnostics);
  }
}

function parseString(node: StringNode, diagnostics: Diagnostic[]): Expression {
  const { range } = node;
  const { parts, diagnostics: found } = parseInterpolation(node);
  diagnostics.push(...found);
  const [first] = parts;
  if (!first) return { kind: "literal", range, value: node.value };
  if (parts.length === 1 && !first.accessors) return { kind: "literal", range, value: first.text };
  if (parts.length === 1 && first.accessors && first.text === "") {
    return { kind: "symbol", range, accessors: first.accessors };
  }
  return { kind: "interpolate", range, parts };
}

function parseObject(node: ObjectNode, diagnostics: Diagnostic[]): Expression {
  const entries = node.entries.map(({ key, value }) => {
    const parsedKey = parseString(key, diagnostics);
    const isString = parsedKey.kind === "literal" && typeof parsedKey.value === "string";
    if (!isString) diagnostics.push(errorAt(key.range, "object keys must be strings"));
    const keyText = isString ? String(parsedKey.value) : undefined;
    return { key: keyText, keyRange: key.range, value: parseExpression(value, diagnostics) };
  });
  return { kind: "object", range: node.range, entries };
}

function parseBuiltin(node: ObjectNode, diagnostics: Diagnostic[]): Expression | undefined {
  const [entry] = node.entries;
  if (!entry || node.entries.length !== 1) {
    for (const { key } of node.entries.filter(({ key }) => key.value.startsWith("fn::"))) {
      const summary = `illegal call to builtin function: "${key.value}" must be the only key within its containing object`;
      diagnostics.push(errorAt(node.range, summary));
    }
    return undefined;
  }
  const name = entry.key.value;
  const nameRange = entry.key.range;
  const readOperands = operandReader(name, nameRange);
  const isUnsupported = UNSUPPORTED.test(name);
  if (!readOperands && !isUnsupported) {
    if (/^fn::/i.test(name)) diagnostics.push(errorAt(nameRange, "'fn::' is a reserved prefix"));
    return undefined;
  }
  const argument = parseExpression(entry.value, diagnostics);
  const operands = readOperands?.(argument, diagnostics) ?? {};
  if (isUnsupported) diagnostics.push(errorAt(node.range, `${name} is not supported by the sandbox`));
  return { kind: "builtin", range: node.range, name, nameRange, argument, operands };
}

function operandReader(name: string, nameRange: Range | undefined): OperandReader | undefined {
  if (ROTATE.test(name)) return (argument, found) => readRotate({ name, nameRange }, argument, found);
  return Object.hasOwn(OPERANDS, name) ? OPERANDS[name] : undefined;
}

function readConcat(argument: Expression, diagnostics: Diagnostic[]): Operands {
  if (argument.kind !== "array") {
    diagnostics.push(errorAt(argument.range, "the argument to fn::concat must be an array of arrays"));
  }
  return { value: argument };
}

function readPair(
  name: string,
  [first, second]: [string, string],
  argument: Expression,
  diagnostics: Diagnostic[],
): Operands {
  if (argument.kind === "array" && argument.elements.length === 2) {
    return { [first]: argument.elements[0], [second]: argument.elements[1] };
  }
  diagnostics.push(errorAt(argument.range, `the argument to ${name} must be a two-valued list`));
  return { [first]: undefined, [second]: undefined };
}

function readSecret(argument: Expression, diagnostics: Diagnostic[]): Operands {
  if (argument.kind === "object" && argument.entries.length === 1) {
    const [entry] = argument.entries;
    if (entry?.key === "ciphertext" && isStringLiteral(entry.value)) return { ciphertext: entry.value };
  }
  if (isStringLiteral(argument)) return { plaintext: argument };
  diagnostics.push(errorAt(argument.range, "secret values must be string literals"));
  return { plaintext: { kind: "literal", range: undefined, value: "" } };
}

function isStringLiteral(expression: Expression): expression is LiteralExpression & { value: string } {
  return expression.kind === "literal" && typeof expression.value === "string";
}
