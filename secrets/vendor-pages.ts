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
