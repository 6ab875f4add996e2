import { generateKeyPairSync, randomBytes } from "node:crypto";
import { catalog } from "../secrets/catalog";
import { type ResolvedEntry, resolveCatalog } from "../src/catalog/entry";
import type { FormatName } from "../src/catalog/formats";
import type { People } from "./people";

const random = (bytes = 18) => randomBytes(bytes).toString("hex");

/** Values that look like the vendors', made again each time; none opens anything. A new format does not compile without one. */
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

/** The same without characters that a .env file cannot hold for every reader: for people who go on by themselves. */
export function plainSampleValue(format: FormatName): string {
  return format === "text" ? random() : SAMPLES[format]();
}

/** What people set by hand, in the catalog's order: everything but the pipeline's own credential and public defaults. */
export const SET_BY_PEOPLE = resolveCatalog(catalog).entries.filter(
  (entry) => !entry.bootstrap && entry.default === undefined,
);

/** Sets a sample value for each of those, where it has its place. @returns the values by `placeOf`. */
export async function setEverything(
  people: People,
  report: (line: string) => void,
  sample: (format: FormatName) => string = sampleValue,
): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  for (const [index, entry] of SET_BY_PEOPLE.entries()) {
    const { name, format, perEnvironment, environments } = entry;
    for (const environment of perEnvironment ? environments : [undefined]) {
      const value = sample(format);
      values.set(placeOf(entry, environment), value);
      if (environment === undefined) await people.setOrganizationSecret(name, value);
      else await people.setEnvironmentSecret(environment, name, value);
    }
    report(`${index + 1} of ${SET_BY_PEOPLE.length}: ${name}`);
  }
  return values;
}

/** Where an entry's value stands: `NAME`, or `ENVIRONMENT/NAME` when it has one per deployment environment. */
export function placeOf(
  { name, perEnvironment }: Pick<ResolvedEntry, "name" | "perEnvironment">,
  environment: string | undefined,
): string {
  return perEnvironment ? `${environment}/${name}` : name;
}
