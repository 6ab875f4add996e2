import type { Range, SyntaxNode } from "./syntax";

/** Keys and indexes from a document's root to one of its nodes. */
export type DocumentPath = readonly (string | number)[];

/** Where a node begins, as text: line and column. (Its byte is 0 in a last line without an end, as in the real service.) */
export function placeOf(range: Range | undefined): string | undefined {
  return range && `${range.begin.line}:${range.begin.column}`;
}

/** The path to each mapping of a document, by its place. */
export function documentPaths(root: SyntaxNode): Map<string, DocumentPath> {
  const paths = new Map<string, DocumentPath>();
  const visit = (node: SyntaxNode, path: DocumentPath): void => {
    if (node.kind === "array")
      for (const [index, item] of node.items.entries()) visit(item, [...path, index]);
    if (node.kind !== "object") return;
    const at = placeOf(node.range);
    if (at !== undefined) paths.set(at, path);
    for (const { key, value } of node.entries) visit(value, [...path, key.value]);
  };
  visit(root, []);
  return paths;
}

/** A path as the language writes it: `values.a["b-c"][0]`. */
export function formatPath(path: DocumentPath): string {
  return path.reduce<string>((text, step) => text + formatStep(step, text === ""), "");
}

/** One step of it; the first has no dot. */
export function formatStep(step: string | number, isFirst: boolean): string {
  if (typeof step === "number") return `[${step}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(step)) return `["${step.replaceAll('"', '\\"')}"]`;
  return isFirst ? step : `.${step}`;
}
