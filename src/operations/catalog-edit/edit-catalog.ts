import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { RemedyError } from "../../errors";
import { writeWhole } from "../values/private-file";
import { appendToArray, arrayOf, type Insertion, setProperty } from "./syntax-edit";

/** A change of what is declared, by its syntax: comments, order and everything else stay. */
export type CatalogEdit =
  /** Adds or replaces one property of the entry of a secret. @param value as TypeScript. */
  | { kind: "set"; entry: string; key: string; value: string }
  /** Adds a text to a list of an entry, which is made where there is none. */
  | { kind: "append"; entry: string; key: string; value: string }
  /** Adds an application. @param value as TypeScript, its lines from the left margin. */
  | { kind: "application"; value: string };

/** Lines of one file before and after an edit. */
export interface CatalogChange {
  /** From the project's folder: `secrets/catalog.ts`. */
  file: string;
  /** Of the first line, from 1, before any edit. */
  line: number;
  removed: readonly string[];
  added: readonly string[];
}

/** What edits would do. */
export interface CatalogPlan {
  changes: CatalogChange[];
  /** Edits for which there is no such place in secrets/, as where an entry is made by a function. */
  notPlaced: CatalogEdit[];
  /** Whole new texts, by path. */
  files: ReadonlyMap<string, { before: string; after: string }>;
}

/**
 * Finds where edits belong in the files of secrets/. Writes nothing.
 *
 * @param dir the project's folder.
 */
export function planCatalogEdits(dir: string, edits: readonly CatalogEdit[]): CatalogPlan {
  const sources = sourcesIn(dir);
  const insertions = new Map<string, Insertion[]>();
  const changes: CatalogChange[] = [];
  const notPlaced: CatalogEdit[] = [];
  for (const edit of edits) {
    const found = sources
      .map(({ file, source }) => ({ file, source, insertion: placeOf(source, edit) }))
      .find(({ insertion }) => insertion !== undefined);
    if (found?.insertion === undefined) {
      notPlaced.push(edit);
      continue;
    }
    const { file, source, insertion } = found;
    const known = insertions.get(file) ?? [];
    if (known.some((each) => insertion.start < each.end && each.start < insertion.end)) {
      notPlaced.push(edit);
      continue;
    }
    insertions.set(file, [...known, insertion]);
    changes.push({ file, ...linesOf(source.text, insertion) });
  }
  const files = new Map(
    sources.flatMap(({ file, source }) => {
      const own = insertions.get(file);
      return own === undefined
        ? []
        : [[file, { before: source.text, after: applied(source.text, own) }] as const];
    }),
  );
  return { changes, notPlaced, files };
}

/**
 * Writes what was planned, each file whole.
 *
 * @throws RemedyError where a file has changed since, is no plain file, or cannot be written.
 */
export function writeCatalogEdits(dir: string, { files }: CatalogPlan): void {
  for (const [file, { before, after }] of files) {
    const path = join(dir, file);
    const broken = syntaxProblem(file, after);
    if (!lstatSync(path).isFile() || readFileSync(path, "utf8") !== before || broken)
      throw new RemedyError({
        code: "catalog-not-editable",
        subject: file,
        cause: broken
          ? "the edit would leave it with a syntax error, so nothing was written to it"
          : "it is no plain file, or has changed meanwhile",
        remedy: "make the edit by hand, as --dry-run shows it",
      });
  }
  for (const [file, { after }] of files) writeWhole(join(dir, file), after, "public");
}

interface SecretsFile {
  file: string;
  source: ts.SourceFile;
}

function sourcesIn(dir: string): SecretsFile[] {
  if (!existsSync(join(dir, "secrets"))) return [];
  return readdirSync(join(dir, "secrets"))
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => {
      const text = readFileSync(join(dir, "secrets", name), "utf8");
      const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
      return { file: `secrets/${name}`, source };
    });
}

function syntaxProblem(file: string, text: string): boolean {
  const { diagnostics = [] } = ts.transpileModule(text, { fileName: file, reportDiagnostics: true });
  return diagnostics.length > 0;
}

function placeOf(source: ts.SourceFile, edit: CatalogEdit): Insertion | undefined {
  if (edit.kind === "application") {
    const list = applicationsIn(source);
    return list && appendToArray(source, list, edit.value);
  }
  const entry = entryIn(source, edit.entry);
  if (entry === undefined) return undefined;
  if (edit.kind === "set") return setProperty(source, entry, edit.key, edit.value);
  const property = propertyOf(entry, edit.key);
  if (property === undefined) return setProperty(source, entry, edit.key, `[${edit.value}]`);
  const list = arrayOf(property.initializer);
  return list && appendToArray(source, list, edit.value);
}

/** The object that has this name and a group, as entries alone have. */
function entryIn(source: ts.SourceFile, name: string): ts.ObjectLiteralExpression | undefined {
  return find(source, (node): node is ts.ObjectLiteralExpression => {
    if (!ts.isObjectLiteralExpression(node) || propertyOf(node, "group") === undefined) return false;
    const written = propertyOf(node, "name")?.initializer;
    return written !== undefined && ts.isStringLiteralLike(written) && written.text === name;
  });
}

/** `const APPLICATIONS = [...]`, or `applications: [...]` of the catalog itself. */
function applicationsIn(source: ts.SourceFile): ts.ArrayLiteralExpression | undefined {
  const declared = find(
    source,
    (node): node is ts.VariableDeclaration | ts.PropertyAssignment =>
      (ts.isVariableDeclaration(node) && node.name.getText() === "APPLICATIONS") ||
      (ts.isPropertyAssignment(node) && node.name.getText() === "applications"),
  );
  return declared?.initializer && arrayOf(declared.initializer);
}

function propertyOf(node: ts.ObjectLiteralExpression, key: string): ts.PropertyAssignment | undefined {
  return node.properties.find(
    (each): each is ts.PropertyAssignment =>
      ts.isPropertyAssignment(each) &&
      (ts.isIdentifier(each.name) || ts.isStringLiteral(each.name)) &&
      each.name.text === key,
  );
}

function find<Found extends ts.Node>(
  node: ts.Node,
  test: (node: ts.Node) => node is Found,
): Found | undefined {
  if (test(node)) return node;
  return ts.forEachChild(node, (child) => find(child, test));
}

function applied(text: string, insertions: readonly Insertion[]): string {
  return [...insertions]
    .sort((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text: own }) => whole.slice(0, start) + own + whole.slice(end), text);
}

function linesOf(text: string, insertion: Insertion): Omit<CatalogChange, "file"> {
  const from = text.lastIndexOf("\n", insertion.start - 1) + 1;
  const next = text.indexOf("\n", insertion.end);
  const to = next === -1 ? text.length : next;
  const removed = text.slice(from, to).split("\n");
  const added = applied(text.slice(0, to), [insertion]).slice(from).split("\n");
  let same = 0;
  while (same < removed.length && same < added.length && removed[same] === added[same]) same += 1;
  let behind = 0;
  while (
    behind < Math.min(removed.length, added.length) - same &&
    removed[removed.length - 1 - behind] === added[added.length - 1 - behind]
  )
    behind += 1;
  const cut = (lines: string[]) =>
    lines.slice(same, lines.length - behind).map((line) => line.replace(/\r$/, ""));
  const line = text.slice(0, from).split("\n").length + same;
  return { line, removed: cut(removed), added: cut(added) };
}
