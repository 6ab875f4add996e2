import { formatStep } from "./document-path";
import type { BuiltinExpression, Expression } from "./expression";
import { quoteGo } from "./go-text";
import type { Accessor } from "./interpolation";
import { type Diagnostic, errorAt } from "./syntax";
import {
  type ExpressionNode,
  missingNode,
  propertyOf,
  type ResolvedAccessor,
  type Shape,
  type Value,
} from "./value";

const BUILTIN_SHAPES: Record<string, Shape> = {
  "fn::concat": "array",
  "fn::split": "strings",
  "fn::final": "any",
  "fn::fromJSON": "any",
};
const ROTATE = /^fn::rotate(?:::|$)/;

/**
 * Prepares an expression for evaluation: attaches to it and to its children the imported values they override.
 * @param path how messages about cycles name the expression
 * @param base the imported value that it overrides
 */
export function declare(
  expression: Expression | undefined,
  path: string,
  base: Value | undefined,
  diagnostics: Diagnostic[],
): ExpressionNode {
  if (!expression) return missingNode(path, base);
  const { range } = expression;
  const node: ExpressionNode = { ...missingNode(path, base), range, expression, shape: shapeOf(expression) };
  switch (expression.kind) {
    case "literal":
      break;
    case "interpolate":
      node.accesses = expression.parts.map(({ accessors }) => resolvable(accessors ?? []));
      break;
    case "symbol":
      node.accesses = [resolvable(expression.accessors)];
      break;
    case "array":
      node.elements = expression.elements.map((element, index) =>
        declare(element, `${path}[${index}]`, undefined, diagnostics),
      );
      break;
    case "object":
      node.properties = declareProperties(expression.entries, path, base, diagnostics);
      break;
    case "builtin":
      node.operands = declareOperands(expression, diagnostics);
      break;
  }
  return node;
}

function resolvable(accessors: Accessor[]): ResolvedAccessor[] {
  return accessors.map((accessor) => ({ accessor }));
}

function declareOperands(
  expression: BuiltinExpression,
  diagnostics: Diagnostic[],
): Map<string, ExpressionNode> {
  const operands = new Map<string, ExpressionNode>();
  for (const [name, operand] of Object.entries(expression.operands)) {
    const node = declare(operand, "", undefined, diagnostics);
    node.isSecret = name === "plaintext" || name === "ciphertext";
    operands.set(name, node);
  }
  return operands;
}

/** Prepares an object's properties; a repeated key is an error and its first value stays. */
export function declareProperties(
  entries: readonly { key: string | undefined; keyRange: Expression["range"]; value: Expression }[],
  path: string,
  base: Value | undefined,
  diagnostics: Diagnostic[],
): Map<string, ExpressionNode> {
  const properties = new Map<string, ExpressionNode>();
  for (const { key, keyRange, value } of entries) {
    if (key === undefined) continue;
    if (properties.has(key)) {
      diagnostics.push(errorAt(keyRange, `duplicate key ${quoteGo(key)}`));
      continue;
    }
    properties.set(key, declare(value, joinPath(path, key), propertyOf(base, key, keyRange), diagnostics));
  }
  return properties;
}

function joinPath(root: string, key: string): string {
  return key === "" ? root : root + formatStep(key, root === "");
}

function shapeOf(expression: Expression): Shape {
  switch (expression.kind) {
    case "literal":
      return typeof expression.value === "string" ? "string" : "scalar";
    case "interpolate":
      return "string";
    case "array":
      return "array";
    case "builtin":
      if (ROTATE.test(expression.name)) return "any";
      return BUILTIN_SHAPES[expression.name] ?? "string";
    case "symbol":
    case "object":
      return "any";
  }
}
