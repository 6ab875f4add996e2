/**
 * The value at a path of ESC's evaluated document (`esc.Environment` of github.com/pulumi/esc: each value is
 * `{value, secret, unknown, trace}`, each mapping's members are such values again).
 *
 * @returns undefined for what is absent, null (ESC leaves `value` out) or unknown; else what stands there.
 */
export function valueAt(document: unknown, path: readonly string[]): unknown {
  let found: unknown = { value: member(document, "properties") };
  for (const name of path) found = member(member(found, "value"), name);
  return member(found, "unknown") === true ? undefined : (member(found, "value") ?? undefined);
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
