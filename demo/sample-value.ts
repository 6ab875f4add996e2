import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { FormatName } from "../src/catalog/formats";

const random = (bytes = 18) => randomBytes(bytes).toString("hex");

/** Values that look like the vendors', made anew each time; none opens anything. A new format does not compile without one. */
const SAMPLES: Record<FormatName, () => string> = {
  // Everything a shell, YAML and ESC would like to understand differently.
  text: () => `  ${random()} #\${x} $$ "'\\ ✓  `,
  "openai-key": () => `sk-proj-${random()}`,
  "anthropic-key": () => `sk-ant-api03-${random()}`,
  "openrouter-key": () => `sk-or-v1-${random()}`,
  "slack-bot-token": () => `xoxb-${random()}`,
  "slack-app-token": () => `xapp-1-${random()}`,
  "slack-webhook": () => `https://hooks.slack.com/services/T000/B000/${random()}`,
  "github-token": () => `ghp_${random()}`,
  "pulumi-token": () => `pul-${random(20)}`,
  "linear-key": () => `lin_api_${random(20)}`,
  "docker-token": () => `dckr_pat_${random()}`,
  "private-key": () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  "https-url": () => `https://${random(4)}.example.com/`,
  number: () => String(randomBytes(3).readUIntBE(0, 3)),
};

/** A value that a secret of this format takes. */
export function sampleValue(format: FormatName): string {
  return SAMPLES[format]();
}
