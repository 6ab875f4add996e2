/** One value as ESC evaluates it (esc.Value): null has no `value`. */
export function escValue(value: unknown): object {
  const trace = { def: { environment: "default/x", begin: { line: 1, column: 1, byte: 0 } } };
  if (value === null || value === undefined) return { trace };
  if (Array.isArray(value)) return { value: value.map(escValue), trace };
  if (typeof value === "object") return { value: members(value), trace };
  return { value, secret: true, trace };
}

function members(values: object): Record<string, object> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, escValue(value)]));
}

/** An opened environment (esc.Environment) that holds these values. */
export function escDocument(values: object): object {
  return { exprs: {}, properties: members(values), schema: {}, executionContext: {} };
}
