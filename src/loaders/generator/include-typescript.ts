/** The compiled runtime (one ES module) and its declarations (one file). */
export interface TypeScriptRuntime {
  code: string;
  types: string;
}

/** Exports of the runtime that are classes, and so types too. */
const CLASSES = ["MissingSecretsError", "RemedyError", "Secret", "UnavailableError"];

/**
 * The runtime as a part of one TypeScript file: compiled code in a function, under its declarations as a namespace. What
 * its callers see is typed, and nothing of it takes a name at the top of the file but what is listed at the end.
 *
 * @throws Error when the compiled module is not of the form that esbuild gives it.
 */
export function includeTypeScript({ code, types }: TypeScriptRuntime, generics: readonly string[]): string {
  const [, exports] = /\nexport \{\n([\s\S]*?)\n\};\s*$/.exec(code) ?? [];
  if (exports === undefined) throw new Error("the compiled runtime ends in no list of exports");
  const names = exports.split(",").map((name) => name.trim());
  const isImport = (line: string) => line.startsWith("import ");
  const oneLine = (_: string, listed: string) => `import { ${listed.replace(/\s+/g, " ").trim()} } from`;
  const lines = code
    .slice(0, code.lastIndexOf("\nexport {"))
    .replace(/^import \{\n([^}]*)\} from/gm, oneLine)
    .split("\n");
  const imports = lines.filter(isImport);
  const body = lines.filter((line) => !isImport(line));
  const imported = new Set(imports.flatMap(namesOf));
  const declarations = types.split("\n");
  const typeImports = declarations
    .filter(isImport)
    .filter((line) => !namesOf(line).every((name) => imported.has(name)))
    .map((line) => line.replace(/^import /, "import type "));
  const declared = declarations
    .filter((line) => !isImport(line) && line !== "export {};")
    .map((line) => line.replace(/^export declare /, "export "));
  return [
    ...imports,
    ...typeImports,
    "",
    "declare namespace Runtime {",
    ...declared.join("\n").trim().split("\n").map(indented),
    "}",
    "",
    "const runtime: typeof Runtime = (() => {",
    ...body.join("\n").trim().split("\n").map(indented),
    `  return { ${names.join(", ")} };`,
    "})();",
    "",
    ...CLASSES.map((name) => `export type ${name} = Runtime.${name};`),
    `export const { ${CLASSES.join(", ")}, githubActions, kubernetes } = runtime;`,
    "const { createLoader, withFake } = runtime;",
    ...generics,
  ].join("\n");
}

const indented = (line: string): string => (line === "" ? line : `  ${line}`);

function namesOf(line: string): string[] {
  const [, listed = ""] = /\{([^}]*)\}/.exec(line) ?? [];
  return listed.split(",").map((name) => name.trim().split(" as ").at(-1) ?? "");
}
