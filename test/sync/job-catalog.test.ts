import { deepEqual, equal } from "node:assert/strict";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import { sophiaJob, sophiaSettings } from "./sophia-job";

const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: {
    tokens: { description: "", rotationDays: 1, owner: "o" },
    keys: { description: "", rotationDays: 1, owner: "o" },
  },
  secrets: [
    { name: "PULUMI_ACCESS_TOKEN", group: "tokens", bootstrap: true },
    { name: "Z_KEY", group: "keys", environments: ["production"], default: "d", pulumiConfig: "a:z" },
    {
      name: "A_KEY",
      group: "keys",
      aliases: ["B_KEY"],
      path: "deep.a",
      appKeyAliases: ["b"],
      format: "number",
    },
  ],
};

describe("what the sync job is told", () => {
  it("is every secret but the pipeline's own, by name, with its places and rules", () => {
    const { secrets } = buildJobCatalog(resolveCatalog(CATALOG), sophiaSettings());
    const environments = ["staging", "production"];
    deepEqual(secrets, [
      {
        name: "A_KEY",
        aliases: ["B_KEY"],
        group: "keys",
        paths: ["deep.a", "b"],
        environments,
        required: true,
        format: "number",
      },
      {
        name: "Z_KEY",
        aliases: [],
        group: "keys",
        paths: ["z_key"],
        environments: ["production"],
        required: false,
        format: "text",
        default: "d",
        pulumiConfig: "a:z",
      },
    ]);
  });

  it("names each environment's team, ledger and values environments", () => {
    const { targets } = buildJobCatalog(resolveCatalog(CATALOG), sophiaSettings());
    deepEqual(targets[1], {
      environment: "production",
      team: "sophia-ai-production-sync",
      ledger: "default/sophia-ai-production-ledger",
      groups: { keys: "default/sophia-ai-production-keys", tokens: "default/sophia-ai-production-tokens" },
    });
  });

  it("is Pulumi's own address unless the stack's config names another", () => {
    equal(sophiaJob().pulumiApiUrl, "https://api.pulumi.com");
    const own = sophiaSettings({ pulumiApiUrl: "https://pulumi.example.com/" });
    equal(sophiaJob({}, own).pulumiApiUrl, "https://pulumi.example.com");
  });

  it("gives no two secrets of Sophia one place", () => {
    const { secrets } = sophiaJob();
    const places = secrets.flatMap((secret) => secret.paths);
    equal(new Set(places).size, places.length);
    equal(secrets.length >= 40, true);
  });
});
