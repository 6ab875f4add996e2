import { oversightOf } from "../access/oversight";
import { pathsOf } from "../catalog/checks/check-keys";
import type { FormerName, ResolvedCatalog, ResolvedEntry } from "../catalog/entry";
import type { FormatName } from "../catalog/formats";
import { ledgerEnvironment, pathOf, syncTeam, valuesEnvironment } from "../catalog/layout";
import type { Settings } from "../catalog/settings";

/** One secret, as far as the job needs to know it. */
export interface JobSecret {
  /** GitHub name and the name of its environment variable. */
  name: string;
  aliases: readonly string[];
  group: string;
  /** Paths in ESC below the root key: the value's own, then those that refer to it. */
  paths: readonly string[];
  environments: readonly string[];
  required: boolean;
  format: FormatName;
  default?: string;
  /** Config key under which Pulumi programs that import the environment find it. */
  pulumiConfig?: string;
  /** Day from which on it leaves ESC, UTC: YYYY-MM-DD. */
  tombstone?: string;
  /** Set on that day, by `catalogOn`. */
  due?: true;
  /** The name it had: an alias, one of its paths where that is the name's own, and a variable, until its day comes. */
  former?: { name: string; path?: string; tombstone?: string; due?: true };
}

/** One environment's places in Pulumi Cloud. */
export interface JobTarget {
  environment: string;
  team: string;
  ledger: string;
  /** Values environment of each group. */
  groups: Record<string, string>;
  /** Whether a rule lets the job only propose their values. */
  approvals?: true;
}

/** All that the sync job knows of the catalog and the stack's config; plain data, the same whatever the catalog's order. */
export interface JobCatalog {
  pulumiOrganization: string;
  pulumiApiUrl: string;
  appRoot: string;
  syncAuthentication: "oidc" | "token";
  targets: readonly JobTarget[];
  secrets: readonly JobSecret[];
  /** Most values of one environment that a run may replace at once; without it the job's own rule holds. */
  changeLimit?: number;
  /** The carrier, where several share the secrets. */
  shard?: string;
}

const PULUMI_CLOUD = "https://api.pulumi.com";

/**
 * What the job of one carrier is told.
 *
 * @param shard the carrier, where several share the secrets; the catalog is then its part.
 */
export function buildJobCatalog(catalog: ResolvedCatalog, settings: Settings, shard?: string): JobCatalog {
  const groups = Object.keys(catalog.groups).sort();
  const { approvals } = oversightOf(settings);
  return {
    pulumiOrganization: settings.pulumiOrganization,
    pulumiApiUrl: settings.pulumiApiUrl ?? PULUMI_CLOUD,
    appRoot: settings.appRoot,
    syncAuthentication: settings.syncAuthentication,
    ...(catalog.changeLimit === undefined ? {} : { changeLimit: catalog.changeLimit }),
    ...(shard === undefined ? {} : { shard }),
    targets: catalog.environments.map((deployment) => ({
      environment: deployment,
      team: syncTeam(settings, deployment),
      ledger: pathOf(ledgerEnvironment(settings, deployment)),
      groups: Object.fromEntries(
        groups.map((group) => [group, pathOf(valuesEnvironment(settings, deployment, group))]),
      ),
      ...(approvals && settings.environments.includes(deployment) ? { approvals: true as const } : {}),
    })),
    secrets: catalog.entries.filter((secret) => !secret.bootstrap).map(jobSecret),
  };
}

/** The same for one carrier, given which of them syncs which secret. */
export function carrierCatalog(
  catalog: ResolvedCatalog,
  settings: Settings,
  shards: Readonly<Record<string, ReadonlySet<string>>>,
  repository: string,
): JobCatalog {
  const entries = catalog.entries.filter(({ name }) => shards[repository]?.has(name));
  const shard = settings.carriers.length > 1 ? repository : undefined;
  return buildJobCatalog({ ...catalog, entries }, settings, shard);
}

function jobSecret(secret: ResolvedEntry): JobSecret {
  const { renamedFrom, tombstone } = secret;
  return {
    name: secret.name,
    aliases: [...secret.aliases, ...(renamedFrom === undefined ? [] : [renamedFrom.name])],
    group: secret.group,
    paths: pathsOf(secret),
    environments: secret.environments,
    required: secret.required,
    format: secret.format,
    ...(secret.default === undefined ? {} : { default: secret.default }),
    ...(secret.pulumiConfig === undefined ? {} : { pulumiConfig: secret.pulumiConfig }),
    ...(tombstone === undefined ? {} : { tombstone }),
    ...(renamedFrom === undefined ? {} : { former: jobFormer(renamedFrom) }),
  };
}

function jobFormer({ name, key, tombstone }: FormerName): NonNullable<JobSecret["former"]> {
  return {
    name,
    ...(key === undefined ? {} : { path: key }),
    ...(tombstone === undefined ? {} : { tombstone }),
  };
}
