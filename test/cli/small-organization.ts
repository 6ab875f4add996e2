import type { GitHubSeed } from "../../sandbox/github/github-seed";
import { resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { ORG } from "../pulumi-cloud/cloud-fixture";

/** A catalog in which every rule that commands know has one secret. */
export const CATALOG = resolveCatalog({
  environments: ["staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Platform" } },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys", format: "openai-key" },
    { name: "SSH_KEY", group: "keys", format: "private-key", repositories: ["deploy"] },
    { name: "SMTP_PASSWORD", group: "keys", visibility: "all", aliases: ["MAIL_PASSWORD"] },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", format: "pulumi-token", bootstrap: true },
    { name: "SMTP_HOST", group: "keys", value: "config", visibility: "all" },
    { name: "DATABASE_URL", group: "keys", perEnvironment: true },
    { name: "OLD_KEY", group: "keys", tombstone: "2026-07-31" },
  ],
});

const CONFIG = {
  githubOrganization: "ai-cherry",
  pulumiOrganization: "cloud",
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
};

export const SETTINGS = parseSettings(CONFIG).settings as Settings;
/** The same in the Pulumi Cloud that tests start. */
export const AT_CLOUD: Settings = { ...SETTINGS, pulumiOrganization: ORG };

const OWNER = { login: "owner", role: "admin" } as const;

export const SEED: GitHubSeed = {
  organizations: [
    {
      login: "ai-cherry",
      members: [OWNER, { login: "member", role: "member" }],
      repositories: ["carrier", "deploy", "other"].map((name) => ({ name, private: true })),
    },
  ],
  tokens: [
    { token: "owner-token", login: "owner", scopes: ["admin:org", "repo"] },
    { token: "arranging-token", login: "owner", scopes: ["admin:org", "repo", "workflow"] },
    { token: "owner-without-org", login: "owner", scopes: ["repo"] },
    { token: "member-token", login: "member", scopes: ["admin:org", "repo"] },
    { token: "outsider-token", login: "outsider", scopes: ["admin:org", "repo"] },
  ],
};
