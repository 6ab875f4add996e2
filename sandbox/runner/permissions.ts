import { languageLibrary, type Token } from "./language-library";

export type Permissions = Record<string, "read" | "write" | "none">;

/**
 * What a workflow without `permissions` gets: the restricted default, which is GitHub's for organizations made
 * since February 2023.
 */
const DEFAULT: Permissions = { contents: "read", metadata: "read", packages: "read" };

/** `permissions` of a job, else of its workflow, else the default. Scopes not named in a map are none. */
export function permissionsOf(job: Token | undefined, workflow: Token | undefined): Permissions {
  const token = job ?? workflow;
  if (token === undefined) return DEFAULT;
  const { tokens } = languageLibrary();
  if (token instanceof tokens.StringToken) return everyScope(token.value === "write-all" ? "write" : "read");
  if (!(token instanceof tokens.MappingToken)) return { metadata: "read" };
  const named = [...token].map(({ key, value }) => [key.toString(), value.toString()]);
  return { metadata: "read", ...(Object.fromEntries(named) as Permissions) };
}

/** Scopes as the parser's own schema has them, so that `read-all` grows with GitHub: `id-token` has no read. */
function everyScope(level: "read" | "write"): Permissions {
  const definition = languageLibrary().schema.definitions["permissions-mapping"];
  const { properties } = definition as unknown as { properties: Record<string, { type: string }> };
  const all: Permissions = { metadata: "read" };
  for (const [scope, { type }] of Object.entries(properties)) {
    if (type === "permission-level-any") all[scope] = level;
    else if (type.includes("-read-")) all[scope] = "read";
    else if (level === "write") all[scope] = "write";
  }
  return all;
}
