/** Where a file has a name: what reads it, or who only speaks of it. */
export interface NameAt {
  name: string;
  /** From 1. */
  line: number;
}

/** A name that is put together when the code runs: what is known of it. */
export interface ComputedName {
  before: string;
  after: string;
  line: number;
}

/** A name that code asks its surroundings for. */
export interface AskedName extends NameAt {
  /** Of the process's environment variables, or of the loader. */
  from: "environment" | "loader";
  hasDefault: boolean;
}

/** What is known of the repository and the organization that a file lies in. */
export interface Surroundings {
  /** Names of environments of ESC that hold everything. */
  composites: readonly string[];
  /** Names of modules that are generated loaders. */
  loaders: readonly string[];
}

/** What one file has to do with names. */
export interface FileNames {
  reads: NameAt[];
  /** In comments, prose and documentation: nobody reads by these. */
  mentions: NameAt[];
  computed: ComputedName[];
  /** Lines that may read any secret. */
  everything: number[];
  asks: AskedName[];
  /** viper and envconfig: prefixes of environment variables, and keys, which may stand in another file of the repository. */
  prefixes: string[];
  keys: NameAt[];
  /** Whether its language was understood. If not, every word of it counts as a reader. */
  parsed: boolean;
}

export function noNames(parsed: boolean): FileNames {
  return {
    ...{ reads: [], mentions: [], computed: [], everything: [], asks: [], prefixes: [], keys: [] },
    parsed,
  };
}

/** Joins what several parts of one file have. */
export function addNames(all: FileNames, part: FileNames): void {
  all.reads.push(...part.reads);
  all.mentions.push(...part.mentions);
  all.computed.push(...part.computed);
  all.everything.push(...part.everything);
  all.asks.push(...part.asks);
  all.prefixes.push(...part.prefixes);
  all.keys.push(...part.keys);
  all.parsed &&= part.parsed;
}

const WORD = /[A-Za-z_]\w*/g;

/** Every word of a text, with its line. */
export function wordsIn(text: string, line: number): NameAt[] {
  return text
    .split("\n")
    .flatMap((part, index) => [...part.matchAll(WORD)].map(([name]) => ({ name, line: line + index })));
}

/** What stands before a name that a shell, a template or a tool reads in a text: $NAME, ${a.NAME}, %NAME%, -e NAME, id=NAME. */
const BEFORE =
  /(\$\{?\(?(env[:.])?([\w-]+\.)*|%|\{\{[^}]*\.|\b(secrets|env|environ|vars?|config|settings)[.[]\s*['"]?|(^|[\s,])(-e|--env|--build-arg|--secret|-f|--from-literal)[\s=]+|\b(id|env|key|name|secret)=)$/i;
/** What stands behind one that is given on: NAME=value. */
const AFTER = /^\s*=(?!=)/;
/** A name in quotes inside a text, as in `python -c "os.environ['NAME']"`. */
const QUOTE_BEFORE = /["'`]$/;
const QUOTE_AFTER = /^["'`]/;
/** A text of names alone, as in "A,B". */
const NAMES_ALONE = /^[\s,;|:]*[A-Z_][A-Z0-9_]*([\s,;|:]+[A-Z_][A-Z0-9_]*)*[\s,;|:]*$/;

/** Names of a text that is data: read where a program would read them, else mentioned as prose is. */
export function namesInText(text: string, line: number): Pick<FileNames, "reads" | "mentions"> {
  const whole = text.trim();
  if (/^[\w.-]+$/.test(whole)) return { reads: spellings(whole, line), mentions: [] };
  if (NAMES_ALONE.test(text) && /[_,;|:]/.test(text)) return { reads: wordsIn(text, line), mentions: [] };
  const found = { reads: [] as NameAt[], mentions: [] as NameAt[] };
  for (const [index, part] of text.split("\n").entries()) {
    // Spring's ${a.b-c}.
    for (const [, name = ""] of part.matchAll(/\$\{([\w.-]*[.-][\w.-]+)/g))
      found.reads.push(...spellings(name, line + index));
    for (const { 0: name, index: at } of part.matchAll(WORD)) {
      const [before, after] = [part.slice(0, at), part.slice(at + name.length)];
      const isQuoted = QUOTE_BEFORE.test(before) && QUOTE_AFTER.test(after);
      const isRead = isQuoted || BEFORE.test(before) || AFTER.test(after);
      (isRead ? found.reads : found.mentions).push({ name, line: line + index });
    }
  }
  return found;
}

/** A name as it is written, and `a.b-c` as the environment variable that viper and Spring make of it. */
export function spellings(name: string, line: number): NameAt[] {
  const plain = name.replaceAll(/[.-]/g, "_");
  return plain === name
    ? [{ name, line }]
    : [
        { name, line },
        { name: plain, line },
      ];
}

/** How a name is compared: GitHub, pydantic and viper take any case. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Commands that open a whole environment of ESC. */
const OPENS = /\b(pulumi env|esc) (run|open|get)\b|\bsophia-secrets run\b/i;

/** Lines of a text that open everything: by a command, or by the name of a composite environment. */
export function openingLines(text: string, line: number, composites: readonly string[]): number[] {
  return text
    .split("\n")
    .flatMap((part, index) =>
      OPENS.test(part) || composites.some((name) => part.includes(name)) ? [line + index] : [],
    );
}
