import { randomBytes } from "node:crypto";
import { type Catalog, type ResolvedEntry, resolveCatalog } from "../../src/catalog/entry";
import type { FormatName } from "../../src/catalog/formats";

/** A value and what of it is looked for in everything that is printed. */
export interface Sample {
  value: string;
  canary: string;
}

/** What breaks copying by text: each must arrive byte for byte. */
const ODD: readonly ((canary: string) => string)[] = [
  (canary) => canary,
  (canary) => `  ${canary}  `,
  (canary) => `${canary}\n`,
  (canary) => `\n${canary}\r\nsecond line\r\n\r\n`,
  (canary) => `\${${canary}} $\${x} \${sophia.openai_api_key}`,
  (canary) => `${canary} äß→ 漢字 🔑 \u00a0\u200b`,
  (canary) => `"${canary}" 'single' \\back\\slash \`tick\` %0A ::add-mask::x`,
  (canary) => `${canary}: yaml # not a comment\n- list\n{a: b}`,
  (canary) => `\t${canary}\u0007\u001b[31m`,
  (canary) => `0${canary.replace(/\D/g, "")}`,
  (canary) => `{"fn::secret": "${canary}", "json": [1, null, true]}`,
];

const FITTING: Record<Exclude<FormatName, "text">, (canary: string) => string> = {
  "openai-key": (canary) => `sk-${canary}`,
  "anthropic-key": (canary) => `sk-ant-${canary}`,
  "openrouter-key": (canary) => `sk-or-${canary}`,
  "slack-bot-token": (canary) => `xoxb-${canary}`,
  "slack-app-token": (canary) => `xapp-${canary}`,
  "slack-webhook": (canary) => `https://hooks.slack.com/services/${canary}`,
  "github-token": (canary) => `ghp_${canary}`,
  "pulumi-token": (canary) => `pul-${canary}`,
  "linear-key": (canary) => `lin_api_${canary}`,
  "docker-token": (canary) => `dckr_pat_${canary}`,
  "private-key": (canary) => pem(canary, "\n"),
  "https-url": (canary) => `https://example.com/${canary}?a=b&c=%20#d`,
  number: (canary) => BigInt(`0x${canary.slice("canary".length)}`).toString(),
};

function pem(canary: string, end: string): string {
  const body = Array.from({ length: 20 }, () => randomBytes(48).toString("base64"));
  return ["-----BEGIN RSA PRIVATE KEY-----", canary, ...body, "-----END RSA PRIVATE KEY-----", ""].join(end);
}

function sampleOf(secret: ResolvedEntry, index: number): Sample {
  const canary = `canary${randomBytes(12).toString("hex")}`;
  if (secret.name === "LAMBDA_LABS_SSH_KEY") return { value: pem(canary, "\r\n"), canary };
  const odd = ODD[index % ODD.length] ?? ((each: string) => each);
  const value = secret.format === "text" ? odd(canary) : FITTING[secret.format](canary);
  return { value, canary: value.includes(canary) ? canary : value };
}

/** A fitting, unguessable value for each secret of a catalog that goes to ESC, by GitHub name. */
export function sampleValues(catalog: Catalog): Map<string, Sample> {
  const synced = resolveCatalog(catalog).entries.filter((secret) => !secret.bootstrap);
  return new Map(synced.map((secret, index) => [secret.name, sampleOf(secret, index)]));
}
