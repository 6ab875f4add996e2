import { hasLiteralPassword } from "./literals";

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
  { name: "Discord webhook", pattern: /discord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,}/ },
  {
    name: "Teams webhook",
    pattern: /\.webhook\.office\.com\/webhookb2\/[a-f0-9-]{36}@[a-f0-9-]{36}\/IncomingWebhook\//,
  },
  { name: "Stripe key", pattern: /\b[rs]k_(?:live|prod)_[A-Za-z0-9]{10,99}\b/ },
  { name: "Azure shared access signature", pattern: /[?&]sig=[A-Za-z0-9%+/]{43,}/ },
];

/** What kind of secret a text contains, or undefined when none shows. Never a part of the text. */
export function tokenIn(text: string): string | undefined {
  const format = FORMATS.find(({ pattern }) => pattern.test(text));
  return format?.name ?? (hasLiteralPassword(text) ? "password in an address" : undefined);
}
