import { JsonNumber } from "./json-number";
import { type Diagnostic, errorAt } from "./syntax";
import type { Shape, Value } from "./value";

/** The argument types that builtins accept. */
export type Accepted = "any" | "string" | "strings" | "arrays";

/** Checks a value's type; says what is wrong at the value's definition. Unknown values pass if they may fit. */
export function checkType(value: Value, accepted: Accepted, diagnostics: Diagnostic[]): boolean {
  if (accepted === "any") return true;
  const expected = accepted === "string" ? "string" : "array";
  if (value.unknown) return checkShape(value, accepted, diagnostics);
  const actual = typeName(value);
  if (actual !== expected) return refuse(value, expected, actual, diagnostics);
  if (!Array.isArray(value.repr)) return true;
  const checks = value.repr.map((item) =>
    checkItem(item, accepted === "strings" ? "string" : "array", diagnostics),
  );
  return checks.every(Boolean);
}

function checkItem(item: Value, expected: "string" | "array", diagnostics: Diagnostic[]): boolean {
  if (item.unknown && item.shape === "any") return true;
  const actual = item.unknown ? shapeName(item.shape) : typeName(item);
  return actual === expected || refuse(item, expected, actual, diagnostics);
}

function checkShape(value: Value, accepted: Accepted, diagnostics: Diagnostic[]): boolean {
  if (value.shape === "any") return true;
  const expected = accepted === "string" ? "string" : "array";
  const actual = shapeName(value.shape);
  if (actual !== expected) return refuse(value, expected, actual, diagnostics);
  return accepted !== "arrays" || value.shape !== "strings" || refuse(value, "array", "string", diagnostics);
}

function refuse(value: Value, expected: string, actual: string, diagnostics: Diagnostic[]): false {
  diagnostics.push(errorAt(value.def.range, `expected ${expected}, got ${actual}`));
  return false;
}

function shapeName(shape: Shape): string {
  return shape === "strings" ? "array" : shape;
}

/** The JSON name of a known value's type. */
export function typeName({ repr }: Value): string {
  if (repr === null) return "null";
  if (Array.isArray(repr)) return "array";
  if (repr instanceof JsonNumber) return "number";
  return repr instanceof Map ? "object" : typeof repr;
}
