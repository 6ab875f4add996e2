import type { Group } from "../src/catalog/entry";

/**
 * Why values are still shared, though the guide's principle 7 asks for separate secrets by environment: the vendor issues
 * them, and Sophia's lists name one account at each. What servers of our own check has a value per environment.
 */
const ONE_ACCOUNT = "Sophia's lists name one account at each vendor, for every environment";

/**
 * Groups of secrets: each has an owner, a rotation interval, and one values environment in ESC per deployment
 * environment. Days and owners are those of Sophia's secret management guide: API keys 90 DevOps, database
 * credentials 180 Database Admin, JWT secrets 365 Security, integrations 90 Integration Team, infrastructure 90
 * DevOps.
 */
export const GROUPS = {
  "api-keys": {
    description: "API keys of external services (OpenAI, Pinecone, ...)",
    rotationDays: 90,
    owner: "DevOps",
    sharedBecause: `${ONE_ACCOUNT}: who opens development can read what is stored there and spend its budget`,
  },
  "database-credentials": {
    description: "Database passwords, users and connection settings",
    rotationDays: 180,
    owner: "Database Admin",
    sharedBecause: `${ONE_ACCOUNT}: who opens development can read and change production's data in Snowflake`,
  },
  "security-tokens": {
    description: "Signing keys and JWT secrets",
    rotationDays: 365,
    owner: "Security",
  },
  "integration-credentials": {
    description: "Credentials of integrated services (HubSpot, Gong, Slack, ...)",
    rotationDays: 90,
    owner: "Integration Team",
    sharedBecause: `${ONE_ACCOUNT}: who opens development can read and write in the company's workspaces`,
  },
  "infrastructure-credentials": {
    description: "Credentials of clouds, registries, source control and monitoring",
    rotationDays: 90,
    owner: "DevOps",
    sharedBecause: `${ONE_ACCOUNT}: who opens development can change its repositories, images, machines and deployments`,
  },
} as const satisfies Record<string, Group>;
