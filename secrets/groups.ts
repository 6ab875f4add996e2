import type { Group } from "../src/catalog/entry";

/** Why values are still shared, though the guide's principle 7 asks for separate secrets by environment. */
const SEPARATE = "separate ones for development (the guide's principle 7) have yet to be made";

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
    sharedBecause: `Sophia's lists name one key per vendor account; ${SEPARATE}`,
  },
  "database-credentials": {
    description: "Database passwords, users and connection settings",
    rotationDays: 180,
    owner: "Database Admin",
    sharedBecause: `Sophia's lists name one database account; ${SEPARATE}`,
  },
  "security-tokens": {
    description: "Signing keys and JWT secrets",
    rotationDays: 365,
    owner: "Security",
    sharedBecause: `Sophia's lists name one signing key; ${SEPARATE}`,
  },
  "integration-credentials": {
    description: "Credentials of integrated services (HubSpot, Gong, Slack, ...)",
    rotationDays: 90,
    owner: "Integration Team",
    sharedBecause: `Sophia's lists name one account per service; ${SEPARATE}`,
  },
  "infrastructure-credentials": {
    description: "Credentials of clouds, registries, source control and monitoring",
    rotationDays: 90,
    owner: "DevOps",
    sharedBecause: `Sophia's lists name one account per provider; ${SEPARATE}`,
  },
} as const satisfies Record<string, Group>;
