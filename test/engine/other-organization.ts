import { projectNames } from "../../sandbox/project-names";
import type { Seed } from "../../sandbox/read-seed";
import { readSeed } from "../../sandbox/read-seed";

/** An organization that is not Sophia's: six secrets, two environments, two groups, names of its own. */
export const CATALOG_FILES = {
  "secrets/environments.ts": `export const ENVIRONMENTS = ["test", "live"] as const;\n`,
  "secrets/groups.ts": `import type { Group } from "../src/catalog/entry";

export const GROUPS = {
  payments: { description: "Payment providers", rotationDays: 30, owner: "Payments" },
  platform: { description: "Everything else", rotationDays: 90, owner: "Platform" },
} as const satisfies Record<string, Group>;
`,
  "secrets/catalog.ts": `import { defineCatalog } from "../src/catalog/entry";
import { ENVIRONMENTS } from "./environments";
import { GROUPS } from "./groups";

export const catalog = defineCatalog({
  environments: ENVIRONMENTS,
  groups: GROUPS,
  secrets: [
    { name: "STRIPE_KEY", group: "payments", aliases: ["STRIPE_API_KEY"] },
    { name: "STRIPE_WEBHOOK_SECRET", group: "payments", path: "stripe.webhook", environments: ["live"] },
    { name: "PAYPAL_PEM", group: "payments", format: "private-key" },
    { name: "SMTP_PASSWORD", group: "platform", visibility: "all" },
    { name: "SMTP_HOST", group: "platform", default: "smtp.example.org", credential: false },
    { name: "SENTRY_DSN", group: "platform", format: "https-url", required: false },
  ],
});
`,
};

/** Where it is in ESC. */
export const NAMING = { escProject: "vault", application: "shop", appRoot: "credentials" } as const;
export const ORGANIZATION = "corner-shop";
export const CARRIER = "infrastructure";
export const PULUMI_ORGANIZATION = "corner-shop-cloud";

function stackFile(environment: string, changes: Record<string, unknown> = {}): string {
  const config = {
    githubOrganization: ORGANIZATION,
    pulumiOrganization: PULUMI_ORGANIZATION,
    ...NAMING,
    environments: [environment],
    organizationStack: "live",
    carriers: [CARRIER],
    ...changes,
  };
  const keys = Object.entries(config).map(([key, value]) => [`sophia-secrets:${key}`, value]);
  return JSON.stringify({ config: Object.fromEntries(keys) }); // JSON is YAML
}

/** Its two stacks: live owns the organization. */
export const STACK_FILES = { "Pulumi.live.yaml": stackFile("live"), "Pulumi.test.yaml": stackFile("test") };

/** A seed with its organizations, an owner and a second owner with a token of their own. */
export function otherSeed(): Seed {
  const seed = readSeed("sandbox/seed.yaml", projectNames(process.cwd()));
  const members = ["owner", "second-owner"].map((login) => ({ login, role: "admin" as const }));
  return {
    ...seed,
    github: {
      organizations: [
        {
          login: ORGANIZATION,
          plan: "team",
          members,
          repositories: [
            { name: CARRIER, private: true },
            { name: "another-reader", private: true },
          ],
        },
      ],
      tokens: members.map(({ login }) => ({
        login,
        scopes: ["admin:org", "repo", "workflow", "delete_repo"],
      })),
    },
    pulumi: {
      organizations: [
        { name: PULUMI_ORGANIZATION, edition: "enterprise", defaultEnvironmentPermission: "none", members },
      ],
      tokens: members.map(({ login }) => ({ login })),
    },
  };
}

/** Options of a project that is this organization's. */
export function otherOrganization(files: Record<string, string> = {}) {
  return {
    seed: otherSeed(),
    files: { ...CATALOG_FILES, ...STACK_FILES, ...files },
    organization: ORGANIZATION,
    carrier: CARRIER,
  };
}
