import { type FileNames, namesInText, noNames, openingLines, wordsIn } from "./file-names";

/** How a language without a grammar here writes its comments. */
interface PlainLanguage {
  path: RegExp;
  comment: RegExp;
  /** Whether texts in quotes are parts of it, which may be sentences. */
  quotes: boolean;
}

const HASH = /(^|[ \t])#.*$/gm;

const LANGUAGES: readonly PlainLanguage[] = [
  { path: /\.(tf|tfvars|hcl|nomad)$/, comment: /(^|[ \t])(#|\/\/).*$|\/\*[\s\S]*?\*\//gm, quotes: true },
  { path: /(^|\/)(Dockerfile|Containerfile)[^/]*$|\.dockerfile$/i, comment: /^[ \t]*#.*$/gm, quotes: false },
  { path: /(^|\/)(GNUm|M|m)akefile$|\.mk$|(^|\/)[jJ]ustfile$/, comment: HASH, quotes: false },
  { path: /\.(toml|properties|conf|cfg|ini)$/, comment: /^[ \t]*[#;].*$/gm, quotes: false },
  { path: /(^|\/)\.env[^/]*$|\.env$/, comment: /^[ \t]*#.*$/gm, quotes: false },
];

/** @returns what a file has, by its comments and quotes; every word of it where its language is not known. */
export function readPlain(path: string, text: string, composites: readonly string[]): FileNames {
  const found = noNames(true);
  const language = LANGUAGES.find((each) => each.path.test(path));
  found.everything.push(...openingLines(text, 1, composites));
  if (language === undefined) return { ...found, parsed: false, reads: wordsIn(text, 1) };
  const blank = (part: string) => part.replaceAll(/[^\n]/g, " ");
  const code = text.replaceAll(language.comment, (comment) => {
    const line = text.slice(0, text.indexOf(comment)).split("\n").length;
    found.mentions.push(...wordsIn(comment, line));
    return blank(comment);
  });
  if (!language.quotes) return { ...found, reads: wordsIn(code, 1) };
  const rest = code.replaceAll(/"(?:[^"\\\n]|\\.)*"/g, (quoted, at: number) => {
    const line = code.slice(0, at).split("\n").length;
    const { reads, mentions } = namesInText(quoted.slice(1, -1), line);
    found.reads.push(...reads);
    found.mentions.push(...mentions);
    return blank(quoted);
  });
  found.reads.push(...wordsIn(rest, 1));
  return found;
}
