/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A schema, OpenAPI 3.0's or JSON Schema's. */
export type Schema = { [key: string]: Json };

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keywords that hold schemas by name, and lists of schemas, and one schema. */
const NAMED = ["properties"];
const LISTS = ["allOf", "anyOf", "oneOf"];
const SINGLE = ["items", "additionalProperties", "not"];

/**
 * OpenAPI 3.0's dialect as JSON Schema: `nullable` becomes a type, a boolean `exclusiveMinimum` a number. What only
 * documents (`example`, `discriminator`, `x-...`) stays and is ignored.
 */
export function jsonSchemaOf(schema: Schema): Schema {
  const made: Schema = mapSchemas(schema, jsonSchemaOf);
  delete made.nullable;
  delete made.discriminator;
  if (made.exclusiveMinimum === true) {
    made.exclusiveMinimum = made.minimum ?? 0;
    delete made.minimum;
  }
  if (schema.nullable !== true) return made;
  return { anyOf: [made, { type: "null" }] };
}

/**
 * The schema with `unevaluatedProperties: false` at each place inside it where a value stands (a property, an item), so
 * that what nobody declared is found however the schema is composed. Free-form objects stay open, and so does the
 * schema itself, which others may extend by `allOf`.
 *
 * @param known the components that `$ref`s name.
 */
export function closedInside(schema: Schema, known: Record<string, Schema>): Schema {
  return mapSchemas(schema, (inner, isValue) =>
    isValue ? closed(inner, known) : closedInside(inner, known),
  );
}

/** The same, with the schema itself closed: that of a whole body. */
export function closed(schema: Schema, known: Record<string, Schema>): Schema {
  const kinds = kindsOf(schema, known);
  if (kinds !== undefined) return { anyOf: kinds, unevaluatedProperties: false };
  const made = closedInside(schema, known);
  return declares(schema, known, new Set()) ? { ...made, unevaluatedProperties: false } : made;
}

/** OpenAPI's discriminator: a value of such a schema is of one of the kinds that it maps to, which extend it. */
function kindsOf(schema: Schema, known: Record<string, Schema>): Schema[] | undefined {
  const { mapping } = (componentOf(schema, known)?.discriminator ?? {}) as {
    mapping?: Record<string, string>;
  };
  return mapping && Object.values(mapping).map(($ref) => ({ $ref }));
}

function componentOf({ $ref }: Schema, known: Record<string, Schema>): Schema | undefined {
  return known[/^#\/components\/schemas\/(.+)$/.exec(String($ref ?? ""))?.[1] ?? ""];
}

/** Whether a schema, with all it is composed of, says which properties there are. */
function declares(schema: Schema, known: Record<string, Schema>, seen: Set<Schema>): boolean {
  if (isObject(schema.properties) && Object.keys(schema.properties).length > 0) return true;
  const parts = LISTS.flatMap((key) => schema[key] ?? []).filter(isObject);
  const component = componentOf(schema, known);
  if (component !== undefined && !seen.has(component)) parts.push(component);
  return parts.some((part) => declares(part, known, component ? new Set([...seen, component]) : seen));
}

/** The schema with each schema inside it changed. @param change is told whether the inner one is of a value of its own. */
function mapSchemas(schema: Schema, change: (inner: Schema, isValue: boolean) => Schema): Schema {
  const changed = (inner: Json, isValue: boolean) => (isObject(inner) ? change(inner, isValue) : inner);
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    if (NAMED.includes(key) && isObject(value))
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, changed(inner, true)])),
      ];
    if (LISTS.includes(key) && Array.isArray(value))
      return [key, value.map((inner) => changed(inner, false))];
    return [key, SINGLE.includes(key) ? changed(value, true) : value];
  });
  return Object.fromEntries(entries);
}
