import { isMap, isScalar, type Pair, type ParsedNode, stringify, type YAMLMap } from "yaml";
import type { DocumentPath } from "./document-path";
import { JsonNumber } from "./json-number";
import { parseDocumentNodes } from "./parse-yaml";
import { type RotatorData, type RotatorObject, SecretText } from "./rotator";

/**
 * Writes a rotator's new state into an environment's text and leaves all else as it is written. Secrets come in
 * plaintext, as `fn::secret`: encrypt the text before it is stored.
 *
 * @param path of the mapping whose only key is `fn::rotate...`
 * @returns undefined if the call is not there any more
 */
export function writeState(text: string, path: DocumentPath, state: RotatorObject): string | undefined {
  const call = parseDocumentNodes(text).document?.getIn(path, true);
  const [pair] = isMap(call) ? call.items : [];
  const argument = pair?.value as ParsedNode | null | undefined;
  if (!isRotate(pair) || !isMap(argument) || !argument.range) return undefined;
  const present = argument.items.findLast((member) => keyOf(member) === "state");
  return present ? replaceState(text, argument, present, state) : addState(text, argument, state);
}

function isRotate(pair: Pair | undefined): boolean {
  return /^fn::rotate(?:::|$)/.test(String(keyOf(pair)));
}

function keyOf(pair: Pair | undefined): unknown {
  return isScalar(pair?.key) ? pair.key.value : undefined;
}

type Member = YAMLMap.Parsed["items"][number];

function replaceState(text: string, argument: YAMLMap.Parsed, member: Member, state: RotatorObject): string {
  const from = text.indexOf(":", member.key.range[1]) + 1;
  const to = member.value ? member.value.range[1] : from;
  return text.slice(0, from) + render(text, argument, state) + ending(text, argument, to) + text.slice(to);
}

/** Behind the last member, where the vendor's writer puts it too. */
function addState(text: string, argument: YAMLMap.Parsed, state: RotatorObject): string {
  const last = argument.items.at(-1);
  const end = last?.value?.range[1] ?? last?.key.range[1] ?? argument.range[0];
  if (argument.flow) return `${text.slice(0, end)}, state:${render(text, argument, state)}${text.slice(end)}`;
  const before = text[end - 1] === "\n" ? "" : "\n";
  const added = `${before}${indentOf(text, argument)}state:${render(text, argument, state)}`;
  return text.slice(0, end) + added + ending(text, argument, end) + text.slice(end);
}

/** A block value takes the line break behind it into its range only sometimes: one must follow, and only one. */
function ending(text: string, argument: YAMLMap.Parsed, end: number): string {
  return argument.flow || text[end] === "\n" || text[end] === "\r" ? "" : "\n";
}

function indentOf(text: string, argument: YAMLMap.Parsed): string {
  const start = argument.items[0]?.key.range[0] ?? argument.range[0];
  return " ".repeat(start - (text.lastIndexOf("\n", start - 1) + 1));
}

function render(text: string, argument: YAMLMap.Parsed, state: RotatorObject): string {
  const plain = plainOf(state);
  if (argument.flow) return ` ${JSON.stringify(plain)}`;
  const indent = `${indentOf(text, argument)}  `;
  const lines = stringify(plain, {
    lineWidth: 0,
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
  });
  return `\n${lines.trimEnd().replaceAll(/^/gm, indent)}`;
}

function plainOf(data: RotatorData): unknown {
  if (data instanceof SecretText) return { "fn::secret": data.text };
  if (data instanceof JsonNumber) return Number(data.text);
  if (Array.isArray(data)) return data.map(plainOf);
  if (data === null || typeof data !== "object") return data;
  return Object.fromEntries(Object.entries(data).map(([key, member]) => [key, plainOf(member)]));
}
