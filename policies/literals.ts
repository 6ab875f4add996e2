// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of shells and templates look like templates
import { isSecretName } from "./secret-names";

/**
 * Where a text stands. `value`: what a resource or an ESC environment gets. `file`: what a repository holds, where
 * people also write examples, types and words.
 */
type Place = "value" | "file";

/** One reference to a value that stands elsewhere: of ESC, shells, GitHub Actions, Helm, Windows. */
const REFERENCES =
  /\$\{\{[\s\S]*?\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|\$\d|\{\{[\s\S]*?\}\}|%[A-Za-z_]\w*%/g;
/** A place to read it from: a vault's address, a cloud's name of it, a file. */
const ADDRESS =
  /^(?:arn:[\w-]*:\S+|urn:\S+|(?:op|vault|ref\+\w+|gcp-?sm|aws-?sm|ssm|awskms|gcpkms|azurekeyvault):\/\/\S+|projects\/[^/\s]+\/(?:secrets|locations)\/\S+|@Microsoft\.KeyVault\(.*\)|file:\S+|(?:~|\.{1,2})?\/(?:[\w.@-]+\/)*[\w.@-]+)$/;
/** `DB_PASSWORD`: the name of a variable or of a secret. */
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const PUBLIC_KEY =
  /^(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-\S+) |^-----BEGIN (?:[A-Z ]*PUBLIC KEY|CERTIFICATE)-----/;
const NOTHING = /^(?:true|false|yes|no|on|off|null|none|nil|undefined|~|\d{1,5}(?:\.\d+)?)$/i;

/** What people write into files in a secret's place: a level, a type, an example, a local service's default. */
const WORD =
  /^(?:read|write|admin|inherit|required|optional|string|str|number|int|boolean|bool|any|object|type|text|auto|default|enabled|disabled|hidden|masked|redacted|secret|token|password|passwd|postgres|minioadmin|guest|test|testing|dummy|fake|mock|sample|example|tbd|todo|fixme)$/i;
const VERSION = /^[~^<>=v]*\d+(?:\.\d+)+(?:[-+][\w.]+)?$/;
const EXAMPLE =
  /^(?:x{3,}|\*+|\.{2,}|-+|\?+|<[^<>]*>|\[[^[\]]*\]|__\w+__|(?:change|replace|set|fill)[-_ ]?(?:me|this|it)\b.*|(?:your|insert|enter|put|add|some)[-_ ].*|.*[-_ ](?:here|placeholder|example)|(?:placeholder|example|sample|dummy)[-_ ].*)$/i;

/** Schemes before a credential in a header (IANA's registry), and short marks of a kind of key: `sk-`, `pre_`. */
const AFFIX = /^(?:(?:bearer|basic|digest|token|apikey)\s+|(?:[a-z]{1,4}[-_.:]){1,3})?$/i;

/** Whether a text is a secret itself, where its name says secret: no reference, no address, no switch. */
export function isLiteral(text: string, place: Place): boolean {
  const bare = text.trim();
  if (bare === "" || NOTHING.test(bare) || PUBLIC_KEY.test(bare)) return false;
  if (VARIABLE.test(bare) || ADDRESS.test(bare)) return false;
  if (place === "file" && [WORD, VERSION, EXAMPLE].some((each) => each.test(bare))) return false;
  const left = bare.replaceAll("$${", "").replace(REFERENCES, "\0");
  if (left === bare) return true;
  return fallbacksIn(bare).some((each) => isLiteral(each, place)) || holdsLiteral(left, place);
}

/** Defaults that references carry: `${X:-hunter2}`, `${{ secrets.X || 'hunter2' }}`. */
function fallbacksIn(text: string): string[] {
  return (text.match(REFERENCES) ?? []).flatMap((reference) => {
    const ofShell = /^\$\{\w+:?[-=]([^{}]*)\}$/.exec(reference)?.[1];
    const ofActions = reference.startsWith("${{")
      ? [...reference.matchAll(/(?:\|\||&&)\s*'([^']*)'/g)].map(([, each = ""]) => each)
      : [];
    return ofShell === undefined ? ofActions : [ofShell, ...ofActions];
  });
}

/** @param text with \0 for each reference. What stands around them may be an address, a list of pairs or a scheme. */
function holdsLiteral(text: string, place: Place): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return hasLiteralPassword(text);
  const pairs = [...text.matchAll(/([\w .-]+?)\s*[=:]\s*([^;,&\s]*)/g)];
  if (pairs.length > 0 && /[=]/.test(text))
    return pairs.some(([, name = "", value = ""]) => {
      const left = value.replaceAll("\0", "");
      return isSecretName(name.trim()) && left !== "" && !AFFIX.test(left) && isLiteral(left, place);
    });
  // References alone, with no more than signs between them.
  const [before = "", ...after] = text.split("\0");
  return !AFFIX.test(before) || /[A-Za-z0-9]{2}/.test(after.join("").replace(/\b[a-z]{1,4}\b/gi, ""));
}

/** The user's part of an address: `scheme://user:password@host`. */
const USERINFO = /\b[a-z][a-z0-9+.-]*:\/\/([^\s/@"'`]{1,500})@/gi;

/** What documents write for a password in an address, and format strings. */
const IN_EXAMPLES = /^(?:pass(?:word|wd)?|pwd?|secret|postgres|changeme|%s)$/i;

/** Whether an address has a password in it, whole or beside a reference; a placeholder is none. */
export function hasLiteralPassword(text: string): boolean {
  if (!text.includes("://")) return false;
  for (const [, user = ""] of text.replace(REFERENCES, "\0").matchAll(USERINFO)) {
    const at = user.indexOf(":");
    const left = at === -1 ? "" : user.slice(at + 1).replaceAll("\0", "");
    if (/\w/.test(left) && !/[<>{}()[\]*|\\$]/.test(left) && !IN_EXAMPLES.test(left) && !EXAMPLE.test(left))
      return true;
  }
  return false;
}
