import {
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  type ParsedNode,
  type Scalar,
  visit,
  type YAMLMap,
} from "yaml";
import { unwrapCiphertext, wrapCiphertext } from "./envelope";
import { parseDocumentNodes, parseYaml } from "./parse-yaml";
import type { Diagnostic } from "./syntax";
import { readScalar } from "./yaml-scalar";

const SECRET = "fn::secret";

/** A text whose secrets cannot be rewritten because it cannot be read. */
export class UnreadableEnvironment extends Error {
  override name = "UnreadableEnvironment";

  constructor(readonly diagnostics: Diagnostic[]) {
    super(diagnostics.map(({ summary }) => summary).join("; "));
  }
}

/**
 * Replaces each `fn::secret: text` by `fn::secret: {ciphertext: envelope}` and leaves all else as it is written,
 * comments and layout included.
 * @param encrypt from plaintext to ciphertext (base64, without the envelope)
 * @throws UnreadableEnvironment if the text is not YAML
 */
export function encryptEnvironment(text: string, encrypt: (plaintext: string) => string): string {
  return rewrite(text, ({ pair, value, isFlow }) => {
    if (!isScalar(value) || !isText(value)) return undefined;
    const ciphertext = `ciphertext: ${wrapCiphertext(encrypt(String(value.value)))}`;
    return isFlow ? inline(text, pair, value, `{${ciphertext}}`) : ownLine(text, pair, value, ciphertext);
  });
}

/**
 * The inverse of `encryptEnvironment`: each ciphertext inside `values` becomes a quoted plaintext.
 * @param decrypt from ciphertext (base64, without the envelope) to plaintext
 * @throws UnreadableEnvironment if the text is not YAML; InvalidEnvelope if a ciphertext is damaged
 */
export function decryptEnvironment(text: string, decrypt: (ciphertext: string) => string): string {
  return rewrite(text, ({ pair, value, isInValues }) => {
    const envelope = isInValues ? envelopeOf(value) : undefined;
    if (envelope === undefined) return undefined;
    const from = afterColon(text, pair);
    const plaintext = quote(decrypt(unwrapCiphertext(String(envelope.value))));
    // A block form may carry a comment behind the ciphertext: only the nodes go.
    const end = isMap(value) && value.flow ? value.range[1] : envelope.range[1];
    return { from, to: end, by: ` ${plaintext}` };
  });
}

interface Call {
  pair: Pair<ParsedNode, ParsedNode | null>;
  value: ParsedNode;
  isFlow: boolean;
  isInValues: boolean;
}

interface Replacement {
  from: number;
  to: number;
  by: string;
}

function rewrite(text: string, replace: (call: Call) => Replacement | undefined): string {
  if (text === "") return text;
  const { diagnostics } = parseYaml("", text);
  const { document } = parseDocumentNodes(text);
  if (diagnostics.length > 0 || !document) throw new UnreadableEnvironment(diagnostics);
  const replacements: Replacement[] = [];
  visit(document, {
    Map(_, node, path) {
      const call = callOf(node as YAMLMap.Parsed);
      const [, root, top] = path;
      const isInValues = isMap(root) && keyOf(top) === "values";
      const replacement = call && replace({ ...call, isInValues });
      if (replacement) replacements.push(replacement);
    },
  });
  replacements.sort((a, b) => b.from - a.from);
  return replacements.reduce(
    (result, { from, to, by }) => result.slice(0, from) + by + result.slice(to),
    text,
  );
}

function callOf(map: YAMLMap.Parsed): Omit<Call, "isInValues"> | undefined {
  const [pair] = map.items;
  if (!pair || map.items.length !== 1 || keyOf(pair) !== SECRET || !pair.value) return undefined;
  return { pair, value: pair.value, isFlow: map.flow === true };
}

function keyOf(node: unknown): unknown {
  const key = (node as Partial<Pair> | undefined)?.key;
  return isScalar(key) ? key.value : undefined;
}

function isText(value: Scalar.Parsed): boolean {
  return typeof readScalar(String(value.value), value.type === "PLAIN", value.tag) === "string";
}

function envelopeOf(value: ParsedNode): Scalar.Parsed | undefined {
  if (!isMap(value) || value.items.length !== 1) return undefined;
  const [pair] = value.items;
  if (keyOf(pair) !== "ciphertext" || !isScalar(pair?.value) || !isText(pair.value)) return undefined;
  return pair.value;
}

function afterColon(text: string, { key }: Pair<ParsedNode, ParsedNode | null>): number {
  return text.indexOf(":", key.range[1]) + 1;
}

function inline(text: string, pair: Call["pair"], value: Scalar.Parsed, by: string): Replacement {
  return { from: afterColon(text, pair), to: value.range[1], by: ` ${by}` };
}

function ownLine(text: string, pair: Call["pair"], value: Scalar.Parsed, by: string): Replacement {
  const lines = new LineCounter();
  lines.lineStarts = [...text.matchAll(/^/gm)].map(({ index }) => index);
  const indent = " ".repeat(lines.linePos(pair.key.range[0]).col + 1);
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const isBlock = value.type === "BLOCK_LITERAL" || value.type === "BLOCK_FOLDED";
  const source = text.slice(value.range[0], value.range[1]);
  const comment = isBlock ? (/^[^\r\n]*?([ \t]+#[^\r\n]*)/.exec(source)?.[1] ?? "") : "";
  const ending = isBlock && source.endsWith("\n") ? lineBreak : "";
  return {
    from: afterColon(text, pair),
    to: value.range[1],
    by: `${lineBreak}${indent}${by}${comment}${ending}`,
  };
}

/** A YAML double-quoted scalar that YAML 1.1 and 1.2 readers take for the same text. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g, escapeCharacter);
}

function escapeCharacter(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
