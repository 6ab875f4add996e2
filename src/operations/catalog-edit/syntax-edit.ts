import ts from "typescript";

/** A piece of a text and what stands there afterwards. */
export interface Insertion {
  start: number;
  end: number;
  text: string;
}

/** Columns of a line of the catalog, as biome.json has it. */
const WIDTH = 110;

/** The list behind `as const`, `satisfies` and brackets; undefined for what is computed. */
export function arrayOf(node: ts.Expression): ts.ArrayLiteralExpression | undefined {
  if (ts.isArrayLiteralExpression(node)) return node;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node))
    return arrayOf(node.expression);
  return undefined;
}

/** Adds a property to an object as its last, or replaces the value that it has. */
export function setProperty(
  source: ts.SourceFile,
  node: ts.ObjectLiteralExpression,
  key: string,
  value: string,
): Insertion {
  const standing = node.properties.find((each) => each.name?.getText() === key);
  if (standing !== undefined && ts.isPropertyAssignment(standing))
    return { start: standing.initializer.getStart(), end: standing.initializer.end, text: value };
  const last = node.properties.at(-1);
  const added = `${key}: ${value}`;
  if (last === undefined) return { start: node.getStart() + 1, end: node.end - 1, text: ` ${added} ` };
  const lines = isOverLines(source, node);
  if (lines) return afterElement(source, last, node.properties.hasTrailingComma, `${added},`);
  const inline = behind(source, last, `, ${added}`);
  return widthWith(source, node, inline.text) <= WIDTH || hasComment(node)
    ? inline
    : { start: node.getStart(), end: node.end, text: spread(source, node, added) };
}

/** Adds an element to a list as its last. */
export function appendToArray(
  source: ts.SourceFile,
  node: ts.ArrayLiteralExpression,
  value: string,
): Insertion {
  const last = node.elements.at(-1);
  const indent = indentOf(source, node);
  if (last === undefined) {
    const isShort = !value.includes("\n");
    const within = value.split("\n").map((line) => `${indent}  ${line}`);
    // Comments in an empty list stay before what is added.
    const inner = source.text.slice(node.getStart() + 1, node.end - 1).trimEnd();
    const text = isShort && inner === "" ? value : `${inner}\n${within.join("\n")},\n${indent}`;
    return { start: node.getStart() + 1, end: node.end - 1, text };
  }
  if (isOverLines(source, node))
    return afterElement(source, last, node.elements.hasTrailingComma, `${value},`);
  return behind(source, last, `, ${value}`);
}

/** In the same line, behind the comments of what stands before. */
function behind({ text }: ts.SourceFile, last: ts.Node, added: string): Insertion {
  const comments = ts.getTrailingCommentRanges(text, last.end) ?? [];
  const end = comments.findLast(({ kind }) => kind === ts.SyntaxKind.MultiLineCommentTrivia)?.end ?? last.end;
  return { start: end, end, text: added };
}

/** On lines of its own behind the last element, its comma and a comment on its line. */
function afterElement(source: ts.SourceFile, last: ts.Node, hasComma: boolean, value: string): Insertion {
  const { text } = source;
  const indent = indentOf(source, last);
  const lines = value.split("\n").map((line) => `${indent}${line}`);
  const ending = text.includes("\r\n") ? "\r\n" : "\n";
  const comma = hasComma ? text.indexOf(",", last.end) + 1 : last.end;
  const comments = ts.getTrailingCommentRanges(text, comma) ?? [];
  const end = comments.at(-1)?.end ?? comma;
  const between = text.slice(comma, end);
  return {
    start: last.end,
    end,
    text: `${text.slice(last.end, comma)}${hasComma ? "" : ","}${between}${ending}${lines.join(ending)}`,
  };
}

function isOverLines(source: ts.SourceFile, node: ts.Node): boolean {
  const lineOf = (at: number) => source.getLineAndCharacterOfPosition(at).line;
  return lineOf(node.getStart()) !== lineOf(node.end);
}

function indentOf(source: ts.SourceFile, node: ts.Node): string {
  const begin = source.text.lastIndexOf("\n", node.getStart() - 1) + 1;
  return /^[ \t]*/.exec(source.text.slice(begin))?.[0] ?? "";
}

function widthWith(source: ts.SourceFile, node: ts.Node, added: string): number {
  const begin = source.text.lastIndexOf("\n", node.getStart() - 1) + 1;
  const next = source.text.indexOf("\n", node.end);
  return (next === -1 ? source.text.length : next) - begin + added.length;
}

/** A comment inside a line would be lost, or would take the rest of it, where that is written again. */
function hasComment(node: ts.Node): boolean {
  return /\/\/|\/\*/.test(node.getText().replaceAll(/(["'`])(?:\\.|(?!\1).)*\1/g, ""));
}

/** An object of one line as one of several. */
function spread(source: ts.SourceFile, node: ts.ObjectLiteralExpression, added: string): string {
  const indent = indentOf(source, node);
  const lines = [...node.properties.map((each) => each.getText()), added];
  return ["{", ...lines.map((line) => `${indent}  ${line},`), `${indent}}`].join("\n");
}
