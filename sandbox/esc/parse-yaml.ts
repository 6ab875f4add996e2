import {
  type Document,
  isAlias,
  isMap,
  isSeq,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { JsonNumber } from "./json-number";
import { PositionIndex } from "./positions";
import { type Diagnostic, errorAt, type Range, type StringNode, type SyntaxNode } from "./syntax";
import { forbiddenCharacter, isAnchorName, unlikeGo } from "./yaml-differences";
import { rangeOf } from "./yaml-range";
import { readScalar } from "./yaml-scalar";

/** A YAML text read into the node types of the ESC language. Without a root for an empty or an unreadable document. */
export interface ParsedYaml {
  root?: SyntaxNode;
  diagnostics: Diagnostic[];
}

/**
 * The first YAML document of a text, as the library's nodes, with every scalar still text.
 * Multiple documents are read as the real evaluator reads them: only the first counts.
 */
export function parseDocumentNodes(text: string): { document?: Document.Parsed; diagnostics: Diagnostic[] } {
  const forbidden = forbiddenCharacter(text);
  if (forbidden) return { diagnostics: [yamlError(text, forbidden.index, forbidden.reason)] };
  const documents = parseAllDocuments(text, {
    schema: "failsafe",
    version: "1.2",
    merge: false,
    uniqueKeys: false,
    keepSourceTokens: true,
    // Pretty errors quote the source line, which may hold a secret.
    prettyErrors: false,
    logLevel: "silent",
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  const problem = document?.errors[0];
  if (problem) {
    // The library's messages may quote the text, its codes do not.
    const reason = problem.code.toLowerCase().replaceAll("_", " ");
    return { diagnostics: [yamlError(text, problem.pos[0], reason)] };
  }
  if (document && !text.endsWith("\n")) trimLastBlock(document, text);
  return { ...(document && { document }), diagnostics: [] };
}

function yamlError(text: string, offset: number, reason: string): Diagnostic {
  const { line } = new PositionIndex(text).lineAndColumn(offset);
  return errorAt(undefined, `yaml: line ${line}: ${reason}`);
}

// The library ends a block scalar with a line break even where the text itself ends without one; Go does not.
function trimLastBlock(document: Document.Parsed, text: string): void {
  const hasContent = /\S/.test(text.slice(text.lastIndexOf("\n") + 1));
  visit(document, {
    Scalar(_, node) {
      const isBlock = node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED";
      if (!isBlock || !hasContent || node.range?.[1] !== text.length) return;
      node.value = String(node.value).replace(/\n$/, "");
    },
  });
}

/**
 * Reads an environment's text as YAML.
 * @param name the environment's name, for the ranges
 */
export function parseYaml(name: string, text: string): ParsedYaml {
  const { document, diagnostics } = parseDocumentNodes(text);
  if (diagnostics.length > 0) return { diagnostics };
  const contents = document?.contents;
  if (!document || !contents) return { diagnostics: [] };
  const converter = new Converter(name, text, document);
  const root = converter.convert(contents, contents.range[0]);
  // Go's reader does not even show a null document to the language.
  return { ...(root && root.kind !== "null" && { root }), diagnostics: converter.diagnostics };
}

class Converter {
  readonly diagnostics: Diagnostic[] = [];

  private readonly positions: PositionIndex;

  constructor(
    private readonly name: string,
    private readonly text: string,
    private readonly document: Document.Parsed,
  ) {
    this.positions = new PositionIndex(text);
  }

  /** @param emptyAt offset of a node that is not written at all */
  convert(node: ParsedNode | null, emptyAt: number): SyntaxNode | undefined {
    const range = rangeOf(node, emptyAt, this.name, this.positions);
    if (node === null) return { kind: "null", range };
    if (isAlias(node)) {
      if (!node.resolve(this.document))
        return this.refuse(undefined, `yaml: unknown anchor '${node.source}' referenced`);
      return this.refuse(range, "alias nodes are not supported");
    }
    if (node.anchor !== undefined && !isAnchorName(node.anchor)) {
      return this.refuse(
        undefined,
        `yaml: line ${range.begin.line}: an anchor has letters, digits, _ and - only`,
      );
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item as ParsedNode | null, emptyAt));
      return { kind: "array", range, items: items.filter((item) => item !== undefined) };
    }
    return isMap(node) ? this.convertMap(node, range) : this.convertScalar(node, range);
  }

  private convertMap(node: YAMLMap.Parsed, range: Range): SyntaxNode {
    const entries: { key: StringNode; value: SyntaxNode }[] = [];
    for (const pair of node.items) {
      const key = this.convert(pair.key, node.range[0]);
      const value = this.convert(pair.value, pair.key?.range[1] ?? 0);
      if (key && key.kind !== "string") this.refuse(key.range, "mapping keys must be strings");
      if (key?.kind === "string" && value) entries.push({ key, value });
    }
    return { kind: "object", range, entries };
  }

  private convertScalar(node: Scalar.Parsed, range: Range): SyntaxNode | undefined {
    const text = String(node.value);
    const isPlain = node.type === "PLAIN";
    const unlike = unlikeGo(node.type, this.text.slice(node.range[0], node.range[1]));
    if (unlike) return this.refuse(undefined, `yaml: line ${range.begin.line}: ${unlike}`);
    const meaning = readScalar(text, isPlain, node.tag);
    if (meaning === undefined) {
      const wanted = node.tag ?? "a number with a JSON form";
      return this.refuse(range, `yaml: the value cannot be read as ${wanted}`);
    }
    if (meaning === null) return { kind: "null", range };
    if (typeof meaning === "boolean") return { kind: "boolean", range, value: meaning };
    if (meaning instanceof JsonNumber) return { kind: "number", range, value: meaning };
    const isOneLine = range.begin.line === range.end.line;
    return {
      kind: "string",
      range,
      value: meaning,
      isVerbatim: isPlain && isOneLine && node.tag === undefined,
    };
  }

  private refuse(range: Range | undefined, summary: string): undefined {
    this.diagnostics.push(errorAt(range, summary));
    return undefined;
  }
}
