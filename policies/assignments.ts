import { isLiteral } from "./literals";
import { isSecretName } from "./secret-names";

/**
 * How a text is written. `values`: names and their values, and nothing else (.env, ini, properties). `config`: whatever
 * stands after a name is a value or the name of one (YAML, JSON, Docker, shells). `code`: only what stands in quotes is.
 * `prose`: a value is one word that looks like one.
 */
export type Writing = "values" | "config" | "code" | "prose";

const CODE =
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|kts?|scala|groovy|gradle|rb|php|cs|fs|vb|c|cc|cpp|h|hpp|swift|m|dart|lua|p[lm]|exs?|erl|clj|sql|r|jl|vue|svelte|zig|nix|tf|hcl|bicep)$/i;
const VALUES =
  /(?:^|\/)\.?env(?:rc|\.[\w.-]+)?$|\.(?:env|properties|ini|cfg|tfvars|npmrc|pypirc|netrc)$|(?:^|\/)_?netrc$/i;
const PROSE =
  /(?:\.(?:md|mdx|markdown|rst|adoc|txt|html?)|(?:^|\/)(?:README|LICENSE|CHANGELOG|NOTICE|CODEOWNERS))$/i;

/** How a file of this path is written: by its extension; `.env`, `Dockerfile` and unknown ones are config. */
export function writingOf(path: string): Writing {
  if (CODE.test(path)) return "code";
  if (VALUES.test(path)) return "values";
  return PROSE.test(path) ? "prose" : "config";
}

/** `password: "x"`, `"password": "x"`, `password = 'x'`, `password: str = "x"`, `env["PASSWORD"] = "x"`. */
const QUOTED =
  /(?<![\w.-])([A-Za-z_][\w.-]{0,99})["'`]?\]?\s{0,9}(?::\s{0,9}&?(?:string|String|str|text)\s{0,9})?(?:=>|:=|[:=]{1,2})\s{0,9}(["'`])([^"'`\n]{1,500})\2/g;
/** `PASSWORD=x`, `export PASSWORD=x`, `- PASSWORD=x`, `password: x`, `ENV PASSWORD x`, npm's `//host/:_authToken=x`. */
const LINE =
  /^\uFEFF?[ \t]*(?:[-*>][ \t]+)*(?:(?:export|setenv|set|setx|declare|local|readonly|ENV|ARG|env)[ \t]+(?:-\w+[ \t]+)*)?(?:\$(?:env:|\w+:)?)?["']?((?:\/\/[\w./:-]{1,200}:)?[A-Za-z_][\w.-]{0,99})["']?[ \t]*(?:[:=]{1,2}|(?<=(?:ENV|ARG|setenv)[ \t]+[\w.-]{1,100}))[ \t]*([^\s"'`][^\n]{0,499}|["'`]?$)/gm;
/** `password x` of .netrc, `--password x` and `--token=x` of a command line. */
const WORDS =
  /(?:^|[\s"'[,])(?:--?([a-z][\w-]{2,99})(?:["']?,?[ \t]+["']?|=)|(password)[ \t]+)([^\s"'`,\]]{1,500})/gim;
/** In the middle of a line: `docker run -e PASSWORD=x`, `?token=x`, `Server=db;Password=x`, `the password: x`. */
const INLINE = /(?<![\w.-])([A-Za-z_][\w-]{2,99})(?:=|:[ \t]{1,4})([^\s"'`;&|,)\]}]{1,500})/g;
/** A row of a table, `| PASSWORD | x |`, and a sentence, `the password is x`. */
const TABLE = /\|[ \t]*`?([A-Za-z_][\w-]{2,99})`?[ \t]*\|[ \t]*`?([^\s|`]{1,500})`?[ \t]*\|/g;
const SENTENCE = /\b(password|passphrase|token|secret)[ \t]+(?:is|was|=)[ \t]+["'`]?([^\s"'`,;]{1,500})/gi;
/** `curl -u user:password`, `docker login -p password`, `echo password | docker login --password-stdin`. */
const USER =
  /(?:^|\s)(?:-u|--user)[ =]+["']?[\w.@-]{1,99}:([^\s"'`]{1,500})|\blogin\b[^\n]{0,200}?[ \t]-p[= \t]+["']?([^\s"'`]{1,500})|\becho[ \t]+["']?([^\s"'`|]{1,500})["']?[ \t]*\|[^\n]{0,200}?--password-stdin/g;
/** `Authorization: Bearer x` of a request that stands in a text. */
const HEADER = /\bauthorization["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token)\s{1,9}([^\s"'`]{1,500})/gi;
/** `<password>x</password>` of Maven, .NET and others. */
const ELEMENT = /<([A-Za-z_][\w.-]{0,99})>([^<>\n]{1,500})<\/\1>/g;

/** Whether a text gives a literal to something that its name calls a secret, in quotes or not. */
export function assignsSecret(text: string, writing: Writing): boolean {
  const looks = LOOKS[writing];
  const gives = (pattern: RegExp, fits: Fits) =>
    pairsIn(text, pattern).some(({ name, value }) => isSecretName(name) && fits(value, name));
  const logsIn = [HEADER, USER].some((pattern) =>
    [...text.matchAll(pattern)].some((found) => found.slice(1).some((each) => isRandom(each ?? "", "token"))),
  );
  if (gives(QUOTED, looks) || gives(ELEMENT, looks) || logsIn) return true;
  if (writing === "code") return false;
  return (
    gives(LINE, (value, name) => looks(bare(value), name)) || UNQUOTED.some((each) => gives(each, isRandom))
  );
}

interface Pair {
  name: string;
  value: string;
}

/** Every match of a pattern: its first group that is there is the name, its last the value. */
function pairsIn(text: string, pattern: RegExp): Pair[] {
  return [...text.matchAll(pattern)].map(([, ...groups]) => {
    const found = groups.filter((each) => each !== undefined);
    return { name: found[0] ?? "", value: found.at(-1) ?? "" };
  });
}

/** What stands unquoted on a line, without a comment after it and without the comma of a list. */
function bare(rest: string): string {
  return rest
    .replace(/\s+(?:#|\/\/).*$/, "")
    .replace(/[,;]\s*$/, "")
    .trim();
}

/** Where a program or a template takes it from: `var.password`, `process.env.TOKEN`, `.Values.password`. */
const TAKEN =
  /^\.?(?:var|local|data|module|each|self|env|process|os|config|settings|secrets|vars|github|inputs|needs|steps|values)\.[\w.[\]"'-]+$/i;
/** A name of something that holds a secret, as Kubernetes and Compose have it under `secret` and `token`. */
const NAMED = /^[a-z]+(?:[-./][a-z]+)*$/;
const CAN_BE_NAMED = /(?:secret|token|credentials?|webhook)$/i;

/** Whether a value that stands under a secret's name in a file is a secret. */
export function isValue(value: string, name: string): boolean {
  if (!isGiven(value)) return false;
  // Prose under a key of that name; a passphrase has blanks too.
  if (/\s/.test(withoutReferences(value))) return /phrase|mnemonic/i.test(name);
  if (/^[|>&*!@{[(]/.test(value)) return false; // YAML's own signs, and a value on the next lines.
  return !(CAN_BE_NAMED.test(name) && NAMED.test(value));
}

/** Where every text after a name is its value. */
function isGiven(value: string): boolean {
  return isLiteral(value, "file") && !TAKEN.test(value);
}

function withoutReferences(value: string): string {
  return value.replace(/\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)/g, "");
}

/** In code and prose names stand for values: only what has letters and digits and no blank is taken for one. */
function isRandom(value: string, name: string): boolean {
  const isWord = /^[^\s.(){}[\]<>,;|\\]{6,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
  return isWord && !/^(?:https?|file|[a-z]+-v?\d|v?\d+[.-])/i.test(value) && isValue(value, name);
}

type Fits = (value: string, name: string) => boolean;
const LOOKS: Readonly<Record<Writing, Fits>> = {
  values: isGiven,
  config: isValue,
  code: isRandom,
  prose: isRandom,
};
const UNQUOTED = [WORDS, INLINE, TABLE, SENTENCE];
