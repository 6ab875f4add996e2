import type { Expression } from "./expression";
import { compareBytes, quoteGo } from "./go-text";
import type { Accessor } from "./interpolation";
import { JsonNumber } from "./json-number";
import type { Range } from "./syntax";

/** What is known of the type of a value that is itself unknown. */
export type Shape = "any" | "scalar" | "string" | "strings" | "array";

/** A concrete value. Objects hold only their own properties: read them with `keysOf` and `propertyOf`. */
export type Representation = null | boolean | string | JsonNumber | Value[] | Map<string, Value>;

/** An access and the value that it found, for the explanation that the service answers. */
export interface ResolvedAccessor {
  accessor: Accessor;
  value?: Value;
}

/** An expression in its environment: with the imported value it overrides, and its state of evaluation. */
export interface ExpressionNode {
  path: string;
  range: Range | undefined;
  expression: Expression | undefined;
  base: Value | undefined;
  shape: Shape;
  isSecret: boolean;
  state: "declared" | "evaluating" | "done";
  value?: Value;
  elements?: ExpressionNode[];
  properties?: Map<string, ExpressionNode>;
  operands?: Map<string, ExpressionNode>;
  accesses?: ResolvedAccessor[][];
}

/** The result of evaluating an expression. */
export interface Value {
  def: ExpressionNode;
  base: Value | undefined;
  shape: Shape;
  unknown: boolean;
  secret: boolean;
  /** True if importers must not override it. */
  final: boolean;
  repr: Representation;
  /** Kept by `keysOf`: as in the real evaluator, an object keeps the keys that it had when they were first asked for. */
  keys?: string[];
}

/** A known, public value unless `overrides` say otherwise. */
export function makeValue(def: ExpressionNode, overrides: Partial<Value> = {}): Value {
  const defaults = {
    base: undefined,
    shape: def.shape,
    unknown: false,
    secret: false,
    final: false,
    repr: null,
  };
  return { def, ...defaults, ...overrides };
}

/** An expression that is not there: what remains of a parse error, or of a failed import. */
export function missingNode(path: string, base?: Value): ExpressionNode {
  return {
    path,
    range: undefined,
    expression: undefined,
    base,
    shape: "any",
    isSecret: false,
    state: "declared",
  };
}

/** Whether the value is, or may turn out to be, an object. */
export function isObject(value: Value | undefined): value is Value {
  if (!value) return false;
  return value.unknown ? value.shape === "any" : value.repr instanceof Map;
}

/** An object's keys, those of the objects it is merged over included, sorted. */
export function keysOf(value: Value | undefined): string[] {
  if (!(value?.repr instanceof Map)) return [];
  value.keys ??= [...new Set([...keysOf(value.base), ...value.repr.keys()])].sort(compareBytes);
  return value.keys;
}

/**
 * An object's property, taken from the object it is merged over if it has none of its own.
 * @param range where the property is asked for, if the object is unknown
 */
export function propertyOf(value: Value | undefined, key: string, range?: Range): Value | undefined {
  if (!value) return undefined;
  if (value.repr instanceof Map) return value.repr.get(key) ?? propertyOf(value.base, key, range);
  if (!value.unknown) return undefined;
  return propertyOfUnknown(value, key, range ?? value.def.range);
}

// The same property of the same unknown must be the same value, or it would be merged over itself.
const unknownProperties = new WeakMap<Value, Map<string, Value>>();

function propertyOfUnknown(value: Value, key: string, range: Range | undefined): Value {
  const known = unknownProperties.get(value) ?? new Map<string, Value>();
  unknownProperties.set(value, known);
  const existing = known.get(key);
  if (existing) return existing;
  const base = propertyOf(value.base, key, range);
  const def: ExpressionNode = { ...missingNode("", base), range, state: "done" };
  const property = makeValue(def, { base, unknown: true });
  known.set(key, property);
  return property;
}

function some(value: Value | undefined, test: (value: Value) => boolean): boolean {
  if (!value) return false;
  if (test(value)) return true;
  if (Array.isArray(value.repr)) return value.repr.some((item) => some(item, test));
  return keysOf(value).some((key) => some(propertyOf(value, key), test));
}

/** Whether the value or anything in it is unknown. */
export function containsUnknowns(value: Value): boolean {
  return some(value, ({ unknown }) => unknown);
}

/** Whether the value or anything in it is secret. */
export function containsSecrets(value: Value): boolean {
  return some(value, ({ secret }) => secret);
}

/** Lays a value over another: objects merge deeply, anything else replaces. Changes `value`. */
export function mergeOver(value: Value, base: Value | undefined): void {
  if (!base || value === base) return;
  if (value.base) mergeOver(value.base, base);
  else value.base = base;
  if (!(value.repr instanceof Map)) return;
  for (const [key, property] of value.repr) mergeOver(property, propertyOf(value.base, key));
}

/** A deep copy that shares only definitions; needed because merging changes values. */
export function copyValue(value: Value, copies = new Map<Value, Value>()): Value {
  const known = copies.get(value);
  if (known) return known;
  const { keys: _, ...copy }: Value = value;
  copies.set(value, copy);
  copy.base = value.base && copyValue(value.base, copies);
  if (Array.isArray(value.repr)) copy.repr = value.repr.map((item) => copyValue(item, copies));
  else if (value.repr instanceof Map) {
    copy.repr = new Map([...value.repr].map(([key, property]) => [key, copyValue(property, copies)]));
  }
  return copy;
}

/** The text of a value inside an interpolated string. Null is empty; an object shows its own properties only. */
export function textOf(value: Value): { text: string; unknown: boolean; secret: boolean } {
  if (value.unknown) return { text: "[unknown]", unknown: true, secret: value.secret };
  const { repr, secret } = value;
  if (Array.isArray(repr))
    return joinTexts(
      value,
      repr.map((item) => ["", item]),
    );
  if (repr instanceof Map) {
    const sorted = [...repr].sort(([a], [b]) => compareBytes(a, b));
    return joinTexts(
      value,
      sorted.map(([key, property]) => [`${quoteGo(key)}=`, property]),
    );
  }
  const text = repr instanceof JsonNumber ? repr.text : String(repr ?? "");
  return { text, unknown: false, secret };
}

function joinTexts(
  value: Value,
  members: [string, Value][],
): { text: string; unknown: boolean; secret: boolean } {
  const texts = members.map(([prefix, member]) => ({ prefix, ...textOf(member) }));
  return {
    text: texts.map(({ prefix, text }) => prefix + quoteGo(text)).join(","),
    unknown: texts.some(({ unknown }) => unknown),
    secret: value.secret || texts.some(({ secret }) => secret),
  };
}
