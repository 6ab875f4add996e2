import { createHash } from "node:crypto";

/**
 * What people and templates write where a value is still to come, whole values in lower case. Sources: the words that
 * secret scanners leave out as no secrets (the stop words of gitleaks' configuration, `heuristic` filters of Yelp's
 * detect-secrets, `DefaultFalsePositives` of trufflehog), and Java's `keytool`, whose default is `changeit`.
 */
const WORDS = new Set([
  "changeme",
  "changeit",
  "changethis",
  "pleasechangeme",
  "replaceme",
  "replacethis",
  "insertme",
  "fillme",
  "fillmein",
  "setme",
  "fixme",
  "todo",
  "tbd",
  "tba",
  "placeholder",
  "dummy",
  "fake",
  "example",
  "sample",
  "redacted",
  "notset",
  "unset",
  "undefined",
]);

/**
 * Values that vendors' documentation has as examples, whole. Sources: AWS, "Managing access keys"; Stripe, "API keys";
 * Slack, "Sending messages using incoming webhooks" and "Token types"; GitHub, "Scopes for OAuth apps" and the REST
 * API's examples; jwt.io's debugger; Anthropic's and OpenAI's SDKs, README; Sentry, "DSN".
 *
 * As the first 64 bits of their SHA-256: the carriers' script holds this list, and scanners refuse a file with the values.
 */
const EXAMPLES = new Set([
  "1a5d44a2dca19669", // AWS
  "c6ea27c534f993d3", // AWS
  "78314b11be2e5815", // AWS
  "e21b597ba6b9cafa", // AWS
  "2cafc0970149a84f", // Stripe
  "f2d6ca16515033e5", // Stripe
  "b1471f544ceeea31", // Stripe
  "f5c388734d28087b", // Slack
  "0e3fd41c01a69772", // Slack
  "744d4263f0a65db9", // Slack
  "3543c50b0cb9cea8", // GitHub
  "bc3ae723f57c6b9e", // GitHub
  "82e74299544e0073", // GitHub
  "f7d838701b86c5df", // jwt.io
  "d4695b1ca6366672", // Anthropic
  "f04f84687bec4144", // OpenAI
  "8fbf3a320031278b", // Sentry
]);

/** The beginning of a vendor's token, as FORMATS and vendors' documentation have them. */
const PREFIX =
  /^(?:https:\/\/hooks\.slack\.com\/services\/|(?:[spr]k|whsec)[-_](?:(?:ant|or|proj|live|test|api\d\d|v\d)[-_])*|xox[a-z]-|xapp-|gh[a-z]_|github_pat_|pul-|lin_api_|dckr_pat_)/;

/** Words that a person reads, apart by signs: no credential is made of them. */
const PROSE = /^[a-z0-9]{1,12}(?:[-_. ]+[a-z0-9]{1,12})*$/i;

/** `your_api_key`, `api_key_here`, `insert your token`, `replace-with-the-key`, `change_me_in_production`. */
const ASKING =
  /^yours?[-_. ]|[-_. ]here$|^(?:insert|enter|put|paste|add|replace|change|fill|set)[-_. ](?:(?:with|in)[-_. ])?(?:yours?|my|the|me|this|it|real|actual)(?:[-_. ]|$)/i;

/**
 * `<your key>`, `{{ API_KEY }}`, `[YOUR_TOKEN]`, `%API_KEY%`, `__TOKEN__`; what a program should have put a value for:
 * `${{ secrets.API_KEY }}`, `${API_KEY}`, `$API_KEY`, `$(cat key)`, `op://vault/item/field` (1Password, "Secret references"); and what one
 * shows instead of a value: `[secret]` (Pulumi), `(sensitive value)` (Terraform), `[REDACTED]`.
 */
const TEMPLATE =
  /^(?:<[^<>\n]+>|\$?\{\{[^{}\n]+\}\}|\[(?:your|insert|enter)[-_ ][-\w ]*\]|%[A-Z][A-Z0-9_]*%|__[A-Z][A-Z0-9_]*__|\$\([^()\n]+\)|op:\/\/[^\n]+|[[(<*](?:secret|sensitive(?: value)?|redacted|hidden|masked|filtered|known after apply)[\])>*])$/i;
const VARIABLE = /^\$(?:\{[A-Z][A-Z0-9]*_[A-Z0-9_]*\}|[A-Z][A-Z0-9]*_[A-Z0-9_]*)$/;

/** An address of which a part is still to come: `https://your-cluster.example`, or one with `[YOUR-PASSWORD]` in it. */
const ADDRESS_TEMPLATE =
  /^[a-z][\w+.-]*:\/\/(?:yours?[-_.]|\S*(?:<[\w ./-]+>|\[your[-_ ][-\w ]*\]|\{\{[^{}\n]+\}\}))/i;

/** What Pulumi's SDK gives where a program makes a text of an output, or an output is not known (runtime/rpc.ts). */
const OF_PULUMI = /^Calling \[toString\] on an \[Output<T>\]|^04da6b54-80e4-46f7-96ec-b56ff0331ba9$/;

/** One sign over and over: `xxxx`, `****`, `....`. */
const FILLER = /^(?:x{3,}|\*{3,}|\.{3,}|…+|•+|-{3,}|_{3,}|#{3,}|\?{3,}|0{8,}|(?:[x0*]{3,}[-_ /]?)+)$/i;

/** Characters a placeholder may have: each of those above has fewer. */
const LONGEST = 120;

/** What no one sees: controls, format and zero-width characters, what turns the direction of a line, fillers. */
export const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u;
const ALL_UNSEEN = new RegExp(`(?!\\s)${UNSEEN.source}`, "gu");

/** A text without what no one sees; blanks and line ends stay. */
export function withoutUnseen(value: string): string {
  return value.replace(ALL_UNSEEN, "");
}

/**
 * Whether a text stands where a value is to come: a known word, a sentence to the reader, a template's mark, a filler,
 * or the example of a vendor's documentation; also behind the beginning of a vendor's token (`sk-your-key-here`), and
 * with quotes, blanks or what does not show around it. Whole values alone: a password that contains `example` is one.
 */
export function isPlaceholder(value: string): boolean {
  if (OF_PULUMI.test(value.trim())) return true;
  const text = withoutUnseen(value)
    .trim()
    .replace(/^(["'`])(.*)\1$/s, "$2")
    .trim();
  if (text.length > LONGEST) return false;
  if (EXAMPLES.has(digestOf(text))) return true;
  return [text, text.replace(PREFIX, "")].some(
    (each) =>
      WORDS.has(each.toLowerCase().replace(/[-_. !*()[\]]/g, "")) ||
      (PROSE.test(each) && ASKING.test(each)) ||
      TEMPLATE.test(each) ||
      VARIABLE.test(each) ||
      ADDRESS_TEMPLATE.test(each) ||
      FILLER.test(each),
  );
}

/** Whether a .env file has no value there yet: nothing, or what a template has. */
export function isUnset(value: string): boolean {
  return value === "" || isPlaceholder(value);
}

function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}
