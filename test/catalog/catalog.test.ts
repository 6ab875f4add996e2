import { deepEqual, equal, ok } from "node:assert/strict";
import { catalog } from "../../secrets/catalog";
import { pathsOf } from "../../src/catalog/checks/check-keys";
import { type Catalog, type ResolvedEntry, resolveCatalog, resolveEntry } from "../../src/catalog/entry";

/** The names of the "Unified Secret Management Strategy", as its list has them. */
const STRATEGY = `
  ANTHROPIC_API_KEY ASANA_ACCESS_TOKEN CODACY_API_TOKEN DOCKER_HUB_ACCESS_TOKEN DOCKER_TOKEN ESTUARY_API_TOKEN
  FIGMA_PAT FIGMA_PROJECT_ID GITHUB_APP_ID GITHUB_APP_PRIVATE_KEY GITHUB_TOKEN GONG_ACCESS_KEY
  GONG_ACCESS_KEY_SECRET GRAFANA_PASSWORD HUBSPOT_API_KEY LAMBDA_API_KEY LAMBDA_LABS_API_KEY LAMBDA_LABS_SSH_KEY
  LINEAR_API_KEY MEM0_API_KEY NOTION_API_TOKEN OPENAI_API_KEY OPENROUTER_API_KEY PINECONE_API_KEY
  PINECONE_ENVIRONMENT PORTKEY_API_KEY POSTGRES_PASSWORD PULUMI_ACCESS_TOKEN SLACK_APP_TOKEN SLACK_BOT_TOKEN
  SLACK_SIGNING_SECRET SLACK_WEBHOOK_URL SNOWFLAKE_ACCOUNT SNOWFLAKE_DATABASE SNOWFLAKE_PASSWORD SNOWFLAKE_ROLE
  SNOWFLAKE_USERNAME SNOWFLAKE_WAREHOUSE VERCEL_ACCESS_TOKEN WEAVIATE_API_KEY WEAVIATE_URL
`
  .trim()
  .split(/\s+/);

/** Names that Sophia's other documents use, the entry they mean, and the app keys that must lead to it. */
const OTHER_NAMES: readonly [name: string, entry: string, appKeys: readonly string[]][] = [
  ["GONG_CLIENT_SECRET", "GONG_ACCESS_KEY_SECRET", ["gong_access_key_secret", "gong_client_secret"]],
  ["HUBSPOT_API_TOKEN", "HUBSPOT_API_KEY", ["hubspot_api_key", "hubspot_access_token"]],
  ["SNOWFLAKE_USER", "SNOWFLAKE_USERNAME", ["snowflake_username", "snowflake_user"]],
  ["ASANA_API_TOKEN", "ASANA_ACCESS_TOKEN", ["asana_access_token"]],
  ["NOTION_API_KEY", "NOTION_API_TOKEN", ["notion_api_token"]],
  ["LAMBDA_LABS_API_KEY", "LAMBDA_API_KEY", ["lambda_api_key", "lambda_labs_api_key"]],
  ["VERCEL_ACCESS_TOKEN", "VERCEL_ACCESS_TOKEN", ["vercel_api_token"]],
  ["DOCKER_HUB_ACCESS_TOKEN", "DOCKER_HUB_ACCESS_TOKEN", ["docker_hub_access_token"]],
  ["GH_TOKEN", "GH_TOKEN", ["github_token"]],
  ["GH_APP_ID", "GH_APP_ID", ["github_app_id"]],
  ["GH_APP_PRIVATE_KEY", "GH_APP_PRIVATE_KEY", ["github_app_private_key"]],
];

const secrets = resolveCatalog(catalog);
const byAnyName = (name: string): ResolvedEntry => {
  const found = secrets.entries.filter((secret) => [secret.name, ...secret.aliases].includes(name));
  equal(found.length, 1, name);
  return found[0] as ResolvedEntry;
};

describe("Sophia's catalog", () => {
  it("holds every name of the strategy's list of 41, three of them in the form GitHub takes", () => {
    equal(new Set(STRATEGY).size, 41);
    for (const name of STRATEGY) {
      const secret = byAnyName(name.replace(/^GITHUB_/, "GH_"));
      if (name.startsWith("GITHUB_")) equal(secret.appKey, name.toLowerCase());
    }
  });

  for (const [name, entry, appKeys] of OTHER_NAMES) {
    it(`reads ${name} as ${entry}, known to the application as ${appKeys.join(" and ")}`, () => {
      const secret = byAnyName(name);
      equal(secret.name, entry);
      deepEqual([secret.appKey, ...secret.appKeyAliases], appKeys);
    });
  }

  it("keeps Docker Hub's credentials at their documented paths", () => {
    deepEqual(pathsOf(byAnyName("DOCKER_HUB_ACCESS_TOKEN")), ["infrastructure.docker.access_token"]);
    deepEqual(pathsOf(byAnyName("DOCKER_HUB_USERNAME")), ["infrastructure.docker.username"]);
    equal(byAnyName("DOCKER_HUB_USERNAME").default, "scoobyjava15");
  });

  it("keeps the token of Pulumi Cloud out of ESC, and that one alone", () => {
    const own = secrets.entries.filter((secret) => secret.bootstrap).map((secret) => secret.name);
    deepEqual(own, ["PULUMI_ACCESS_TOKEN"]);
    equal(byAnyName("PULUMI_ACCESS_TOKEN").required, false);
  });

  it("rotates as the guide's table says", () => {
    const rules = Object.entries(catalog.groups).map(([name, group]) => [
      name,
      group.rotationDays,
      group.owner,
    ]);
    deepEqual(rules, [
      ["api-keys", 90, "DevOps"],
      ["database-credentials", 180, "Database Admin"],
      ["security-tokens", 365, "Security"],
      ["integration-credentials", 90, "Integration Team"],
      ["infrastructure-credentials", 90, "DevOps"],
    ]);
    for (const secret of secrets.entries) {
      const group = (catalog as Catalog).groups[secret.group];
      deepEqual([secret.rotationDays, secret.owner], [group?.rotationDays, group?.owner], secret.name);
    }
  });

  it("fits into what one workflow sees: 100 organization secrets", () => {
    ok(secrets.entries.flatMap((secret) => [secret.name, ...secret.aliases]).length <= 100);
  });
});

describe("a resolved catalog", () => {
  const groups = { keys: { description: "", rotationDays: 90, owner: "Ops" } };
  const small: Catalog = {
    environments: ["staging", "production"],
    groups,
    secrets: [
      { name: "B", group: "keys", default: "x" },
      { name: "A_1", group: "keys" },
      { name: "A", group: "keys", bootstrap: true },
    ],
  };

  it("is the same whatever the order of its entries", () => {
    const turned = { ...small, secrets: [...small.secrets].reverse() };
    deepEqual(resolveCatalog(turned), resolveCatalog(small));
    deepEqual(
      resolveCatalog(small).entries.map((secret) => secret.name),
      ["A", "A_1", "B"],
    );
  });

  it("has every default filled in", () => {
    deepEqual(resolveEntry({ name: "MY_KEY", group: "keys" }, small), {
      name: "MY_KEY",
      group: "keys",
      aliases: [],
      appKey: "my_key",
      appKeyAliases: [],
      path: "my_key",
      owner: "Ops",
      rotationDays: 90,
      sharedBecause: undefined,
      leftoverUntil: undefined,
      credential: true,
      page: undefined,
      expires: undefined,
      format: "text",
      visibility: "selected",
      repositories: [],
      environments: ["staging", "production"],
      perEnvironment: false,
      required: true,
      default: undefined,
      value: "person",
      pulumiConfig: undefined,
      bootstrap: false,
      tombstone: undefined,
      renamedFrom: undefined,
    });
  });

  it("requires what has no default and is not the pipeline's own, unless the entry says otherwise", () => {
    const required = (entry: object) => resolveEntry({ name: "A", group: "keys", ...entry }, small).required;
    equal(required({}), true);
    equal(required({ default: "x" }), false);
    equal(required({ bootstrap: true }), false);
    equal(required({ required: false }), false);
    equal(required({ default: "x", required: true }), true);
  });

  it("lets an entry's own words go before its group's", () => {
    const secret = resolveEntry(
      { name: "A", group: "keys", owner: "Me", rotationDays: 7, appKey: "k" },
      small,
    );
    deepEqual([secret.owner, secret.rotationDays, secret.appKey, secret.path], ["Me", 7, "k", "k"]);
  });
});
