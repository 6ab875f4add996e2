/** How scripts read an environment variable: shells, PowerShell, JavaScript, Python and Ruby. */
function readingOf(name: string): string {
  return String.raw`(?:\$(?:env:)?\{?${name}\b|process\.env(?:\.${name}\b|\[\s*["'\x60]${name}["'\x60])|\b(?:environ|getenv|ENV)\W{1,5}${name}\b)`;
}

/** Whether a text reads one of these environment variables. */
export function reads(text: string, names: readonly string[]): boolean {
  return names.some((name) => new RegExp(readingOf(name), "i").test(text));
}

/** Programs that run what they are given; in single quotes a shell leaves it to them to read the variable themselves. */
const RUNS = String.raw`(?<![-\w])(?:eval|source|xargs|ssh|iex|invoke-expression|(?:ba|z|da|k|fi)?sh\s+-\w*c|(?:python3?|node|deno|perl|ruby|php)\s+-\w*[cer])\s+(?!')[^\n;]*`;
/** Functions of JavaScript, Python and Ruby that run a text. */
const CALLS = String.raw`\b(?:eval|Function|exec\w*|spawn\w*|system|popen|run|call|check_output)\s*\([^;\n]*`;
const SHELL = String.raw`\b(?:ba|z|da|k)?sh\b`;

/**
 * Whether a script runs the text of one of these environment variables: by an interpreter, as a command, or by way of a
 * variable of its own.
 */
export function evaluates(script: string, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const text = script.replace(/\\\n/g, " ");
  // A line of a here document is not a command.
  const start = /<<-?\s*["']?\w/.test(text)
    ? "(?!)"
    : String.raw`(?:^|[;&|]|\b(?:then|do|else|exec|sudo)\b)[ \t]*`;
  const copies = copiesIn(text, names);
  const isCalled = copies.some((each) => new RegExp(`${CALLS}(?<=[(,+\\s\x60{])${each}\\b`, "i").test(text));
  const values = [...names.map(readingOf), ...copies.map((each) => String.raw`\$\{?${each}\b`)];
  return (
    isCalled ||
    values.some((value) =>
      [
        `${RUNS}${value}`,
        `${CALLS}${value}`,
        `${start}"?${value}`,
        String.raw`${start}"?\$\((?:echo|printf)\b[^)\n]*${value}`,
        String.raw`${start}\.\s+[^\n;]*${value}`,
        String.raw`${value}[^\n]*\|\s*(?:sudo\s+)?${SHELL}`,
        String.raw`${SHELL}[^\n]*<<<\s*"?${value}`,
      ].some((pattern) => new RegExp(pattern, "im").test(text)),
    )
  );
}

/** `name=`, `name = `, `const name = `. */
const ASSIGNED =
  /^[ \t]*(?:(?:export|local|readonly|const|let|var|my)[ \t]+)?\$?([A-Za-z_]\w{0,99})[ \t]*:?=[ \t]*(.+)$/gm;

/** A script's own variables that took the text over, one from the other. */
function copiesIn(text: string, names: readonly string[]): string[] {
  const copies: string[] = [];
  for (const [, name = "", value = ""] of text.matchAll(ASSIGNED)) {
    const isCopied = copies.some((each) => new RegExp(String.raw`(?<![\w.])${each}\b`).test(value));
    if (isCopied || reads(value, names)) copies.push(name);
  }
  return copies;
}
