/** A string in an expression of GitHub Actions: single quotes, with '' for one of them (docs, "Literals"). */
const STRING = /'(?:[^']|'')*'/g;
/** A string that can be the index of a context. */
const INDEX = /^'[A-Za-z_]\w*'$/;

/**
 * What stands between `${{` and `}}` in a text, as GitHub reads it: a `}}` inside a string ends nothing. One without an
 * end is taken to the text's end. Strings are left empty but for names, which can be an index: what they say is no code.
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
