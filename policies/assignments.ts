import { isLiteral } from "./literals";
import { isSecretName } from "./secret-names";

/**
 * How a text is written. `config`: whatever stands after a name is a value, in quotes or not (.env, YAML, ini, Docker,
 * shells). `code`: only what stands in quotes is. `prose`: a value is one word that looks like one.
 */
export type Writing = "config" | "code" | "prose";

const CODE =
  /\.(?:[cm]?[jt]sx?|py|go|rs|java|kts?|scala|groovy|gradle|rb|php|cs|fs|vb|c|cc|cpp|h|hpp|swift|m|dart|lua|p[lm]|exs?|erl|clj|sql|r|jl|vue|svelte|zig|nix|tf|hcl|bicep)$/i;
const PROSE =
  /(?:\.(?:md|mdx|markdown|rst|adoc|txt|html?)|(?:^|\/)(?:README|LICENSE|CHANGELOG|NOTICE|CODEOWNERS))$/i;

/** How a file of this path is written: by its extension; `.env`, `Dockerfile` and unknown ones are config. */
export function writingOf(path: string): Writing {
  if (CODE.test(path)) return "code";
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
/** `curl -u user:password`. */
const USER = /(?:^|\s)(?:-u|--user)[ =]+["']?[\w.@-]{1,99}:([^\s"'`]{1,500})/g;
/** `Authorization: Bearer x` of a request that stands in a text. */
const HEADER = /\bauthorization["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token)\s{1,9}([^\s"'`]{1,500})/gi;
/** `<password>x</password>` of Maven, .NET and others. */
const ELEMENT = /<([A-Za-z_][\w.-]{0,99})>([^<>\n]{1,500})<\/\1>/g;

/** Whether a text gives a literal to something that its name calls a secret, in quotes or not. */
export function assignsSecret(text: string, writing: Writing): boolean {
  const looks = writing === "config" ? isValue : isRandom;
  const isGiven = (found: Pair, fits: typeof isValue) =>
    isSecretName(found.name) && fits(found.value, found.name);
  return (
    pairsIn(text, QUOTED, 1, 3).some((each) => isGiven(each, looks)) ||
    pairsIn(text, ELEMENT, 1, 2).some((each) => isGiven(each, isValue)) ||
    [...pairsIn(text, HEADER, 0, 1), ...pairsIn(text, USER, 0, 1)].some(({ value }) =>
      isRandom(value, "token"),
    ) ||
    (writing !== "code" && assignsUnquoted(text, looks))
  );
}

function assignsUnquoted(text: string, looks: typeof isValue): boolean {
  const words = [...pairsIn(text, WORDS, 1, 3), ...pairsIn(text, WORDS, 2, 3)];
  if (words.some(({ name, value }) => isSecretName(name) && isRandom(value, name))) return true;
  return pairsIn(text, LINE, 1, 2).some(({ name, value }) => isSecretName(name) && looks(bare(value), name));
}

interface Pair {
  name: string;
  value: string;
}

/** Every match of a pattern, by the numbers of its groups. */
function pairsIn(text: string, pattern: RegExp, name: number, value: number): Pair[] {
  return [...text.matchAll(pattern)].map((found) => ({ name: found[name] ?? "", value: found[value] ?? "" }));
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
const PASSWORD = /pass|pwd|pw$/i;

/** Whether a value that stands under a secret's name in a file is a secret. */
export function isValue(value: string, name: string): boolean {
  if (!isLiteral(value, "file")) return false;
  // Prose under a key of that name; a passphrase has blanks too.
  if (/\s/.test(value.replace(/\$\{\{.*?\}\}|\$\{[^}]*\}|\$\([^)]*\)/g, "")))
    return /phrase|mnemonic/i.test(name);
  if (TAKEN.test(value) || /^[|>&*!@{[(]/.test(value)) return false; // YAML's own signs, and a value on the next lines.
  return PASSWORD.test(name) || !NAMED.test(value);
}

/** In code and prose names stand for values: only what has letters and digits and no blank is taken for one. */
function isRandom(value: string, name: string): boolean {
  const isWord = /^[^\s.(){}[\]<>,;|\\]{6,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value);
  return isWord && !/^(?:https?|file|[a-z]+-v?\d|v?\d+[.-])/i.test(value) && isValue(value, name);
}
