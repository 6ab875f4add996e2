import type { CodeNode } from "./code-grammars";
import type { FileNames } from "./file-names";
import { lineOf, nodesOf } from "./syntax-nodes";

interface SettingsClass {
  bases: readonly string[];
  fields: readonly Field[];
  prefix: string | undefined;
  delimiter: string | undefined;
}

interface Field {
  name: string;
  line: number;
  type: string;
  isAliased: boolean;
  hasDefault: boolean;
}

/**
 * Adds what classes of pydantic-settings read: a variable for each field, with the class's prefix; of a field that is a
 * model of the same file one for each of its fields, behind the delimiter. An alias is a text, and so found as such.
 * Source: pydantic-settings, "Environment variable names", "Parsing environment variable values".
 */
export function readSettingsClasses(root: CodeNode, found: FileNames): void {
  const classes = new Map<string, SettingsClass>();
  for (const node of nodesOf(root))
    if (node.type === "class_definition")
      classes.set(node.childForFieldName("name")?.text ?? "", settingsClass(node));
  const isSettings = (name: string, seen: readonly string[] = []): boolean =>
    /(^|\.)BaseSettings$/.test(name) ||
    (!seen.includes(name) &&
      (classes.get(name)?.bases.some((base) => isSettings(base, [...seen, name])) ?? false));
  for (const [name, each] of classes) {
    if (!isSettings(name)) continue;
    const line = each.fields[0]?.line ?? 1;
    const prefix = inherited(each, classes, "prefix") ?? "";
    const delimiter = inherited(each, classes, "delimiter");
    const ask = (field: Field, text: string) =>
      found.asks.push({ name: text, line: field.line, from: "environment", hasDefault: field.hasDefault });
    if (prefix === COMPUTED) {
      for (const field of each.fields)
        if (!field.isAliased) found.computed.push({ before: "", after: `_${field.name}`, line });
      continue;
    }
    for (const field of each.fields) {
      if (field.isAliased) continue;
      const inner = delimiter === undefined ? undefined : classes.get(field.type);
      if (inner === undefined) ask(field, (prefix + field.name).toUpperCase());
      else
        for (const own of inner.fields)
          ask(own, [prefix + field.name, own.name].join(delimiter).toUpperCase());
    }
  }
}

/** A prefix that the file computes. */
const COMPUTED = "\u0000";

function inherited(
  own: SettingsClass,
  classes: ReadonlyMap<string, SettingsClass>,
  what: "prefix" | "delimiter",
  depth = 0,
): string | undefined {
  if (own[what] !== undefined || depth > 8) return own[what];
  for (const base of own.bases) {
    const found = classes.get(base);
    const value = found && inherited(found, classes, what, depth + 1);
    if (value !== undefined) return value;
  }
  return undefined;
}

function settingsClass(node: CodeNode): SettingsClass {
  const bases = node.childForFieldName("superclasses")?.namedChildren ?? [];
  const body = node.childForFieldName("body");
  const fields: Field[] = [];
  for (const statement of body?.namedChildren ?? []) {
    const assignment = statement?.type === "expression_statement" ? statement.namedChild(0) : null;
    const type = assignment?.childForFieldName("type");
    const left = assignment?.childForFieldName("left");
    if (assignment?.type !== "assignment" || !type || left?.type !== "identifier") continue;
    if (left.text === "model_config" || /^ClassVar\b/.test(type.text)) continue;
    const right = assignment.childForFieldName("right")?.text ?? "";
    fields.push({
      name: left.text,
      line: lineOf(left),
      type: type.text,
      isAliased: /\b(validation_)?alias\s*=/.test(right),
      hasDefault: right !== "" && !/^Field\(\s*(\.\.\.|\w+\s*=(?!.*\bdefault))/.test(right),
    });
  }
  const text = body?.text ?? "";
  return {
    bases: bases.flatMap((each) => (each === null ? [] : [each.text])),
    fields,
    prefix: optionOf(text, "env_prefix"),
    delimiter: optionOf(text, "env_nested_delimiter"),
  };
}

/** An option of model_config or of the inner class Config. */
function optionOf(text: string, name: string): string | undefined {
  const [, , value, other] =
    new RegExp(`["']?\\b${name}\\b["']?\\s*[=:]\\s*(["'])(.*?)\\1|\\b${name}\\b["']?\\s*[=:]\\s*(\\S)`).exec(
      text,
    ) ?? [];
  if (value !== undefined) return value;
  return other === undefined ? undefined : COMPUTED;
}
