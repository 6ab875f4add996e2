import { parse } from "yaml";

/** What identifies an ESC environment, by either of the provider's two types. */
export interface EnvironmentId {
  organization: unknown;
  project: unknown;
  name: unknown;
}

/** @throws the SDK's error when a preview does not know its name. */
export function environmentId(props: Readonly<Record<string, unknown>>): EnvironmentId {
  const organization = "orgName" in props ? props.orgName : props.organization;
  return { organization, project: props.project, name: props.name };
}

/** @returns what the text of an ESC environment says; undefined when it is not YAML. */
export function parsedText(text: string): unknown {
  try {
    return parse(text, { logLevel: "error" }); // A warning would quote the text.
  } catch {
    return undefined; // Its message would quote the text.
  }
}

export const FUNCTION = /^fn::/i;
/** A reference of ESC; `$${` is a dollar and a brace (its syntax, "Interpolations"). */
const REFERENCE = /(?<!\$)\$\{([^{}]*)\}/g;

/** What a text refers to: `${a["b"][0]}` is a, b, 0. */
export function referencesIn(text: string): string[][] {
  return [...text.matchAll(REFERENCE)].map(([, path = ""]) => path.split(/[.[\]"']+/).filter(Boolean));
}

/**
 * Whether an environment composes others and holds nothing of its own: it imports, and every value refers to one of
 * those. An empty list imports nothing.
 */
export function composesOthers(text: unknown): boolean {
  const parsed = typeof text === "string" ? parsedText(text) : undefined;
  if (!isRecord(parsed) || !Array.isArray(parsed.imports) || parsed.imports.length === 0) return false;
  if (Object.keys(parsed).some((key) => !["imports", "values", "description"].includes(key))) return false;
  if (parsed.values === undefined) return true;
  const leaves = leavesIn(parsed.values);
  return (
    leaves.length > 0 && leaves.every((leaf) => typeof leaf === "string" && referencesIn(leaf).length > 0)
  );
}

function leavesIn(value: unknown): unknown[] {
  if (!isRecord(value) && !Array.isArray(value)) return [value];
  if (Object.keys(value).some((key) => /^fn::(?:secret|rotate)/i.test(key))) return [undefined];
  return Object.values(value).flatMap(leavesIn);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
