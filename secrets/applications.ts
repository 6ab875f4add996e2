import type { Application, Groupings } from "../src/catalog/applications";

/**
 * Applications that load secrets. `pulumi up` commits the loader to each repository and keeps it current.
 * To add one: an entry here. `language` is python or typescript; what else it may say is in src/catalog/applications.ts.
 */
export const APPLICATIONS = [
  {
    name: "backend",
    repository: "sophia-main",
    language: "python",
    path: "backend/core/auto_esc_config.py",
  },
] as const satisfies readonly Application[];

/**
 * Secrets that Sophia's code asks for together, as functions of the loader: get_docker_hub_config() and so on. A text is
 * an app key of the catalog; a constant is public. Source of the names: Sophia's secret management guide.
 */
export const GROUPINGS = {
  docker_hub: {
    username: "docker_hub_username",
    access_token: "docker_hub_access_token",
    registry: { constant: "docker.io" },
  },
  snowflake: {
    account: "snowflake_account",
    user: "snowflake_user",
    password: "snowflake_password",
    role: "snowflake_role",
    database: "snowflake_database",
    warehouse: "snowflake_warehouse",
  },
  lambda_labs: {
    api_key: "lambda_api_key",
    ssh_key: "lambda_labs_ssh_key",
  },
  integration: {
    slack: {
      app_token: "slack_app_token",
      bot_token: "slack_bot_token",
      signing_secret: "slack_signing_secret",
      webhook_url: "slack_webhook_url",
    },
    hubspot: { access_token: "hubspot_access_token" },
    gong: { access_key: "gong_access_key", client_secret: "gong_client_secret", url: "gong_url" },
    linear: { api_key: "linear_api_key" },
    notion: { api_token: "notion_api_token" },
    asana: { access_token: "asana_access_token" },
  },
} as const satisfies Groupings;
