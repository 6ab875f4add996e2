import { defineCatalog } from "../src/catalog/entry";
import { PAGES } from "../src/catalog/vendors";
import { ACCESS_POLICIES } from "./access-policies";
import { APPLICATIONS, GROUPINGS } from "./applications";
import { ENVIRONMENTS } from "./environments";
import { GROUPS } from "./groups";

/**
 * The catalog: every secret of the Sophia AI platform, and the groups, deployment environments and access policies
 * beside this file.
 *
 * To add a secret: one line here, then `pulumi up`. The organization secret, the sync, ESC, access and the loaders'
 * types follow from it. `src/catalog/entry.ts` says what an entry takes; only name and group are needed. If Sophia's own
 * documents disagree on a name, the older one is an alias, and `note` says why.
 */
export const catalog = defineCatalog({
  environments: ENVIRONMENTS,
  groups: GROUPS,
  accessPolicies: ACCESS_POLICIES,
  applications: APPLICATIONS,
  groupings: GROUPINGS,
  secrets: [
    // --- api-keys -------------------------------------------------------------------------------------------
    { name: "ANTHROPIC_API_KEY", group: "api-keys", format: "anthropic-key", page: PAGES.anthropic },
    { name: "OPENAI_API_KEY", group: "api-keys", format: "openai-key", page: PAGES.openai },
    { name: "OPENROUTER_API_KEY", group: "api-keys", format: "openrouter-key", page: PAGES.openrouter },
    { name: "PORTKEY_API_KEY", group: "api-keys", page: PAGES.portkey },
    { name: "MEM0_API_KEY", group: "api-keys", page: PAGES.mem0 },
    { name: "PINECONE_API_KEY", group: "api-keys", page: PAGES.pinecone },
    { name: "PINECONE_ENVIRONMENT", group: "api-keys", required: false, credential: false },
    { name: "WEAVIATE_API_KEY", group: "api-keys", page: PAGES.weaviate },
    { name: "WEAVIATE_URL", group: "api-keys", format: "https-url", credential: false },
    { name: "CODACY_API_TOKEN", group: "api-keys", page: PAGES.codacy },
    { name: "FIGMA_PAT", group: "api-keys", page: PAGES.figma },
    { name: "FIGMA_PROJECT_ID", group: "api-keys", required: false, credential: false },
    { name: "ESTUARY_API_TOKEN", group: "api-keys", page: PAGES.estuary },

    // --- database-credentials -------------------------------------------------------------------------------
    { name: "POSTGRES_PASSWORD", group: "database-credentials", perEnvironment: true },
    {
      name: "REDIS_PASSWORD",
      group: "database-credentials",
      perEnvironment: true,
      note: "Only in the template of the older guide.",
    },
    { name: "SNOWFLAKE_ACCOUNT", group: "database-credentials", credential: false },
    {
      name: "SNOWFLAKE_USERNAME",
      group: "database-credentials",
      credential: false,
      aliases: ["SNOWFLAKE_USER"],
      appKeyAliases: ["snowflake_user"],
      note: "The strategy lists SNOWFLAKE_USERNAME, the guide SNOWFLAKE_USER: one value.",
    },
    { name: "SNOWFLAKE_PASSWORD", group: "database-credentials", page: PAGES.snowflake },
    { name: "SNOWFLAKE_ROLE", group: "database-credentials", required: false, credential: false },
    { name: "SNOWFLAKE_DATABASE", group: "database-credentials", required: false, credential: false },
    { name: "SNOWFLAKE_WAREHOUSE", group: "database-credentials", required: false, credential: false },

    // --- security-tokens ------------------------------------------------------------------------------------
    {
      name: "JWT_SECRET",
      group: "security-tokens",
      perEnvironment: true,
      note: "Signs sessions; the rotation table names it (JWT Secrets, 365 days, Security), no list does.",
    },

    // --- integration-credentials ----------------------------------------------------------------------------
    {
      name: "ASANA_ACCESS_TOKEN",
      group: "integration-credentials",
      page: PAGES.asana,
      aliases: ["ASANA_API_TOKEN"],
      note: "The mapping table calls it ASANA_API_TOKEN; both lead to asana_access_token.",
    },
    { name: "GONG_ACCESS_KEY", group: "integration-credentials", page: PAGES.gong },
    {
      name: "GONG_ACCESS_KEY_SECRET",
      group: "integration-credentials",
      page: PAGES.gong,
      aliases: ["GONG_CLIENT_SECRET"],
      appKeyAliases: ["gong_client_secret"],
      note: "The guide calls it GONG_CLIENT_SECRET.",
    },
    {
      name: "GONG_URL",
      group: "integration-credentials",
      format: "https-url",
      required: false,
      credential: false,
    },
    {
      name: "HUBSPOT_API_KEY",
      group: "integration-credentials",
      page: PAGES.hubspot,
      aliases: ["HUBSPOT_API_TOKEN"],
      appKeyAliases: ["hubspot_access_token"],
      note: "HUBSPOT_API_TOKEN in the guide; application code asks for hubspot_access_token too.",
    },
    { name: "LINEAR_API_KEY", group: "integration-credentials", format: "linear-key", page: PAGES.linear },
    {
      name: "NOTION_API_TOKEN",
      group: "integration-credentials",
      page: PAGES.notion,
      aliases: ["NOTION_API_KEY"],
      note: "The mapping table calls it NOTION_API_KEY; both lead to notion_api_token.",
    },
    {
      name: "SLACK_APP_TOKEN",
      group: "integration-credentials",
      format: "slack-app-token",
      page: PAGES.slack,
    },
    {
      name: "SLACK_BOT_TOKEN",
      group: "integration-credentials",
      format: "slack-bot-token",
      page: PAGES.slack,
    },
    { name: "SLACK_SIGNING_SECRET", group: "integration-credentials", page: PAGES.slack },
    {
      name: "SLACK_WEBHOOK_URL",
      group: "integration-credentials",
      format: "slack-webhook",
      page: PAGES.slack,
    },

    // --- infrastructure-credentials -------------------------------------------------------------------------
    {
      name: "DOCKER_HUB_ACCESS_TOKEN",
      group: "infrastructure-credentials",
      page: PAGES.docker,
      path: "infrastructure.docker.access_token",
      pulumiConfig: "dockerPassword",
      format: "docker-token",
      note: "The one entry whose documented ESC path is not its app key.",
    },
    {
      name: "DOCKER_HUB_USERNAME",
      group: "infrastructure-credentials",
      credential: false,
      path: "infrastructure.docker.username",
      default: "scoobyjava15",
      note: "Public account name, the hard-coded default of Sophia's get_docker_hub_config().",
    },
    {
      name: "DOCKER_TOKEN",
      group: "infrastructure-credentials",
      page: PAGES.docker,
      required: false,
      note: "Listed beside DOCKER_HUB_ACCESS_TOKEN; nothing says they are equal, so they are not joined.",
    },
    {
      name: "GH_APP_ID",
      group: "infrastructure-credentials",
      credential: false,
      appKey: "github_app_id",
      format: "number",
      note: "GITHUB_APP_ID in the strategy; GitHub refuses secrets that begin with GITHUB_.",
    },
    {
      name: "GH_APP_PRIVATE_KEY",
      group: "infrastructure-credentials",
      page: PAGES.githubApp,
      appKey: "github_app_private_key",
      format: "private-key",
      note: "GITHUB_APP_PRIVATE_KEY in the strategy; refused by GitHub.",
    },
    {
      name: "GH_TOKEN",
      group: "infrastructure-credentials",
      page: PAGES.github,
      appKey: "github_token",
      format: "github-token",
      note: "GITHUB_TOKEN in the strategy; refused by GitHub, and the name of each run's own token.",
    },
    { name: "GRAFANA_PASSWORD", group: "infrastructure-credentials", perEnvironment: true },
    {
      name: "LAMBDA_API_KEY",
      group: "infrastructure-credentials",
      page: PAGES.lambda,
      aliases: ["LAMBDA_LABS_API_KEY"],
      appKeyAliases: ["lambda_labs_api_key"],
      note: "Both names are listed; application code asks for lambda_api_key.",
    },
    {
      name: "LAMBDA_LABS_SSH_KEY",
      group: "infrastructure-credentials",
      format: "private-key",
      page: PAGES.lambdaSsh,
    },
    {
      name: "PULUMI_ACCESS_TOKEN",
      group: "infrastructure-credentials",
      page: PAGES.pulumi,
      format: "pulumi-token",
      bootstrap: true,
      note: "Only for those who cannot use OIDC; it opens ESC, so it must never stand in ESC.",
    },
    {
      name: "PULUMI_ORG",
      group: "infrastructure-credentials",
      credential: false,
      default: "scoobyjava-org",
      note: "Not a secret; kept because application code asks for it.",
    },
    {
      name: "VERCEL_ACCESS_TOKEN",
      group: "infrastructure-credentials",
      appKey: "vercel_api_token",
      page: PAGES.vercel,
    },
  ],
});
