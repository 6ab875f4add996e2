import type { CodeNode } from "./code-grammars";
import type { FileNames } from "./file-names";
import { isComment, isString, knownText, lineOf, nodesOf } from "./syntax-nodes";

/** Objects that hold the process's environment variables, and functions that give one by its name, without spaces. */
const OBJECTS = /^(process\??\.env|import\.meta\.env|Bun\.env|os\.environ|environ|ENV|\$_ENV|\$_SERVER)$/;
const FUNCTIONS =
  /(^|[.:\\])(getenv|getenvb|LookupEnv|Getenv|GetEnvironmentVariable|var_os)$|^((os\.)?environ|ENV|env|Env|environs|Deno\.env|System|settings|config)\.(get|getenv|pop|setdefault|fetch|str|int|bool|url|secret|dig|delete)$|^(std::)?env::var$|^(env|decouple_config|config)$/;
/** Functions of the generated loader that take a key. */
const LOADER = /(^|\.)(get_config_value|getConfigValue)$/;
/** viper's and koanf's getters, whose keys are also environment variables. */
const KEYED = /(^|\.)(viper|v|cfg|config|k|koanf)\.(Get\w*|BindEnv|MustBindEnv|IsSet|String|MustString)$/;
const PREFIX = /\.(SetEnvPrefix)$|^envconfig\.(Process|MustProcess)$/;

/** Adds what code asks its surroundings for: names, names that it computes, and prefixes of names. */
export function environmentAccess(
  grammar: string,
  root: CodeNode,
  text: string,
  loaders: readonly string[],
  found: FileNames,
): void {
  const constants = constantsOf(root);
  const aliases = aliasesOf(text);
  const isObject = (node: CodeNode | null) => {
    const plain = node?.text.replaceAll(/\s/g, "") ?? "";
    return OBJECTS.test(plain) || aliases.objects.has(plain);
  };
  const loaded = loadersOf(text, loaders);
  for (const node of nodesOf(root)) {
    if (isComment(node) || isString(node)) continue;
    loaderKey(node, loaded, found);
    const asked = askedIn(grammar, node, isObject, aliases.functions);
    if (asked === undefined) continue;
    if (asked.property !== undefined) {
      found.asks.push({ ...asked.property, from: "environment", hasDefault: hasDefault(node) });
      continue;
    }
    const { argument, how, arguments: count } = asked;
    const known = argument && knownText(argument, constants);
    const line = lineOf(node);
    if (known === undefined) {
      if (how === "environment" && argument !== undefined && asked.isCertain) found.everything.push(line);
    } else if (!("text" in known)) {
      if (how !== "prefix") found.computed.push({ ...known, line });
    } else if (how === "prefix") found.prefixes.push(known.text);
    else if (how === "key") found.keys.push({ name: known.text, line });
    else if (/^[\w.-]+$/.test(known.text)) {
      const isDefaulted = count > 1 || hasDefault(node);
      if (asked.isCertain || how === "loader")
        found.asks.push({ name: known.text, line, from: how, hasDefault: isDefaulted });
    }
  }
}

interface Asked {
  property?: { name: string; line: number };
  argument?: CodeNode;
  arguments: number;
  how: "environment" | "loader" | "key" | "prefix";
  /** Whether it cannot be anything but the process's environment. */
  isCertain: boolean;
}

function askedIn(
  grammar: string,
  node: CodeNode,
  isObject: (node: CodeNode | null) => boolean,
  functions: ReadonlySet<string>,
): Asked | undefined {
  const first = node.namedChild(0);
  const by = (how: Asked["how"], argument: CodeNode | undefined, count = 1, isCertain = true): Asked => ({
    ...{ how, arguments: count, isCertain },
    ...(argument === undefined ? {} : { argument }),
  });
  if (/^(member_expression|attribute|selector_expression)$/.test(node.type) && isObject(first)) {
    const name = node.namedChild(node.namedChildCount - 1);
    const isCalled = node.parent?.type.includes("call") === true && node.parent.namedChild(0)?.id === node.id;
    if (name === null || isCalled) return undefined;
    return {
      property: { name: name.text, line: lineOf(name) },
      arguments: 1,
      how: "environment",
      isCertain: true,
    };
  }
  if (/^(subscript|subscript_expression|element_reference)$/.test(node.type) && isObject(first)) {
    // What is set is not asked for.
    if (/assignment/.test(node.parent?.type ?? "") && node.parent?.namedChild(0)?.id === node.id)
      return undefined;
    return by("environment", node.namedChild(1) ?? undefined);
  }
  if (node.type === "object_pattern" && isObject(node.parent?.childForFieldName("value") ?? null))
    return undefined;
  if (isDestructured(node)) {
    const pattern = patternOf(node);
    const value = pattern?.parent?.childForFieldName("value") ?? null;
    if (pattern !== undefined && isObject(value))
      return {
        property: { name: node.text, line: lineOf(node) },
        arguments: 1,
        how: "environment",
        isCertain: true,
      };
    return undefined;
  }
  if (grammar === "powershell" && node.type === "variable") {
    const [, name] = /^\$\{?env:(\w+)/i.exec(node.text) ?? [];
    return name === undefined
      ? undefined
      : { property: { name, line: lineOf(node) }, arguments: 1, how: "environment", isCertain: true };
  }
  if (
    !/^(call|call_expression|method_invocation|function_call_expression|invocation_expression)$/.test(
      node.type,
    )
  )
    return undefined;
  const list = node.namedChildren.findLast((each) => each !== null && /argument/.test(each.type));
  if (list === null || list === undefined) return undefined;
  const callee = node.text.slice(0, list.startIndex - node.startIndex).replaceAll(/\s|\?/g, "");
  const args = list.namedChildren.filter((each) => each !== null && !isComment(each));
  const [argument] = args;
  if (argument === undefined || argument === null) return undefined;
  if (LOADER.test(callee)) return by("loader", argument, args.length);
  if (PREFIX.test(callee)) return by("prefix", argument, args.length);
  if (FUNCTIONS.test(callee) || functions.has(callee))
    return by("environment", argument, args.length, !/^(config|settings|env|Env)(\.|$)/.test(callee));
  return KEYED.test(callee) ? by("key", argument, args.length) : undefined;
}

function isDestructured(node: CodeNode): boolean {
  if (node.type === "shorthand_property_identifier_pattern") return true;
  return node.type === "property_identifier" && node.parent?.type === "pair_pattern";
}

function patternOf(node: CodeNode): CodeNode | undefined {
  for (let at = node.parent; at !== null; at = at.parent) if (at.type === "object_pattern") return at;
  return undefined;
}

/** `process.env.NAME ?? other`, `os.environ.get(NAME) or other`, `{ NAME = other }`. */
function hasDefault(node: CodeNode): boolean {
  const parent = node.parent;
  if (parent === null) return false;
  if (/assignment_pattern/.test(parent.type)) return true;
  if (!/binary|boolean/.test(parent.type) || parent.namedChild(0)?.id !== node.id) return false;
  return parent.children.some((each) => each !== null && /^(\?\?|\|\||or)$/.test(each.type));
}

/** Constants of a file that are texts, by name. */
function constantsOf(root: CodeNode): Map<string, string> {
  const found = new Map<string, string>();
  for (const node of nodesOf(root)) {
    if (!/^(assignment|variable_declarator|const_spec|var_spec|short_var_declaration)$/.test(node.type))
      continue;
    const name = node.namedChild(0);
    const last = node.namedChild(node.namedChildCount - 1);
    const value = last?.type === "expression_list" ? last.namedChild(0) : last;
    if (name === null || value === null || value === undefined || !isString(value)) continue;
    const known = knownText(value, new Map());
    if (known !== undefined && "text" in known) found.set(name.text, known.text);
  }
  return found;
}

/** Names under which a file has the environment: `const env = process.env`, `from os import environ as e`. */
function aliasesOf(text: string) {
  const objects = new Set<string>();
  const functions = new Set<string>();
  for (const [, name = ""] of text.matchAll(
    /\b(\w+)\s*(?::[^=\n]+)?=\s*(?:process\.env|os\.environ|import\.meta\.env)\s*(?:;|$)/gm,
  ))
    objects.add(name);
  for (const [, list = ""] of text.matchAll(/^\s*from\s+os\s+import\s+\(?([^)\n]*)/gm))
    for (const [, name, other] of list.matchAll(/\b(environ|getenv)(?:\s+as\s+(\w+))?/g))
      (name === "environ" ? objects : functions).add(other ?? name ?? "");
  for (const [, renamed] of text.matchAll(
    /\{[^}]*\benv(?:\s*(?:as|:)\s*(\w+))?[^}]*\}\s*(?:from\s+["'](?:node:)?process["']|=\s*process\b)/g,
  ))
    objects.add(renamed ?? "env");
  for (const object of objects)
    for (const method of ["get", "pop", "setdefault"]) functions.add(`${object}.${method}`);
  return { objects, functions };
}

/** Members that are no keys: of the Python loader's `config`, and of a TypeScript object. */
const MEMBERS =
  /^(get|keys|values|items|load|refresh|unwrap|toString|then|catch|on_change|onChange|__\w+__)$/;

/** Adds the key that code takes from what the generated loader gives: `config.key`, `secrets.key`, `config["key"]`. */
function loaderKey(node: CodeNode, loaded: ReadonlySet<string>, found: FileNames): void {
  if (!/^(attribute|member_expression|subscript|subscript_expression)$/.test(node.type)) return;
  const [object, key] = [node.namedChild(0), node.namedChild(node.namedChildCount - 1)];
  if (object === null || key === null || !loaded.has(object.text)) return;
  const known = isString(key) ? knownText(key, new Map()) : { text: key.text };
  if (known === undefined || !("text" in known) || MEMBERS.test(known.text)) return;
  if (!isString(key) && node.type.startsWith("subscript")) return;
  found.asks.push({ name: known.text, line: lineOf(node), from: "loader", hasDefault: hasDefault(node) });
}

/** Names under which a file has what the loader gives: `from MODULE import config as c`, `const s = await loadSecrets()`. */
function loadersOf(text: string, loaders: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const [, module = "", list = ""] of text.matchAll(/^\s*from\s+([\w.]+)\s+import\s+\(?([^)\n]*)/gm)) {
    if (!loaders.includes(module.split(".").at(-1) ?? "")) continue;
    for (const [, other] of list.matchAll(/\bconfig\b(?:\s+as\s+(\w+))?/g)) found.add(other ?? "config");
  }
  for (const [, name = ""] of text.matchAll(/\b(\w+)\s*(?::[^=\n]+)?=\s*await\s+(?:\w+\.)?loadSecrets\(/g))
    found.add(name);
  return found;
}
