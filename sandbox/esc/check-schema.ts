import type { RotatorSchema } from "./rotator";
import { type Diagnostic, errorAt } from "./syntax";
import { typeName } from "./type-check";
import { keysOf, propertyOf, type Value } from "./value";

/** Checks a value against a rotator's schema, in the real evaluator's words; what is unknown may still fit. */
export function checkSchema(value: Value, schema: RotatorSchema, diagnostics: Diagnostic[]): boolean {
  if (value.unknown) return true;
  const refuse = (summary: string) => {
    diagnostics.push(errorAt(value.def.range, summary));
    return false;
  };
  const actual = typeName(value);
  if (actual !== schema.type) return refuse(`expected ${schema.type}, got ${actual}`);
  if (schema.type !== "object") return true;
  const keys = keysOf(value);
  const fits = keys.map((key) => {
    const property = propertyOf(value, key);
    const expected = schema.properties?.[key];
    return !property || !expected || checkSchema(property, expected, diagnostics);
  });
  const missing = (schema.required ?? []).filter((key) => !keys.includes(key));
  if (missing.length > 0) return refuse(`missing required properties: ${missing.join(", ")}`);
  return fits.every(Boolean);
}

/** The same for what may be left out: null fits too. */
export function checkOptional(value: Value, schema: RotatorSchema, diagnostics: Diagnostic[]): boolean {
  if (!value.unknown && value.repr === null) return true;
  const found: Diagnostic[] = [];
  if (checkSchema(value, schema, found)) return true;
  const actual = typeName(value);
  const also = ["expected null, got ".concat(actual), "exactly one subschema must match"];
  diagnostics.push(...found, ...also.map((summary) => errorAt(value.def.range, summary)));
  return false;
}
