import { type Grouping, type GroupingField, type Groupings, kindOf } from "../../catalog/applications";
import { isCertain, keysOf, type LoaderSpec } from "./loader-spec";
import { PYDANTIC_IMPORTS, PYDANTIC_SOURCE, pydanticSettings } from "./render-pydantic";

/** How an application gets the runtime: in the file itself, or from the package `sophia-secrets`. */
export type Runtime = { included: string } | "package";

/**
 * The module that a Python application imports: typed names over the runtime.
 *
 * @param docs address or path of the page that explains it.
 */
export function renderPython(options: {
  spec: LoaderSpec;
  groupings: Groupings;
  runtime: Runtime;
  docs: string;
  /** Whether the module has pydantic's settings; an included runtime must have been made for it. */
  pydantic?: boolean;
}): string {
  const { spec, groupings, runtime, docs, pydantic = false } = options;
  const parts = [
    header(docs),
    runtime === "package" ? imports(pydantic) : runtime.included.trimEnd(),
    specText(spec),
    START,
    configClass(spec),
    getConfigValue(spec),
    ...Object.entries(groupings).flatMap(([name, grouping]) => groupingText(spec, name, grouping)),
    ...(pydantic ? [pydanticSettings(spec, namesOf(spec))] : []),
    fakeText(spec),
    exported(groupings, pydantic),
  ];
  return `${parts.join("\n\n\n")}\n`;
}

const header = (
  docs: string,
): string => `# Generated from the secrets catalog. Do not edit: pulumi up replaces this file. How to use it: ${docs}
# ruff: noqa
"""This application's secrets, loaded from Pulumi ESC at their first use.

\`config.openai_api_key\` and \`get_config_value("openai_api_key")\` are each a str whose repr is [secret]. F-strings, %s,
print and json.dumps show it: do not log them.
"""

from __future__ import annotations`;

/** What the generated part needs of the standard library. */
export const OWN_IMPORTS = ["from typing import Literal, TypedDict, overload"];

const imports = (pydantic: boolean): string => `${OWN_IMPORTS.join("\n")}
${pydantic ? `\n${PYDANTIC_IMPORTS.join("\n")}\n` : ""}
from sophia_secrets import Config, Entry, Loader, Options, Place, RedactingFilter, Secrets, Spec, github_actions, kubernetes
from sophia_secrets import fake as Fake${pydantic ? `\n${PYDANTIC_SOURCE}` : ""}`;

const START = `loader = Loader(_SPEC)
"""Loads once, at the first use. \`loader.load()\` gives the whole snapshot, \`await loader.aload()\` in asyncio."""

configure = loader.configure
"""Options, before the first use: \`configure(Options(token=github_actions(), max_age=300))\`."""`;

/** A text as Python reads it: JSON's escapes are Python's too. */
const quoted = (text: string): string => JSON.stringify(text);
const tuple = (texts: readonly string[]): string =>
  `(${texts.map(quoted).join(", ")}${texts.length === 1 ? "," : ""})`;

function specText(spec: LoaderSpec): string {
  const all = Object.keys(spec.environments);
  const places = Object.entries(spec.environments).flatMap(([name, { opens, watches, team }]) => [
    `        ${quoted(name)}: Place(`,
    `            ${quoted(opens)},`,
    "            (",
    ...watches.map((watched) => `                ${quoted(watched)},`),
    "            ),",
    `            ${quoted(team)},`,
    "        ),",
  ]);
  const entries = spec.entries.map(({ name, keys, path, requiredIn }) => {
    const required = requiredIn.length === all.length ? "_ALL" : tuple(requiredIn);
    return `        Entry(${quoted(name)}, ${tuple(keys)}, ${quoted(path)}, ${required}),`;
  });
  return [
    `_ALL = ${tuple(all)}`,
    "_SPEC = Spec(",
    `    organization=${quoted(spec.organization)},`,
    `    variable=${quoted(spec.variable)},`,
    `    root=${quoted(spec.root)},`,
    "    environments={",
    ...places,
    "    },",
    "    entries=(",
    ...entries,
    "    ),",
    `    placeholder=${quoted(spec.placeholder)},`,
    `    unrotated=${quoted(spec.unrotated)},`,
    `    workflow=${quoted(spec.workflow)},`,
    ")",
  ].join("\n");
}

/** Words that no attribute or argument can be called (docs.python.org, "Keywords"); `get_config_value` takes those keys. */
const KEYWORDS = new Set(
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);

const namesOf = (spec: LoaderSpec): string[] => keysOf(spec).filter((key) => !KEYWORDS.has(key));

const typeOf = (spec: LoaderSpec, key: string): string => (isCertain(spec, key) ? "str" : "str | None");

function configClass(spec: LoaderSpec): string {
  const attributes = namesOf(spec).map((key) => `    ${key}: ${typeOf(spec, key)}`);
  return [
    "class SecretsConfig(Config):",
    '    """Every app key. None only where the catalog says that a value may be absent."""',
    "",
    ...attributes,
    "",
    "",
    "config = SecretsConfig(loader)",
  ].join("\n");
}

/** Literal overloads, so that an unknown key does not type-check. */
function getConfigValue(spec: LoaderSpec): string {
  const keys = keysOf(spec);
  const certain = keys.filter((key) => isCertain(spec, key));
  const others = keys.filter((key) => !isCertain(spec, key));
  const literal = (name: string, of: readonly string[]) =>
    of.length === 0 ? [] : [`${name} = Literal[`, ...of.map((key) => `    ${quoted(key)},`), "]"];
  const lines = [...literal("RequiredKey", certain), ...literal("OptionalKey", others), "", ""];
  if (certain.length > 0 && others.length > 0)
    lines.push(
      "@overload",
      "def get_config_value(key: RequiredKey) -> str: ...",
      "@overload",
      "def get_config_value(key: OptionalKey) -> str | None: ...",
    );
  const parameter = [certain.length > 0 ? "RequiredKey" : "", others.length > 0 ? "OptionalKey" : ""].filter(
    Boolean,
  );
  lines.push(
    `def get_config_value(key: ${parameter.join(" | ") || "str"}) -> str${others.length > 0 ? " | None" : ""}:`,
    '    """The value under a key. Raises UnknownKeyError with the nearest names for a key that is not there."""',
    `    return loader.load()${others.length > 0 ? ".get(key)" : "[key]"}`,
  );
  return lines.join("\n");
}

function groupingText(spec: LoaderSpec, name: string, grouping: Grouping): string[] {
  const type = `${pascal(name)}Config`;
  return [
    ...typedDicts(spec, type, grouping),
    [
      `def get_${name}_config() -> ${type}:`,
      `    """Values of one snapshot, whose repr shows none."""`,
      "    secrets = loader.load()",
      `    return ${dictionary(spec, grouping, "    ")}`,
    ].join("\n"),
  ];
}

function typedDicts(spec: LoaderSpec, type: string, grouping: Grouping): string[] {
  const inner: string[] = [];
  const fields = Object.entries(grouping).map(([field, value]) => {
    const found = kindOf(value);
    if (found.kind === "key") return `    ${field}: ${typeOf(spec, found.key)}`;
    if (found.kind === "constant") return `    ${field}: str`;
    const innerType = `${type.replace(/Config$/, "")}${pascal(field)}Config`;
    inner.push(...typedDicts(spec, innerType, found.fields));
    return `    ${field}: ${innerType}`;
  });
  return [...inner, [`class ${type}(TypedDict):`, ...fields].join("\n")];
}

function dictionary(spec: LoaderSpec, grouping: Grouping, indent: string): string {
  const lines = Object.entries(grouping).map(
    ([field, value]) => `${indent}    ${quoted(field)}: ${expression(spec, value, indent)},`,
  );
  return ["{", ...lines, `${indent}}`].join("\n");
}

function expression(spec: LoaderSpec, field: GroupingField, indent: string): string {
  const found = kindOf(field);
  if (found.kind === "constant") return quoted(found.text);
  if (found.kind === "fields") return dictionary(spec, found.fields, `${indent}    `);
  return isCertain(spec, found.key) ? `secrets[${quoted(found.key)}]` : `secrets.get(${quoted(found.key)})`;
}

/** Keyword by keyword, so that a wrong key in a test does not type-check. */
function fakeText(spec: LoaderSpec): string {
  const keys = namesOf(spec);
  return [
    "def fake(",
    "    _environment: str | None = None,",
    "    /,",
    "    *,",
    ...keys.map((key) => `    ${key}: str | None = None,`),
    ") -> Fake:",
    '    """For tests, without a network: `with fake(openai_api_key="sk-test"):`. What is not given is absent."""',
    "    values = {",
    ...keys.map((key) => `        ${quoted(key)}: ${key},`),
    "    }",
    "    return Fake(loader, _environment, **values)",
  ].join("\n");
}

function exported(groupings: Groupings, pydantic: boolean): string {
  const names = [
    "Options",
    "RedactingFilter",
    "Secrets",
    ...(pydantic ? ["Settings", "load_settings"] : []),
    "config",
    "configure",
    "fake",
    "get_config_value",
    ...Object.keys(groupings).map((name) => `get_${name}_config`),
    "github_actions",
    "kubernetes",
    "loader",
  ];
  return ["__all__ = [", ...names.sort().map((name) => `    ${quoted(name)},`), "]"].join("\n");
}

function pascal(name: string): string {
  return name
    .split(/[_-]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}
