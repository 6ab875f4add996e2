import { dirname, join } from "node:path";
import type { Language, Node, Parser } from "@vscode/tree-sitter-wasm";

/** Languages that are parsed, by the ends of their files' names. */
const GRAMMARS: Readonly<Record<string, RegExp>> = {
  python: /\.pyi?$/,
  typescript: /\.[cm]?ts$/,
  tsx: /\.(tsx|jsx|[cm]?js)$/,
  go: /\.go$/,
  bash: /\.(sh|bash|zsh|ksh)$|(^|\/)\.(bash|zsh)rc$|(^|\/)\.envrc$/,
  java: /\.java$/,
  ruby: /\.(rb|rake)$|(^|\/)(Rakefile|Gemfile)$/,
  rust: /\.rs$/,
  php: /\.php$/,
  "c-sharp": /\.cs$/,
  powershell: /\.ps[md]?1$/,
};

/** @param head the first line: a script may have no ending. @returns the grammar's name. */
export function grammarOf(path: string, head: string): string | undefined {
  const byName = Object.entries(GRAMMARS).find(([, ending]) => ending.test(path))?.[0];
  if (byName !== undefined) return byName;
  const [, program] = /^#!.*?\b(bash|zsh|ksh|dash|sh|python|node|ruby|php|pwsh)[\d.]*\b/.exec(head) ?? [];
  if (program === undefined) return undefined;
  return { python: "python", node: "tsx", ruby: "ruby", php: "php", pwsh: "powershell" }[program] ?? "bash";
}

export type CodeNode = Node;

type Library = { Parser: typeof Parser; Language: typeof Language };

let library: Promise<Library> | undefined;
const parsers = new Map<string, Promise<Parser>>();

/** A parser of one language. The grammars lie in the package, so nothing is fetched. */
export function parserOf(grammar: string): Promise<Parser> {
  const known = parsers.get(grammar) ?? load(grammar);
  parsers.set(grammar, known);
  return known;
}

async function load(grammar: string): Promise<Parser> {
  library ??= loadLibrary();
  const { Parser: ParserClass, Language: LanguageClass } = await library;
  const folder = dirname(require.resolve("@vscode/tree-sitter-wasm"));
  const parser = new ParserClass();
  parser.setLanguage(await LanguageClass.load(join(folder, `tree-sitter-${grammar}.wasm`)));
  return parser;
}

async function loadLibrary(): Promise<Library> {
  const loaded = require("@vscode/tree-sitter-wasm") as Library;
  await loaded.Parser.init();
  return loaded;
}
