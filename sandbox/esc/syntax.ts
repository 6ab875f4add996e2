import type { JsonNumber } from "./json-number";

/** A place in an environment's text. Lines and columns count from 1, bytes (UTF-8) from 0. */
export interface Position {
  line: number;
  column: number;
  byte: number;
}

/** A stretch of an environment's text. `environment` is the name it was loaded by. */
export interface Range {
  environment?: string;
  begin: Position;
  end: Position;
}

/** One finding about an environment, in the JSON shape of the service. Never holds a value of the environment. */
export interface Diagnostic {
  range?: Range;
  summary: string;
  detail?: string;
  severity: "error" | "warning";
}

interface SyntaxBase {
  range: Range | undefined;
}

export interface NullNode extends SyntaxBase {
  kind: "null";
}
export interface BooleanNode extends SyntaxBase {
  kind: "boolean";
  value: boolean;
}
export interface NumberNode extends SyntaxBase {
  kind: "number";
  value: JsonNumber;
}
export interface StringNode extends SyntaxBase {
  kind: "string";
  value: string;
  /** True when offsets into the value are offsets into the text: a plain scalar on one line. */
  isVerbatim: boolean;
}
export interface ArrayNode extends SyntaxBase {
  kind: "array";
  items: SyntaxNode[];
}
export interface ObjectNode extends SyntaxBase {
  kind: "object";
  entries: { key: StringNode; value: SyntaxNode }[];
}

/** A YAML document as the ESC language sees it: no tags, no aliases, string keys only. */
export type SyntaxNode = NullNode | BooleanNode | NumberNode | StringNode | ArrayNode | ObjectNode;

/** An error diagnostic at a range. */
export function errorAt(range: Range | undefined, summary: string): Diagnostic {
  return { ...(range && { range }), summary, severity: "error" };
}

/** A warning diagnostic at a range. */
export function warningAt(range: Range | undefined, summary: string): Diagnostic {
  return { ...(range && { range }), summary, severity: "warning" };
}

/** Whether any of the diagnostics forbids using the environment. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}
