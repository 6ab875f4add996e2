import { posix } from "node:path";
import ts from "typescript";

/** One source file: its path from the project's root, with `/`, and its text. */
export interface Source {
  path: string;
  text: string;
}

/** What a part of the project may import. `x/` is a folder with all in it, `x/y-*` a family of modules, `x/y` one module. */
export interface Part {
  /** The files it holds, in the same notation. The first part that holds a file is its part. */
  holds: readonly string[];
  /** Modules of ours besides its own. */
  ours: readonly string[];
  /** Modules of its own folders that it must not import. */
  except?: readonly string[];
  /** Packages and node modules, in the same notation; undefined: any. */
  packages?: readonly string[];
}

/** The arrows between parts that a source breaks, each as a sentence. */
export function wrongImports(source: Source, parts: readonly Part[]): string[] {
  const here = source.path.replace(/\.ts$/, "");
  const part = parts.find(({ holds }) => isAmong(here, holds));
  if (part === undefined) return [`${source.path} stands in no part`];
  const { importedFiles } = ts.preProcessFile(source.text, true, true);
  return importedFiles.flatMap(({ fileName }) => {
    const ours = fileName.startsWith(".");
    const target = ours ? posix.join(posix.dirname(source.path), fileName) : fileName;
    const allowed = ours
      ? isAmong(target, [...part.holds, ...part.ours]) && !isAmong(target, part.except ?? [])
      : part.packages === undefined || isAmong(target, part.packages);
    return allowed ? [] : [`${source.path} imports ${target}`];
  });
}

/** The first way found from a source along its imports back to itself, types too: `a.ts -> b.ts -> a.ts`. */
export function importCircle(sources: readonly Source[]): string | undefined {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const follow = (path: string, way: readonly string[]): string | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path].join(" -> ");
    const source = byPath.get(path);
    if (source === undefined || done.has(path)) return undefined;
    for (const { fileName } of ts.preProcessFile(source.text, true, true).importedFiles) {
      if (!fileName.startsWith(".")) continue;
      const target = posix.join(posix.dirname(path), fileName);
      const circle = follow(byPath.has(`${target}.ts`) ? `${target}.ts` : target, [...way, path]);
      if (circle !== undefined) return circle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of sources) {
    const circle = follow(path, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function isAmong(module: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (pattern.endsWith("*")) return module.startsWith(pattern.slice(0, -1));
    return pattern.endsWith("/") ? module.startsWith(pattern) : module === pattern;
  });
}

/** Whether a source reads the process's environment variables, in any spelling. */
export function readsProcessEnvironment(source: Source): boolean {
  return someNode(parse(source), (node) => {
    if (ts.isPropertyAccessExpression(node)) return isProcess(node.expression) && node.name.text === "env";
    if (ts.isElementAccessExpression(node)) return isProcess(node.expression);
    if (ts.isVariableDeclaration(node)) return node.initializer !== undefined && isProcess(node.initializer);
    return ts.isImportDeclaration(node) && /^["'](node:)?process["']$/.test(node.moduleSpecifier.getText());
  });
}

/** Whether a source calls a function of this name. */
export function calls(source: Source, name: string): boolean {
  return someNode(
    parse(source),
    (node) => ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name,
  );
}

/** Whether a source has a default export, in any spelling. */
export function hasDefaultExport(source: Source): boolean {
  return someNode(
    parse(source),
    (node) =>
      ts.isExportAssignment(node) ||
      (ts.isExportSpecifier(node) && node.name.text === "default") ||
      (ts.canHaveModifiers(node) &&
        (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)),
  );
}

/** Whether a file or one of its folders has a name under which everything ends up. */
export function isCatchAll(path: string): boolean {
  return path.split("/").some((part) => /^(utils?|utilities|helpers?|common|misc)(\.|$)/.test(part));
}

/** Words for which code has a term of its own: proxy, endpoint, client, fix, follow, place. In each form of the word. */
const METAPHOR =
  /^(doors?|mend(s|ed|ing)?|twins?|strangers?|tellers?|rooms?|houses?|drawers?|walk(s|ed|ing|ers?)?)$/i;

/** The metaphors in a source's path, identifiers and comments. Texts are not looked at: they may be data. */
export function metaphorsIn(source: Source): string[] {
  const file = parse(source);
  const texts = [source.path];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) texts.push(node.text);
    // Comments stand before the token that follows them; the end of the file is a token too.
    if (node.getChildCount(file) === 0) texts.push(source.text.slice(node.pos, node.getStart(file)));
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  const words = texts.flatMap(
    (text) => text.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").match(/[A-Za-z]+/g) ?? [],
  );
  return [...new Set(words.filter((word) => METAPHOR.test(word)))].map(
    (word) => `${source.path} says ${word}`,
  );
}

/** Words that nothing a person reads may hold, and what to write. The glossary of docs/concepts.md has the terms. */
const OLD_WORDS: readonly (readonly [old: RegExp, instead: string])[] = [
  [/\bmend(s|ed|ing)?\b/i, "fix"],
  [/\bsentinels?\b/, "placeholder"],
  [/\b(twins?|strangers?|tellers?|doors?|drawers?|chores?)\b/i, "the thing's name"],
  [/\bshall\b/i, "must"],
  [/\b(other people's|another's (?!\.))/i, "someone else's"],
  [/\b(broken|broke|breaks) off\b/i, "interrupted"],
  [/\bin clear\b/i, "in plain text"],
  [/\bstands? in between\b/i, "is in between"],
];

/** The old words in a text, each with what to write. */
export function oldWordsIn(path: string, text: string): string[] {
  return OLD_WORDS.flatMap(([old, instead]) => {
    const found = old.exec(text);
    return found === null ? [] : [`${path}: ${found[0]} (${instead})`];
  });
}

/** What a person reads of a source: its comments, and its texts of more than one word. */
export function proseIn(source: Source): string {
  const file = parse(source);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isTemplateHead(node)) {
      if (/\s/.test(node.text.trim())) texts.push(node.text);
    }
    if (node.getChildCount(file) === 0) texts.push(source.text.slice(node.pos, node.getStart(file)));
    node.getChildren(file).forEach(visit);
  };
  visit(file);
  return texts.join("\n");
}

export function lineCount(source: Source): number {
  return source.text.trimEnd().split("\n").length;
}

function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function isProcess(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.getText() === "globalThis.process";
  return ts.isIdentifier(node) && node.text === "process";
}

function someNode(node: ts.Node, test: (node: ts.Node) => boolean): boolean {
  return test(node) || (ts.forEachChild(node, (child) => someNode(child, test)) ?? false);
}
