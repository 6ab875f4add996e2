/** Words that name a secret where a name ends with one. */
const WORDS =
  /^(?:passwords?|passwd|passphrases?|passcode|pass|pwd|pw|secret|token|credentials?|creds|dsn|pat|jwt|webhook|mnemonic|htpasswd|dockerconfigjson|dockercfg)$/;

/** What makes a `key` a secret one. Left out: primary, partition, cache, public, and the like. */
const KEY =
  /(?:access|account|admin|api|app|application|auth|cipher|client|consumer|cookie|crypto|decryption|deploy|deployment|encrypt|encryption|hmac|hook|jwt|license|machine|master|private|root|sas|secret|security|service|session|shared|sign|signing|ssh|storage|subscription|symmetric|token|webhook)keys?$/;

/** Addresses that open what they lead to. */
const ADDRESS =
  /(?:conn(?:ection)?(?:string|str|uri|url)|hook(?:url|uri|address|endpoint)|(?:slack|teams|discord|incoming)hook)$/;
/** `auth` alone is a way to log in more often than a login; of these it is the login. */
const LOGIN = /(?:npm|docker|registry|http|basic|proxy|smtp|git)auth$/;

/** What follows a secret's word and changes nothing: a form (`secretString`), a number, a place or a generation. */
const FOLLOWS =
  /^(?:\d+|v\d+|values?|string|text|plain|plaintext|data|content|base|literal|default|raw|binary|base64|b64|json|pem|prod|production|stage|staging|dev|development|test|qa|live|old|new|current|previous|next|main|backup)$/;

/**
 * Whether a property, a variable or a key of this name holds a secret: `dbPassword`, `API_KEY`, `encryption_key_2`,
 * `sentry-dsn`, `connectionString`, `SLACK_WEBHOOK_URL`; not `secretName`, `tokenType`, `DB_PASSWORD_FILE`.
 */
export function isSecretName(name: string): boolean {
  if (/(?:^|[:/])_auth$/.test(name)) return true; // npm's own (docs, "npmrc").
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  if (ADDRESS.test(words.join(""))) return true;
  while (words.length > 1 && FOLLOWS.test(words.at(-1) ?? "")) words.pop();
  // `PASSWORD2`, `apikey1`
  const last = (words.pop() ?? "").replace(/\d+$/, "");
  if (WORDS.test(last)) return true;
  const whole = [...words, last].join("");
  return (
    KEY.test(whole) ||
    ADDRESS.test(whole) ||
    LOGIN.test(whole) ||
    /(?:password|passwd|passphrase)$/.test(last)
  );
}

/** Keys of wrappers that say nothing of their own: `{ API_KEY: { plaintext: "x" } }`. */
const WRAPPER = /^(?:\d+|value|values|plaintext|plaintextValue|literal|default|stringValue)$/;
/** Keys whose text names what stands beside it: `{ name: "DB_PASSWORD", value: "x" }`. */
const NAMING = ["name", "variableName", "key", "Name", "Key", "variable", "id"];

/** The name that a text stands under: its key, that of the list or wrapper around it, or the name said beside it. */
export function nameOf(path: readonly string[], root: unknown): string {
  const last = path.at(-1) ?? "";
  if (/^value$|^Value$/.test(last)) {
    const beside = path.slice(0, -1).reduce<unknown>((at, key) => fieldOf(at, key), root);
    const named = NAMING.map((key) => fieldOf(beside, key)).find((each) => typeof each === "string");
    if (typeof named === "string") return named;
  }
  return path.findLast((key) => !WRAPPER.test(key)) ?? last;
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  // By descriptor: the SDK's proxy throws where a preview does not know a field.
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}
