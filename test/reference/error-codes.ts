import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** One place that says a code. */
export interface CodeSite {
  code: string;
  file: string;
  /** With placeholders between asterisks; empty where the code does not say it on the spot. */
  cause: string;
  remedy: string;
}

/** Where codes are said: the program, its commands, its policies. */
const FOLDERS = ["src", "policies"];
const FILES = ["index.ts"];

/** Errors of Node.js have a `code` too. */
const FOREIGN = /^[A-Z]/;

/** Every place in the program's own code that says a code, by code and file. */
export function codeSites(root: string): CodeSite[] {
  const sources = [
    ...FOLDERS.flatMap((folder) => sourcesIn(root, folder)),
    ...FILES.map((file) => sourceOf(root, file)),
  ];
  const exported = new Map(
    sources.flatMap(functionsThatTakeACode).filter(([name]) => isExported(sources, name)),
  );
  return sources
    .flatMap((source) => {
      const own = new Set(functionsOf(source).map(([name]) => name));
      const imported = [...exported].filter(([name]) => !own.has(name));
      return sitesIn(source, new Map([...imported, ...functionsThatTakeACode(source)]));
    })
    .sort((a, b) => compare(a.code, b.code) || compare(a.file, b.file) || compare(a.cause, b.cause));
}

function sourcesIn(root: string, folder: string): ts.SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .map((path) => sourceOf(root, path));
}

function sourceOf(root: string, path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true);
}

/** Functions with a parameter `code`, by name: its place among the parameters, and those of `cause` and `remedy`. */
function functionsThatTakeACode(source: ts.SourceFile): [string, readonly string[]][] {
  return functionsOf(source).filter(
    ([, names]) => names.includes("code") && (names.includes("cause") || names.includes("remedy")),
  );
}

/** Functions of a file, those in constants too: the name, and the names of its parameters. */
function functionsOf(source: ts.SourceFile): [string, readonly string[]][] {
  const found: [string, readonly string[]][] = [];
  const add = (name: ts.Node, { parameters }: ts.SignatureDeclaration) =>
    found.push([name.getText(), parameters.map((parameter) => parameter.name.getText())]);
  each(source, (node) => {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) add(node.name, node);
    if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return;
    if (ts.isArrowFunction(node.initializer)) add(node.name, node.initializer);
  });
  return found;
}

/** Those of other files count only when a file exports them: local ones share names. */
function isExported(sources: readonly ts.SourceFile[], name: string): boolean {
  return sources.some(({ text }) => text.includes(`export function ${name}(`));
}

function sitesIn(source: ts.SourceFile, takers: ReadonlyMap<string, readonly string[]>): CodeSite[] {
  const sites: CodeSite[] = [];
  const add = (
    code: ts.Expression | undefined,
    cause: ts.Expression | undefined,
    remedy: ts.Expression | undefined,
  ) => {
    for (const text of code === undefined ? [] : literalsIn(code))
      if (!FOREIGN.test(text))
        sites.push({ code: text, file: source.fileName, cause: sentence(cause), remedy: sentence(remedy) });
  };
  each(source, (node) => {
    if (ts.isObjectLiteralExpression(node)) {
      const [code, cause, remedy] = ["code", "cause", "remedy"].map((name) => memberOf(node, name));
      // An object with a code and neither of the others is a comparison or a vendor's.
      if (cause !== undefined || remedy !== undefined) add(code, cause, remedy);
    }
    if (ts.isCallExpression(node)) {
      const names = takers.get(node.expression.getText());
      if (names === undefined) return;
      const argument = (name: string) => node.arguments[names.indexOf(name)];
      add(argument("code"), argument("cause"), argument("remedy"));
    }
    if (ts.isParameter(node) && node.name.getText() === "code" && node.initializer !== undefined)
      add(node.initializer, undefined, undefined);
  });
  return sites;
}

function memberOf(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const property = object.properties.find((each) => each.name?.getText() === name);
  if (property === undefined) return undefined;
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

/** Texts that an expression can be: a literal, those of both branches, a constant's, each one of a table. */
function literalsIn(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isAsExpression(node) || ts.isParenthesizedExpression(node)) return literalsIn(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(literalsIn);
  if (ts.isIdentifier(node)) {
    const declared = constantBefore(node);
    return declared === undefined ? [] : literalsIn(declared);
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const declared = constantBefore(node.expression);
    const table = declared !== undefined && ts.isAsExpression(declared) ? declared.expression : declared;
    if (table === undefined || !ts.isObjectLiteralExpression(table)) return [];
    return table.properties.flatMap((each) =>
      ts.isPropertyAssignment(each) ? literalsIn(each.initializer) : [],
    );
  }
  return [];
}

/** An expression as a person reads it: placeholders for what is only known when it runs. */
function sentence(node: ts.Expression | undefined, depth = 0): string {
  if (node === undefined) return "";
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isAsExpression(node) || ts.isParenthesizedExpression(node)) return sentence(node.expression, depth);
  if (ts.isTemplateExpression(node))
    return [
      node.head.text,
      ...node.templateSpans.flatMap((span) => [placeholder(span.expression), span.literal.text]),
    ].join("");
  if (ts.isConditionalExpression(node))
    return `${sentence(node.whenTrue, depth)} / ${sentence(node.whenFalse, depth)}`;
  if (ts.isIdentifier(node) && depth < 3) {
    const declared = constantBefore(node);
    if (declared !== undefined) return sentence(declared, depth + 1);
  }
  return placeholder(node);
}

/** Always typed as it is here, so it is not a placeholder: `./sophia-secrets`. */
const SPELLED: Readonly<Record<string, string>> = { COMMAND: "./sophia-secrets" };

function placeholder(node: ts.Expression): string {
  if (ts.isIdentifier(node) && SPELLED[node.text] !== undefined) return SPELLED[node.text] ?? "";
  if (ts.isConditionalExpression(node)) return "...";
  const names = node.getText().match(/[A-Za-z_]\w*/g) ?? ["..."];
  return `*${(ts.isCallExpression(node) ? names[0] : names.at(-1)) ?? "..."}*`;
}

/** What the constant of that name is, in the blocks around a use or at the top of the file. */
function constantBefore(use: ts.Identifier): ts.Expression | undefined {
  for (let scope: ts.Node | undefined = use.parent; scope !== undefined; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      const found = statement.declarationList.declarations.find(({ name }) => name.getText() === use.text);
      if (found?.initializer !== undefined) return found.initializer;
    }
  }
  return undefined;
}

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sites by their code, in order. */
export function byCode(sites: readonly CodeSite[]): [string, CodeSite[]][] {
  const groups = new Map<string, CodeSite[]>();
  for (const site of sites) groups.set(site.code, [...(groups.get(site.code) ?? []), site]);
  return [...groups];
}
