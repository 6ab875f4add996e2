import type { FormatName } from "./formats";

/**
 * The page of each vendor where people make new keys and revoke old ones; alerts and reports link to it. Each was found
 * in November 2026 in the vendor's own texts, or, if those only describe the way, in several guides that agree. Servers
 * of one's own (Grafana, PostgreSQL, Redis) have none. To add one: a line here, and `page` in the entries.
 */
export const PAGES = {
  anthropic: "https://platform.claude.com/settings/keys",
  asana: "https://app.asana.com/0/my-apps",
  codacy: "https://app.codacy.com/account/access-management",
  docker: "https://app.docker.com/settings/personal-access-tokens",
  estuary: "https://dashboard.estuary.dev/admin/api",
  figma: "https://www.figma.com/settings",
  github: "https://github.com/settings/tokens",
  /** The app's page has its owner in its address; this one leads there. */
  githubApp:
    "https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps",
  gong: "https://app.gong.io/company/api",
  hubspot: "https://app.hubspot.com/l/private-apps",
  lambda: "https://cloud.lambda.ai/api-keys",
  lambdaSsh: "https://cloud.lambda.ai/ssh-keys",
  linear: "https://linear.app/settings/account/security",
  mem0: "https://app.mem0.ai/dashboard/api-keys",
  notion: "https://www.notion.so/profile/integrations",
  openai: "https://platform.openai.com/api-keys",
  openrouter: "https://openrouter.ai/settings/keys",
  pinecone: "https://app.pinecone.io/organizations/-/projects/-/keys",
  portkey: "https://app.portkey.ai/api-keys",
  pulumi: "https://app.pulumi.com/account/tokens",
  slack: "https://api.slack.com/apps",
  /** Every account has a host of its own; the statement is the same. */
  snowflake: "https://docs.snowflake.com/en/sql-reference/sql/alter-user",
  vercel: "https://vercel.com/account/settings/tokens",
  weaviate: "https://console.weaviate.cloud",
} as const;

/** What a credential is for. `init` makes a group of each kind that an organization has, in this order. */
export const KINDS = {
  ai: { group: "ai-services", description: "Keys of AI services and vector databases", rotationDays: 90 },
  business: { group: "business-apps", description: "Credentials of business applications", rotationDays: 90 },
  data: { group: "databases", description: "Database credentials and connections", rotationDays: 180 },
  infrastructure: {
    group: "infrastructure",
    description: "Credentials of clouds, registries, source control and monitoring",
    rotationDays: 90,
  },
  signing: { group: "signing-keys", description: "Keys that sign or encrypt", rotationDays: 365 },
  other: { group: "other", description: "What no vendor is known for", rotationDays: 90 },
} as const;
export type Kind = keyof typeof KINDS;

/** One HTTP request that tells whether a vendor takes a credential. */
export interface VendorRequest {
  url: string;
  /** Default: GET. A POST here is a read too: the vendor offers no other. */
  method?: "POST";
  headers: Readonly<Record<string, string>>;
  body?: string;
}

/** The cheapest read that a vendor offers, which changes nothing there. */
export interface VendorRead {
  ask(value: string, partner: string): VendorRequest;
  /** The ending of the secret that goes with it, in the place of the name's own ending: an account, the other half. */
  partner?: readonly [own: RegExp, other: string];
  /** Statuses that say the vendor does not take it. Default: 401. */
  refusedBy?: readonly number[];
  /** Statuses besides 200 to 299 that say the vendor knows it, and does not let it do this read. Default: none. */
  knownBy?: readonly number[];
  /** How a value of this vendor begins: another one may be of a server of one's own, and is not sent. */
  form?: RegExp;
  /** Whose server the stacks' config may name: with another than the vendor's own nothing is sent. */
  server?: "github" | "pulumi";
  /** Where an answer of 200 may be a refusal: a text that only an accepted credential's answer has. */
  saying?: RegExp;
}

const get = (url: string, headers: (value: string) => Record<string, string>): VendorRead => ({
  ask: (value) => ({ url, headers: headers(value) }),
});
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
const JSON_BODY = { "content-type": "application/json" };

/**
 * Reads by vendor. Sources: each vendor's API reference, and where these leave the answers open, the verifiers of
 * trufflehog (pkg/detectors), read in December 2026. None was tried with a real credential.
 */
const READS = {
  // A restricted key may lack the scope for models: 403 (OpenAI, "Error codes").
  openai: { ...get("https://api.openai.com/v1/models", bearer), knownBy: [403] },
  anthropic: get("https://api.anthropic.com/v1/models?limit=1", (value) => ({
    "x-api-key": value,
    "anthropic-version": "2023-06-01",
  })),
  openrouter: get("https://openrouter.ai/api/v1/key", bearer),
  groq: get("https://api.groq.com/openai/v1/models", bearer),
  huggingface: get("https://huggingface.co/api/whoami-v2", bearer),
  pinecone: get("https://api.pinecone.io/indexes", (value) => ({ "api-key": value })),
  github: {
    ...get("https://api.github.com/user", (value) => ({ ...bearer(value), "user-agent": "sophia-secrets" })),
    server: "github",
  },
  pulumi: {
    ...get("https://api.pulumi.com/api/user", (value) => ({ authorization: `token ${value}` })),
    server: "pulumi",
  },
  // Slack answers 200 with ok: false (api.slack.com/methods/auth.test).
  slack: {
    ask: (value) => ({ url: "https://slack.com/api/auth.test", method: "POST", headers: bearer(value) }),
    saying: /"ok"\s*:\s*true/,
  },
  docker: {
    ask: (value, account) => ({
      url: "https://hub.docker.com/v2/auth/token",
      method: "POST",
      headers: JSON_BODY,
      body: JSON.stringify({ identifier: account, secret: value }),
    }),
    partner: [/_(?:ACCESS_)?(?:TOKEN|PASSWORD)$|_PAT$/, "_USERNAME"],
    form: /^dckr_/,
  },
  hubspot: {
    ...get("https://api.hubapi.com/account-info/2026-03/api-usage/daily/private-apps", bearer),
    knownBy: [403],
  },
  gong: {
    ask: (secret, key) => ({
      url: "https://api.gong.io/v2/users",
      headers: { authorization: basic(key, secret) },
    }),
    partner: [/_SECRET$/, ""],
  },
  linear: {
    ask: (value) => ({
      url: "https://api.linear.app/graphql",
      method: "POST",
      headers: { ...JSON_BODY, authorization: value },
      body: JSON.stringify({ query: "{ viewer { id } }" }),
    }),
    refusedBy: [400, 401],
    saying: /"data"\s*:\s*\{/,
  },
  notion: {
    ...get("https://api.notion.com/v1/users/me", (value) => ({
      ...bearer(value),
      "notion-version": "2022-06-28",
    })),
    knownBy: [403],
  },
  asana: get("https://app.asana.com/api/1.0/users/me", bearer),
  // 403 may be a missing scope as well as a wrong token: it is told as neither.
  figma: get("https://api.figma.com/v1/me", (value) => ({ "x-figma-token": value })),
  codacy: get("https://app.codacy.com/api/v3/user", (value) => ({ "api-token": value })),
  vercel: { ...get("https://api.vercel.com/v2/user", bearer), refusedBy: [401, 403] },
  stripe: { ...get("https://api.stripe.com/v1/balance", bearer), knownBy: [403] },
  sendgrid: { ...get("https://api.sendgrid.com/v3/scopes", bearer), refusedBy: [401, 403] },
  digitalocean: { ...get("https://api.digitalocean.com/v2/account", bearer), knownBy: [403] },
  cloudflare: {
    ...get("https://api.cloudflare.com/client/v4/user/tokens/verify", bearer),
    refusedBy: [400, 401, 403],
  },
  npm: { ...get("https://registry.npmjs.org/-/whoami", bearer), form: /^npm_/ },
} satisfies Record<string, VendorRead>;

/** What a name of a secret tells. */
export interface KnownName {
  /** Words between the name's underscores: it has all of them, and for each at least one of those with `|` between. */
  words: string;
  kind: Kind;
  page?: keyof typeof PAGES;
  format?: FormatName;
  read?: VendorRead;
  /** Nothing that opens something: an address, an account's name. */
  credential?: false;
  /** The rotator of src/catalog/rotators.ts by which ESC can change it. */
  rotator?: "mysql" | "password" | "postgres";
  /** The pipeline's own credential. */
  bootstrap?: true;
}

const TOKEN = "KEY|TOKEN|PAT|SECRET|APIKEY";

/** What is known by name; the first line that fits counts. To add a vendor: a line here, and what it needs above. */
const KNOWN: readonly KnownName[] = [
  { words: "SLACK BOT", kind: "business", page: "slack", format: "slack-bot-token", read: READS.slack },
  // auth.test takes no app-level token (api.slack.com/authentication/token-types): there is no read for one.
  { words: "SLACK APP TOKEN", kind: "business", page: "slack", format: "slack-app-token" },
  { words: "SLACK WEBHOOK", kind: "business", page: "slack", format: "slack-webhook" },
  { words: "SLACK", kind: "business", page: "slack" },
  {
    words: `OPENROUTER ${TOKEN}`,
    kind: "ai",
    page: "openrouter",
    format: "openrouter-key",
    read: READS.openrouter,
  },
  {
    words: `ANTHROPIC|CLAUDE ${TOKEN}`,
    kind: "ai",
    page: "anthropic",
    format: "anthropic-key",
    read: READS.anthropic,
  },
  // Azure's keys for the same models have no prefix, and another server.
  { words: `AZURE OPENAI ${TOKEN}`, kind: "ai" },
  { words: `OPENAI ${TOKEN}`, kind: "ai", page: "openai", format: "openai-key", read: READS.openai },
  { words: `GROQ ${TOKEN}`, kind: "ai", read: READS.groq },
  { words: `HF|HUGGINGFACE|HUGGINGFACEHUB ${TOKEN}`, kind: "ai", read: READS.huggingface },
  { words: `PINECONE ${TOKEN}`, kind: "ai", page: "pinecone", read: READS.pinecone },
  { words: `WEAVIATE ${TOKEN}`, kind: "ai", page: "weaviate" },
  { words: `PORTKEY ${TOKEN}`, kind: "ai", page: "portkey" },
  { words: `MEM0 ${TOKEN}`, kind: "ai", page: "mem0" },
  {
    words: "OPENAI|ANTHROPIC|OPENROUTER|GROQ|PINECONE|WEAVIATE|PORTKEY|MEM0|COHERE|MISTRAL|GEMINI",
    kind: "ai",
  },
  { words: "HUBSPOT KEY|TOKEN", kind: "business", page: "hubspot", read: READS.hubspot },
  { words: "GONG SECRET", kind: "business", page: "gong", read: READS.gong },
  { words: "GONG KEY", kind: "business", page: "gong" },
  { words: "LINEAR KEY", kind: "business", page: "linear", format: "linear-key", read: READS.linear },
  { words: "NOTION KEY|TOKEN", kind: "business", page: "notion", read: READS.notion },
  { words: "ASANA TOKEN|PAT", kind: "business", page: "asana", read: READS.asana },
  { words: "FIGMA TOKEN|PAT", kind: "business", page: "figma", read: READS.figma },
  { words: "STRIPE WEBHOOK", kind: "business" },
  { words: "STRIPE KEY", kind: "business", read: READS.stripe },
  { words: "SENDGRID KEY", kind: "business", read: READS.sendgrid },
  {
    words: "GONG|HUBSPOT|LINEAR|NOTION|ASANA|FIGMA|STRIPE|SENDGRID|SMTP|MAIL|MAILGUN|TWILIO|PAYPAL",
    kind: "business",
  },
  {
    words: "PULUMI ACCESS TOKEN",
    kind: "infrastructure",
    page: "pulumi",
    format: "pulumi-token",
    read: READS.pulumi,
    bootstrap: true,
  },
  { words: "GH|GITHUB APP PRIVATE KEY", kind: "infrastructure", page: "githubApp", format: "private-key" },
  { words: "GH|GITHUB APP ID", kind: "infrastructure", format: "number", credential: false },
  {
    words: "GH|GITHUB TOKEN|PAT",
    kind: "infrastructure",
    page: "github",
    format: "github-token",
    read: READS.github,
  },
  { words: "GITLAB TOKEN|PAT", kind: "infrastructure" },
  {
    words: "DOCKER|DOCKERHUB TOKEN|PASSWORD|PAT",
    kind: "infrastructure",
    page: "docker",
    format: "docker-token",
    read: READS.docker,
  },
  { words: "CODACY TOKEN", kind: "infrastructure", page: "codacy", read: READS.codacy },
  { words: "VERCEL TOKEN", kind: "infrastructure", page: "vercel", read: READS.vercel },
  { words: "DIGITALOCEAN TOKEN", kind: "infrastructure", read: READS.digitalocean },
  { words: "CLOUDFLARE TOKEN", kind: "infrastructure", read: READS.cloudflare },
  { words: "SENTRY TOKEN", kind: "infrastructure" },
  { words: "NPM TOKEN", kind: "infrastructure", read: READS.npm },
  { words: "LAMBDA SSH KEY", kind: "infrastructure", page: "lambdaSsh", format: "private-key" },
  { words: "LAMBDA KEY", kind: "infrastructure", page: "lambda" },
  { words: "SSH KEY", kind: "infrastructure", format: "private-key" },
  { words: "SNOWFLAKE PASSWORD", kind: "data", page: "snowflake" },
  { words: "ESTUARY TOKEN", kind: "data", page: "estuary" },
  { words: "POSTGRES|POSTGRESQL|PG|PGPASSWORD PASSWORD|PGPASSWORD", kind: "data", rotator: "postgres" },
  { words: "MYSQL|MARIADB PASSWORD", kind: "data", rotator: "mysql" },
  { words: "JWT|SESSION|COOKIE SECRET|KEY", kind: "signing", rotator: "password" },
  { words: "SIGNING|ENCRYPTION|HMAC", kind: "signing" },
  {
    words:
      "POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|REDIS|MONGO|MONGODB|DATABASE|DB|SNOWFLAKE|ESTUARY|CLICKHOUSE",
    kind: "data",
  },
  {
    words:
      "AWS|AZURE|GCP|GOOGLE|GH|GITHUB|GITLAB|DOCKER|DOCKERHUB|CODACY|VERCEL|LAMBDA|PULUMI|TERRAFORM|CLOUDFLARE|DIGITALOCEAN|SENTRY|DATADOG|GRAFANA|NPM|PYPI|SONAR|KUBE|KUBECONFIG",
    kind: "infrastructure",
  },
];

/** Endings of what opens nothing by itself. Not URL, URI and DSN: these often hold a password. */
const PUBLIC =
  /(?:^|_)(?:HOST|HOSTNAME|PORT|REGION|USER|USERNAME|ACCOUNT|ORG|ORGANIZATION|PROJECT|DATABASE|ROLE|WAREHOUSE|SCHEMA|BUCKET|ENVIRONMENT|EMAIL|(?:APP|CLIENT|PROJECT|ACCOUNT|TENANT|ORG|TEAM)_ID)$/;

/**
 * What a secret's name tells of it, by the conventions that people and vendors follow. A guess: whoever uses it shows it
 * to somebody first.
 */
export function knownByName(name: string): Omit<KnownName, "words"> {
  const words = new Set(name.toUpperCase().split("_"));
  const found = KNOWN.find((known) =>
    known.words.split(" ").every((one) => one.split("|").some((word) => words.has(word))),
  );
  const { words: _, ...known } = found ?? { words: "", kind: "other" };
  return PUBLIC.test(name.toUpperCase())
    ? { kind: known.kind, credential: false, ...numberOf(known) }
    : known;
}

/** An ID that is known to be a number stays one. */
function numberOf({ format }: Omit<KnownName, "words">): { format?: FormatName } {
  return format === "number" ? { format } : {};
}
