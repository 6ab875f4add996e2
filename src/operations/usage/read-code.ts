import { type CodeNode, parserOf } from "./code-grammars";
import { environmentAccess } from "./environment-access";
import {
  type FileNames,
  namesInText,
  noNames,
  openingLines,
  type Surroundings,
  spellings,
  wordsIn,
} from "./file-names";
import { readSettingsClasses } from "./settings-classes";
import { holesIn, isComment, isDocstring, isString, lineOf, stringText } from "./syntax-nodes";

/** Identifiers of the grammars. What is called or named so may be the secret; a word of a comment or a sentence is none. */
const IDENTIFIER = /identifier|^(variable_name|constant|name|variable|word|simple_symbol|dotted_name)$/;

/**
 * Reads code by its syntax: identifiers and texts of a name are readers, comments, documentation and sentences mention.
 *
 * @returns undefined where the language's grammar does not fit.
 */
export async function readCode(
  grammar: string,
  text: string,
  { composites, loaders }: Surroundings,
): Promise<FileNames | undefined> {
  const tree = (await parserOf(grammar)).parse(text);
  if (tree === null) return undefined;
  try {
    const root = tree.rootNode;
    if (root.hasError) return undefined;
    const found = noNames(true);
    visit(root, found);
    environmentAccess(grammar, root, text, loaders, found);
    readSettingsClasses(root, found);
    for (const { name, line } of [...found.asks]) found.reads.push(...spellings(name, line));
    found.everything.push(...openings(root, composites));
    return found;
  } finally {
    tree.delete();
  }
}

function visit(node: CodeNode, found: FileNames): void {
  const line = lineOf(node);
  if (isComment(node) || isDocstring(node)) {
    found.mentions.push(...wordsIn(node.text, line));
    return;
  }
  if (isString(node)) {
    const holes = holesIn(node);
    const { reads, mentions } = namesInText(stringText(node, holes), line);
    found.reads.push(...reads);
    found.mentions.push(...mentions);
    if (/raw_string|template_string/.test(node.type)) found.reads.push(...tagNames(node.text, line));
    for (const hole of holes) visit(hole, found);
    return;
  }
  if (node.childCount === 0) {
    if (IDENTIFIER.test(node.type)) found.reads.push(...identifierNames(node.text, line));
    // Text of a document inside a script.
    else if (/heredoc|content|text/.test(node.type)) {
      const { reads, mentions } = namesInText(node.text, line);
      found.reads.push(...reads);
      found.mentions.push(...mentions);
    }
    return;
  }
  // A variable of a shell that is only set is no reader; what it is set to may be one.
  const children = /^variable_assignment$/.test(node.type) ? node.children.slice(1) : node.children;
  for (const child of children) if (child !== null) visit(child, found);
}

/** `$env:NAME`, `$NAME` and `:name` as what they name; a shell's word may be `NAME=value` or `--secret=NAME`. */
function identifierNames(text: string, line: number) {
  const plain = text.replace(/^[$@:]+/, "").replace(/^(env|global|script):/i, "");
  return /^\w+$/.test(plain) ? [{ name: plain, line }] : namesInText(text, line).reads;
}

/** Names in the tags of Go's structs: `env:"NAME"`. */
function tagNames(text: string, line: number) {
  return [...text.matchAll(/\b(?:env|envconfig|mapstructure|json|yaml|koanf|conf):"([\w.-]+)/g)].flatMap(
    ([, name = ""]) => spellings(name, line),
  );
}

function openings(root: CodeNode, composites: readonly string[]): number[] {
  const lines: number[] = [];
  const look = (node: CodeNode) => {
    if (isComment(node) || isDocstring(node)) return;
    const isWhole = isString(node) || /^(command|program_name)$/.test(node.type);
    if (isWhole) lines.push(...openingLines(node.text, lineOf(node), composites));
    else for (const child of node.children) if (child !== null) look(child);
  };
  look(root);
  return [...new Set(lines)];
}
