/** A string in an expression of GitHub Actions: single quotes, with '' for one of them (docs, "Literals"). */
const STRING = /'(?:[^']|'')*'/g;
/** A string that can be the index of a context. */
const INDEX = /^'[A-Za-z_]\w*'$/;

/**
 * What stands between `${{` and `}}` in a text, as GitHub reads it: a `}}` inside a string ends nothing. One without an
 * end is taken to the text's end. Strings are left empty but for names, which can be an index: what they say is not code.
 */
export function expressionsIn(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf("${{"); at !== -1; at = text.indexOf("${{", at)) {
    const start = at + "${{".length;
    at = endOf(text, start);
    const code = text.slice(start, at);
    found.push(code.replace(STRING, (string) => (INDEX.test(string) ? string : "''")));
  }
  return found;
}

/** @returns where the `}}` stands that ends an expression, or the text's end. */
function endOf(text: string, start: number): number {
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "'") inString = !inString;
    else if (!inString && text.startsWith("}}", at)) return at;
  }
  return text.length;
}

/** Functions whose result says nothing of their arguments' text (docs, "Functions"). */
const JUDGING = /\b(?:contains|startswith|endswith|hashfiles|success|failure|always|cancelled)\s*$/;
const PATH = String.raw`[a-z_][\w-]*(?:\.(?:[\w-]+|\*))*`;
const COMPARED = new RegExp(String.raw`(?:${PATH}|''|\d+)\s*(?:==|!=|<=?|>=?)\s*(?:${PATH}|''|\d+)`, "g");
/** What stands before `&&` decides, and is not text that comes out; nor what `!` turns into yes or no. */
const DECIDING = new RegExp(String.raw`!\s*${PATH}|${PATH}(?=\s*&&)`, "g");

/**
 * The contexts whose text an expression can give, as lower-case paths: `github.event.issue.title`. What is compared,
 * searched or only decides gives yes or no, and is left out.
 */
export function contextsIn(code: string): string[] {
  let left = code
    .toLowerCase()
    .replace(/\s*\[\s*'([a-z_][\w-]*)'\s*\]/g, ".$1")
    .replace(/'[^']*'/g, "''")
    .replace(/\s*\[\s*(?:\d+|\*)\s*\]/g, ".*")
    .replace(/\s*\.\s*/g, ".");
  left = withoutJudged(left).replace(COMPARED, " ").replace(DECIDING, " ");
  return [...left.matchAll(new RegExp(PATH, "g"))].map(([path]) => path);
}

/** The code without the calls that only judge, arguments included. */
function withoutJudged(code: string): string {
  let out = "";
  for (let at = 0; at < code.length; at += 1) {
    if (code[at] !== "(" || !JUDGING.test(out)) out += code[at];
    else {
      out = out.replace(JUDGING, " ");
      at = closing(code, at);
    }
  }
  return out;
}

/** @returns where the bracket at `start` closes, or the text's end. */
function closing(code: string, start: number): number {
  let depth = 0;
  for (let at = start; at < code.length; at += 1) {
    if (code[at] === "(") depth += 1;
    if (code[at] === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}
