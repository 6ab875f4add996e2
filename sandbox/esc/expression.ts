import type { Accessor, InterpolationPart } from "./interpolation";
import type { JsonNumber } from "./json-number";
import type { Range } from "./syntax";

/** A value that needs no evaluation. */
export interface LiteralExpression {
  kind: "literal";
  range: Range | undefined;
  value: null | boolean | string | JsonNumber;
}

/** An object; an entry whose key is not a plain string has no key. */
export interface ObjectExpression {
  kind: "object";
  range: Range | undefined;
  entries: { key: string | undefined; keyRange: Range | undefined; value: Expression }[];
}

/** A call to a builtin function with its operands by name; an operand lost to a parse error is missing. */
export interface BuiltinExpression {
  kind: "builtin";
  range: Range | undefined;
  name: string;
  nameRange: Range | undefined;
  argument: Expression;
  operands: Record<string, Expression | undefined>;
}

/** What a node of an environment's `values` means. */
export type Expression =
  | LiteralExpression
  | ObjectExpression
  | BuiltinExpression
  | { kind: "interpolate"; range: Range | undefined; parts: InterpolationPart[] }
  | { kind: "symbol"; range: Range | undefined; accessors: Accessor[] }
  | { kind: "array"; range: Range | undefined; elements: Expression[] };

/** One entry of `imports`. */
export interface ImportDeclaration {
  name: string;
  range: Range | undefined;
  merge: boolean;
}

/** An environment's definition after parsing. */
export interface EnvironmentDeclaration {
  imports: ImportDeclaration[];
  values: { key: string; keyRange: Range | undefined; value: Expression }[];
}
