import { isMap, isPair, isScalar, isSeq, type ParsedNode } from "yaml";
import type { PositionIndex } from "./positions";
import type { Range } from "./syntax";

/**
 * The range that the real evaluator reports for a YAML node (syntax/encoding/yaml.go): a scalar ends where its value,
 * not its source, would end; a collection ends with its last element.
 * @param emptyAt UTF-16 offset to use for a node that is not written at all
 */
export function rangeOf(
  node: ParsedNode | null,
  emptyAt: number,
  name: string,
  positions: PositionIndex,
): Range {
  const start = positions.lineAndColumn(node?.range[0] ?? emptyAt);
  const end = endOf(node, emptyAt, positions);
  return {
    environment: name,
    begin: positions.at(start.line, start.column),
    end: positions.at(end.line, end.column),
  };
}

function endOf(
  node: ParsedNode | null,
  emptyAt: number,
  positions: PositionIndex,
): { line: number; column: number } {
  const { line, column } = positions.lineAndColumn(node?.range[0] ?? emptyAt);
  if (node && (isMap(node) || isSeq(node))) {
    const last: unknown = node.items.at(-1);
    if (last === undefined) return { line, column };
    if (!isPair(last)) return endOf(last as ParsedNode | null, emptyAt, positions);
    const key = last.key as ParsedNode | null;
    return endOf(last.value as ParsedNode | null, key?.range[1] ?? emptyAt, positions);
  }
  if (!node || !isScalar(node)) return { line, column };
  const value = String(node.value);
  if (node.type !== "BLOCK_LITERAL") return { line, column: column + Buffer.byteLength(value) };
  const rows = value.split("\n");
  return { line: line + rows.length - 1, column: column + Buffer.byteLength(rows.at(-1) ?? "") };
}
