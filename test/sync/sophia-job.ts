import { catalog } from "../../secrets/catalog";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { buildJobCatalog, type JobCatalog } from "../../src/sync/job-catalog";

/** Sophia's settings, as its stacks have them. */
export function sophiaSettings(change: Record<string, string> = {}): Settings {
  const { settings, problems } = parseSettings({
    githubOrganization: "ai-cherry",
    pulumiOrganization: "scoobyjava-org",
    application: "sophia-ai",
    appRoot: "sophia",
    environments: '["production"]',
    organizationStack: "production",
    carriers: '["sophia-main"]',
    ...change,
  });
  if (settings === undefined) throw new Error(JSON.stringify(problems));
  return settings;
}

/** What Sophia's carriers are told. @param change of the catalog, such as another order. */
export function sophiaJob(change: Partial<Catalog> = {}, settings = sophiaSettings()): JobCatalog {
  return buildJobCatalog(resolveCatalog({ ...catalog, ...change }), settings);
}
