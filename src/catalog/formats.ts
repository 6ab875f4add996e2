import { SENTINEL } from "./layout";
import { isPlaceholder, UNSEEN, withoutUnseen } from "./placeholders";

/** What a right value looks like, in words a person can act on, and the test for it. */
interface Format {
  /** Completes "must be ...". Never quotes a value. */
  expected: string;
  test: (value: string) => boolean;
  /**
   * What a value may consist of, where it goes into a header or an address: `ascii` is printable ASCII without blanks
   * (RFC 9110, section 5.5, and RFC 3986), `word` any characters that show. Left out: anything.
   */
  characters?: "ascii" | "word";
  /** Prefixes that the vendor documents and that stand before no other text: `scan` looks for them. */
  prefixes?: readonly string[];
}

const startsWith = (...prefixes: string[]): Format => ({
  characters: "ascii",
  expected: `text beginning with ${prefixes.join(" or ")}`,
  test: (value) => prefixes.some((prefix) => value.startsWith(prefix) && value.length > prefix.length),
  prefixes: prefixes.filter((prefix) => !prefix.includes(":")),
});

const matches = (expected: string, pattern: RegExp): Format => ({
  expected,
  test: (value) => pattern.test(value),
});

/** Begin and end of a PEM or OpenSSH private key; `[A-Z ]*` covers RSA, EC, OPENSSH, ENCRYPTED. */
const PRIVATE_KEY = /^-----BEGIN ([A-Z ]*PRIVATE KEY)-----\r?\n[\s\S]+\n-----END \1-----\s*$/;

/**
 * Formats by name. The prefixes are those that the vendors document. To add one: a line here; entries may then name it,
 * and the compiler checks the spelling.
 */
export const FORMATS = {
  text: matches("any text", /[\s\S]/),
  "openai-key": startsWith("sk-"),
  "anthropic-key": startsWith("sk-ant-"),
  "openrouter-key": startsWith("sk-or-"),
  "slack-bot-token": startsWith("xoxb-"),
  "slack-app-token": startsWith("xapp-"),
  "slack-webhook": startsWith("https://hooks.slack.com/"),
  "github-token": startsWith("ghp_", "gho_", "ghu_", "ghs_", "github_pat_"),
  "pulumi-token": startsWith("pul-"),
  "linear-key": startsWith("lin_api_"),
  "docker-token": {
    ...matches("a Docker access token (dckr_pat_...) or a password of 8 characters or more", /^\S{8,}$/),
    characters: "word",
    prefixes: ["dckr_pat_"],
  },
  "private-key": matches("a private key in PEM form, with its BEGIN and END lines", PRIVATE_KEY),
  "https-url": {
    expected: "an https:// address",
    test: (value) => protocolOf(value) === "https:",
    characters: "ascii",
  },
  number: { ...matches("digits only", /^[0-9]+$/), characters: "ascii" },
} satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** What vendors write before their keys, and the format that has it: the longest first, `sk-ant-` before `sk-`. */
export function vendorPrefixes(): { format: string; prefix: string }[] {
  const formats: Readonly<Record<string, Format>> = FORMATS;
  return Object.entries(formats)
    .flatMap(([format, { prefixes = [] }]) => prefixes.map((prefix) => ({ format, prefix })))
    .sort((a, b) => b.prefix.length - a.prefix.length);
}

/** The protocol of an address, or undefined when it is none. */
function protocolOf(value: string): string | undefined {
  try {
    return new URL(value).protocol;
  } catch {
    return undefined;
  }
}

/**
 * Whether a value has a format.
 *
 * @returns undefined when it fits, else what was expected. Never the value or any part of it.
 */
export function misfit(format: FormatName, value: string): string | undefined {
  return FORMATS[format].test(value) ? undefined : `must be ${FORMATS[format].expected}`;
}

/** GitHub's own limit for one secret, in bytes (docs.github.com, "Secrets reference": 48 KB). */
export const LARGEST_VALUE = 49_152;

/** Whether a text is the placeholder of a slot, also as a person may have pasted it: with a line end. */
export function isSentinel(value: string): boolean {
  return withoutUnseen(value).trim() === SENTINEL;
}

/**
 * Whether a text can be a secret's value, all the way from GitHub to an environment variable.
 *
 * @param names under which the value may be set: one of them alone is not a value, and `NAME=` before one was copied along.
 * @returns undefined when it can, else why not. Never the value or any part of it.
 */
export function unfit(format: FormatName, value: string, names: readonly string[] = []): string | undefined {
  const bytes = Buffer.byteLength(value, "utf8");
  if (bytes > LARGEST_VALUE) return `has ${bytes} bytes; GitHub's limit is ${LARGEST_VALUE}`;
  if (value === "") return "is empty";
  if (value.trim() === "") return "is only white space";
  if (value.includes("\0")) return "holds a NUL byte, which no environment variable can";
  if (!value.isWellFormed()) return "is not well-formed Unicode";
  if (withoutUnseen(value).trim() === "") return "is only characters that do not show";
  if (isSentinel(value)) return "is the placeholder";
  if (isPlaceholder(value)) return "is a placeholder or an example from a vendor's documentation";
  if (names.includes(value.trim())) return "is its own name";
  const assigned = ASSIGNED.exec(value)?.[1];
  if (assigned !== undefined && names.includes(assigned)) return NAME_BEFORE;
  const { characters }: Format = FORMATS[format];
  return (characters === undefined ? undefined : stray(characters, value)) ?? misfit(format, value);
}

const SECOND_LINE = /[\r\n]\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=/;

/** `export NAME=value`, `NAME=value`. */
const ASSIGNED = /^\s*(?:(?:export|set|\$env:)\s*)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?=[^\s=])/i;
/** The same where no password looks so: `export`, or an underscore between capitals. */
const SURELY_ASSIGNED =
  /^\s*(?:(?:export|set)\s+[A-Za-z_][A-Za-z0-9_]*|[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])=(?=[^\s=])/;
const NAME_BEFORE = "begins with NAME=, as if copied from a .env file";

/** What a value is wrapped in, where it was copied with what stood around it. */
function wrapping(value: string): string | undefined {
  const text = value.trim();
  if (SURELY_ASSIGNED.test(text)) return NAME_BEFORE;
  if (/^(["'`]).+\1$/s.test(text) || /^[“”„‘’«].*[“”‘’»]$/s.test(text)) return "has quotes around it";
  if (/^(?:authorization\s*:\s*)?(?:bearer|basic|token|apikey)[ \t:]+\S/i.test(text))
    return "begins with a header's word, as in Bearer VALUE";
  return undefined;
}

/** Why a value cannot be one word, by the kind of the first character that is too much. */
function stray(characters: "ascii" | "word", value: string): string | undefined {
  if (SECOND_LINE.test(value)) return "has a second line, NAME=..., as if copied from a .env file";
  if (value.includes("\r")) return "contains a carriage return";
  if (value.trim() !== value)
    return `begins or ends with ${/^\n|\n$/.test(value) ? "a line end" : "a blank"}`;
  const wrapped = wrapping(value);
  if (wrapped !== undefined) return wrapped;
  if (/\n/.test(value)) return "contains a line end";
  if (/\s/.test(value)) return "contains a blank";
  const unseen = UNSEEN.exec(value)?.[0];
  if (unseen !== undefined) return `contains an invisible character, ${codePoint(unseen)}`;
  return characters === "ascii" && /[^\x21-\x7e]/.test(value) ? "contains a non-ASCII character" : undefined;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** How programs write that there is nothing: jq, JavaScript, Python, Ruby, Go. */
const NOTHING = new Set(["null", "none", "nil", "nan", "n/a", "[object object]", "[object promise]"]);

/**
 * Whether a text is what programs write where they have no value. As a value of any text it is taken with a warning, for
 * it may be one; a command by which a person sets it refuses it.
 */
export function isWordForNothing(value: string): boolean {
  return NOTHING.has(withoutUnseen(value).trim().toLowerCase());
}

/**
 * What a person should look at in a value that is taken as it is, because its format does not exclude it.
 *
 * @returns undefined when there is nothing. Never the value or any part of it.
 */
export function oddity(format: FormatName, value: string): string | undefined {
  if (isWordForNothing(value)) return "is what programs write where there is no value";
  const isPem = format === "private-key";
  const text = isPem || value.trim().includes("\n") ? value.replace(/\r?\n$/, "") : value;
  if (text.trim() !== text) return "begins or ends with a blank or a line end";
  if (SECOND_LINE.test(value)) return "has a second line, NAME=..., as if copied from a .env file";
  const unseen = UNSEEN.exec(value.replace(/[\t\r\n]/g, ""))?.[0];
  if (unseen !== undefined) return `contains an invisible character, ${codePoint(unseen)}`;
  return isPem ? undefined : wrapping(value);
}
