import type { CodeNode } from "./code-grammars";

/** From 1. */
export function lineOf(node: CodeNode): number {
  return node.startPosition.row + 1;
}

export function isComment({ type }: CodeNode): boolean {
  return type.includes("comment");
}

/** The whole text, with its quotes; parts of one are inside it. */
export function isString({ type, isNamed }: CodeNode): boolean {
  return isNamed && /^(concatenated_)?(\w+_)?string(_literal|_expression)?$|^encapsed_string$/.test(type)
    ? !/^(string_(content|start|end)|variable_name)$/.test(type)
    : false;
}

/** A text that stands alone, as documentation of what follows. */
export function isDocstring(node: CodeNode): boolean {
  const inner = node.namedChild(0);
  return (
    node.type === "expression_statement" && node.namedChildCount === 1 && inner !== null && isString(inner)
  );
}

const HOLE = /interpolation|substitution|expansion|^variable$/;

/** What a text computes: `{x}` of an f-string, `${x}`. */
export function holesIn(node: CodeNode): CodeNode[] {
  const inner = node.namedChildren.filter((each) => each !== null);
  return inner.flatMap((each) => (HOLE.test(each.type) ? [each] : holesIn(each)));
}

const GAP = "\u0000";

/** A text without its quotes, each hole as one NUL. */
export function stringText(node: CodeNode, holes: readonly CodeNode[]): string {
  let text = "";
  let at = node.startIndex;
  for (const hole of holes) {
    text += node.text.slice(at - node.startIndex, hole.startIndex - node.startIndex) + GAP;
    at = hole.endIndex;
  }
  text += node.text.slice(at - node.startIndex);
  return text.replace(/^[a-zA-Z@$]*("""|'''|"|'|`)/, "").replace(/("""|'''|"|'|`)$/, "");
}

/** What a text may be: itself, or what stands before and behind its holes; undefined where nothing of it is known. */
export type KnownText = { text: string } | { before: string; after: string };

/** @param constants texts of the file's constants. */
export function knownText(node: CodeNode, constants: ReadonlyMap<string, string>): KnownText | undefined {
  if (isString(node)) {
    if (node.type === "concatenated_string") return undefined;
    const parts = stringText(node, holesIn(node)).split(GAP);
    return endsOf(parts);
  }
  if (node.type === "argument" || node.type === "parenthesized_expression") {
    const inner = node.namedChild(0);
    return inner === null ? undefined : knownText(inner, constants);
  }
  if (constants.has(node.text)) return { text: constants.get(node.text) ?? "" };
  if (!/binary/.test(node.type)) return undefined;
  const [left, right] = [node.namedChild(0), node.namedChild(node.namedChildCount - 1)];
  if (left === null || right === null) return undefined;
  const [first, last] = [knownText(left, constants), knownText(right, constants)];
  const operator = node.children.find((each) => each !== null && !each.isNamed)?.text;
  // Python's "%s_KEY" % x, and a + b.
  if (operator === "%" && first !== undefined && "text" in first)
    return endsOf(first.text.split(/%\(?\w*\)?[sdr]/));
  if (operator !== "+" && operator !== ".") return undefined;
  if (first !== undefined && last !== undefined && "text" in first && "text" in last)
    return { text: first.text + last.text };
  const before = first === undefined ? "" : "text" in first ? first.text : first.before;
  const after = last === undefined ? "" : "text" in last ? last.text : last.after;
  return before === "" && after === "" ? undefined : { before, after };
}

function endsOf(parts: readonly string[]): KnownText | undefined {
  const [before = ""] = parts;
  if (parts.length === 1) return { text: before };
  const after = parts.at(-1) ?? "";
  return before === "" && after === "" ? undefined : { before, after };
}

/** Every node of a tree, outer first. */
export function* nodesOf(node: CodeNode): Generator<CodeNode> {
  yield node;
  for (const child of node.namedChildren) if (child !== null) yield* nodesOf(child);
}
