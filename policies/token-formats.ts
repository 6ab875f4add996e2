/** One kind of token that can be told by its look. */
interface TokenFormat {
  name: string;
  pattern: RegExp;
}

/**
 * Published formats alone: a prefix that its vendor chose to be found, and the length of what follows. Lengths are
 * those of gitleaks' rules (config/gitleaks.toml), GitHub's of its changelog (2021-03-31: `gh?_`, up to 255). To add
 * one: a line here, and one in test/policies/token-formats.test.ts.
 */
const FORMATS: readonly TokenFormat[] = [
  {
    name: "private key",
    pattern:
      /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:\\[rn]|\s)*(?:[A-Za-z0-9+/=]{20}|Proc-Type:|Version:)/,
  },
  { name: "GitHub token", pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/ },
  { name: "GitHub token", pattern: /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/ },
  { name: "GitLab token", pattern: /\bglpat-[\w-]{20,}/ },
  { name: "Pulumi token", pattern: /\bpul-[a-f0-9]{40}\b/ },
  { name: "AWS access key", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/ },
  { name: "Google API key", pattern: /\bAIza[\w-]{35}(?![\w-])/ },
  { name: "OpenAI key", pattern: /\bsk-[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}/ },
  { name: "Anthropic key", pattern: /\bsk-ant-(?:api|admin)\d\d-[\w-]{93}AA\b/ },
  { name: "Slack token", pattern: /\bxox[abeoprs]-(?:\d+-)?[A-Za-z0-9-]{18,}/ },
  { name: "Slack app token", pattern: /\bxapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+/i },
  {
    name: "Slack webhook",
    pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{43,56}/,
  },
  { name: "Linear key", pattern: /\blin_api_[a-z0-9]{40}\b/i },
  { name: "Notion token", pattern: /\bntn_[0-9]{11}[A-Za-z0-9]{35}\b/ },
  { name: "Hugging Face token", pattern: /\bhf_[a-z]{34}\b/i },
  { name: "npm token", pattern: /\bnpm_[a-z0-9]{36}\b/i },
  { name: "PyPI token", pattern: /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/ },
  { name: "SendGrid key", pattern: /\bSG\.[a-z0-9=_.-]{66}/i },
  { name: "DigitalOcean token", pattern: /\bdop_v1_[a-f0-9]{64}\b/ },
  // A user name and a password in an address; no reference, no placeholder and no pattern.
  {
    name: "password in an address",
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[\w.%-]+:[^\s:@/$<>{}()[\]*'"`\\|]+@[\w[]/i,
  },
];

/** What kind of secret a text contains, or undefined when none shows. Never a part of the text. */
export function tokenIn(text: string): string | undefined {
  return FORMATS.find(({ pattern }) => pattern.test(text))?.name;
}

/** A literal of some length in quotes, given to something whose name says secret. */
const ASSIGNMENT =
  /(?:password|passwd|secret|token|api[_-]?key|private[_-]?key)["']?\s*[:=]{1,2}\s*["'`]([A-Za-z0-9+/=_-]{20,})["'`]/gi;
/** Bits per character. Random base64 of 20 characters has about 4; names and words with digits stay below 3.5. */
const RANDOM = 3.5;

/** Whether a text gives a random-looking literal to something that its name calls a secret. */
export function hasRandomLiteral(text: string): boolean {
  for (const [, literal = ""] of text.matchAll(ASSIGNMENT)) {
    if (/\d/.test(literal) && /[A-Za-z]/.test(literal) && entropy(literal) >= RANDOM) return true;
  }
  return false;
}

function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => {
    const share = count / text.length;
    return bits - share * Math.log2(share);
  }, 0);
}
