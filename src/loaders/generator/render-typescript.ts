import { type Grouping, type GroupingField, type Groupings, kindOf } from "../../catalog/applications";
import { includeTypeScript, type TypeScriptRuntime } from "./include-typescript";
import type { LoaderSpec } from "./loader-spec";

/** Name of the package that `make loaders` builds. */
export const NPM_PACKAGE = "@sophia-secrets/loader";

/** What a generated file takes from the runtime; the first are values, the others types. */
const VALUES = [
  "createLoader",
  "githubActions",
  "kubernetes",
  "MissingSecretsError",
  "RemedyError",
  "Secret",
  "UnavailableError",
  "withFake",
];
const TYPES = ["Loader", "LoaderOptions", "LoaderSpec"];

/**
 * The module that a TypeScript application imports: typed names over the runtime.
 *
 * @param options.runtime the compiled runtime, which the file then includes, or `package`.
 * @param options.docs address or path of the page that explains it.
 */
export function renderTypeScript(options: {
  spec: LoaderSpec;
  groupings: Groupings;
  runtime: { included: TypeScriptRuntime } | "package";
  docs: string;
}): string {
  const { spec, groupings, runtime, docs } = options;
  const isIncluded = runtime !== "package";
  return `${[
    [
      `// Generated from the secrets catalog. Do not edit: pulumi up replaces this file. How to use it: ${docs}`,
      "/* eslint-disable */",
      "// biome-ignore-all format: generated",
      "// biome-ignore-all lint: generated",
      // The included runtime is compiled code without types; what is exported below has them.
      ...(isIncluded ? ["// @ts-nocheck"] : []),
    ].join("\n"),
    isIncluded ? includeTypeScript(runtime.included, ALIASES) : imports(),
    `const SPEC: LoaderSpec = ${JSON.stringify(spec, null, 2)};`,
    typesOf(spec),
    functionsOf(),
    ...Object.entries(groupings).map(([name, grouping]) => groupingText(spec, name, grouping)),
    ...(isIncluded ? [] : [`export { ${VALUES.filter((name) => !INNER.has(name)).join(", ")} };`]),
    `export type { ${TYPES.filter((name) => name !== "LoaderSpec").join(", ")} };`,
  ].join("\n\n")}\n`;
}

/** Types of the included runtime by the names that the package exports them under. */
const ALIASES = [
  "type Loader<Loaded> = Runtime.Loader<Loaded>;",
  "type LoaderOptions<E extends string = string> = Runtime.LoaderOptions<E>;",
  "type LoaderSpec = Runtime.LoaderSpec;",
];

/** What the file wraps in functions of its own. */
const INNER = new Set(["createLoader", "withFake"]);

const imports = (): string =>
  [
    `import { ${VALUES.join(", ")} } from ${JSON.stringify(NPM_PACKAGE)};`,
    `import type { ${TYPES.join(", ")} } from ${JSON.stringify(NPM_PACKAGE)};`,
  ].join("\n");

function typesOf(spec: LoaderSpec): string {
  const all = Object.keys(spec.environments);
  const properties = spec.entries.flatMap(({ keys, requiredIn }) =>
    keys.map((key) => `  readonly ${key}: ${valueType(requiredIn, all)};`),
  );
  return [
    "/** Deployment environments. */",
    `export type Environment = ${union(all)};`,
    "",
    "/** A value where every environment in question has one. */",
    "type In<E, Has> = [E] extends [Has] ? Secret : Secret | undefined;",
    "",
    "/** One property per app key. A `Secret` prints as [secret]; `unwrap()` gives the text. */",
    "export interface LoadedSecrets<E extends Environment = Environment> {",
    ...properties.sort(),
    "  /** For keys that are only known when the program runs. Throws RemedyError for one that is not there. */",
    '  get<Key extends Exclude<keyof LoadedSecrets<E>, "get">>(key: Key): LoadedSecrets<E>[Key];',
    "}",
    "",
    "/** An app key or alias. */",
    'export type AppKey = Exclude<keyof LoadedSecrets, "get">;',
  ].join("\n");
}

function valueType(requiredIn: readonly string[], all: readonly string[]): string {
  if (requiredIn.length === all.length) return "Secret";
  return requiredIn.length === 0 ? "Secret | undefined" : `In<E, ${union(requiredIn)}>`;
}

const union = (texts: readonly string[]): string => texts.map((each) => JSON.stringify(each)).join(" | ");

function functionsOf(): string {
  return `/** A loader that keeps what it loads: once, and again after \`maxAge\`. Nothing happens before the first \`load\`. */
export function createSecretsLoader<E extends Environment = Environment>(
  options: LoaderOptions<E> = {},
): Loader<LoadedSecrets<E>> {
  return createLoader<LoadedSecrets<E>>(SPEC, options);
}

/** Loads once, with two requests, and keeps nothing. */
export async function loadSecrets<E extends Environment = Environment>(
  options: LoaderOptions<E> = {},
): Promise<LoadedSecrets<E>> {
  return createSecretsLoader(options).load();
}

/** For tests, without a network: while \`run\` runs, these values and no others are loaded. */
export function fake<Result>(
  values: Partial<Record<AppKey, string>>,
  run: () => Result,
  environment?: Environment,
): Result {
  return withFake(SPEC, environment, values, run);
}`;
}

function groupingText(spec: LoaderSpec, name: string, grouping: Grouping): string {
  const type = `${pascal(name)}Config`;
  return [
    `/** Values of one snapshot that belong together. */`,
    `export interface ${type} ${typeText(spec, grouping, "")}`,
    "",
    `export function get${pascal(name)}Config(secrets: LoadedSecrets): ${type} {`,
    `  return ${valueText(grouping, "  ")};`,
    "}",
  ].join("\n");
}

function typeText(spec: LoaderSpec, grouping: Grouping, indent: string): string {
  const fields = Object.entries(grouping).map(([name, field]) => {
    const found = kindOf(field);
    const type =
      found.kind === "constant"
        ? "string"
        : found.kind === "fields"
          ? typeText(spec, found.fields, `${indent}  `)
          : keyType(spec, found.key);
    return `${indent}  readonly ${name}: ${type};`;
  });
  return ["{", ...fields, `${indent}}`].join("\n");
}

function keyType(spec: LoaderSpec, key: string): string {
  const entry = spec.entries.find(({ keys }) => keys.includes(key));
  const all = Object.keys(spec.environments).length;
  return entry?.requiredIn.length === all ? "Secret" : "Secret | undefined";
}

function valueText(field: GroupingField, indent: string): string {
  const found = kindOf(field);
  if (found.kind === "key") return `secrets.${found.key}`;
  if (found.kind === "constant") return JSON.stringify(found.text);
  const fields = Object.entries(found.fields).map(
    ([name, inner]) => `${indent}  ${name}: ${valueText(inner, `${indent}  `)},`,
  );
  return ["{", ...fields, `${indent}}`].join("\n");
}

function pascal(name: string): string {
  return name
    .split(/[_-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}
