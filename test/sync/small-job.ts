import type { JobCatalog, JobSecret } from "../../src/sync/job-catalog";
import { ORG } from "../pulumi-cloud/cloud-fixture";

export const GROUPS = { "api-keys": "default/app-api-keys", databases: "default/app-databases" };
export const LEDGER = "default/app-ledger";
export const API_KEYS = GROUPS["api-keys"];
export const DATABASES = GROUPS.databases;

/** A secret of the job, required and of any format unless told otherwise. */
export function jobSecret(name: string, change: Partial<JobSecret> = {}): JobSecret {
  return {
    name,
    aliases: [],
    group: "api-keys",
    paths: [name.toLowerCase()],
    environments: ["production"],
    required: true,
    format: "text",
    ...change,
  };
}

/** A job for one environment, `production`, in two groups. */
export function jobCatalog(secrets: readonly JobSecret[], change: Partial<JobCatalog> = {}): JobCatalog {
  return {
    pulumiOrganization: ORG,
    pulumiApiUrl: "http://127.0.0.1:9",
    appRoot: "sophia",
    syncAuthentication: "token",
    targets: [{ environment: "production", team: "app-production-sync", ledger: LEDGER, groups: GROUPS }],
    secrets,
    ...change,
  };
}
