import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { WORKFLOW_PATH } from "../../secrets/layout";
import type { Settings } from "../../secrets/settings";
import { organizationSlots } from "../../secrets/slots";
import { carriersOf } from "../../secrets/targets";
import { buildJobCatalog } from "../sync/job-catalog";
import { Carrier } from "./carrier";
import { Repositories } from "./repositories";
import { shardsOf } from "./shards";
import { Slot } from "./slot";
import type { SlotRules } from "./slot-rules";
import { SyncTrust } from "./sync-trust";
import { type DeclaredSlot, warnOfDrift } from "./warn-of-drift";

/** The organization-wide objects, owned by one stack: a slot per secret, the carriers' files, the trust in their jobs. */
export class Organization extends pulumi.ComponentResource {
  /** `owner/repository/.github/workflows/sync_secrets.yml` of each carrier. */
  readonly workflows: pulumi.Output<string[]>;

  constructor(
    name: string,
    args: {
      settings: Settings;
      catalog: Catalog;
      bundle: string;
      stages: readonly pulumi.Resource[];
      rules: SlotRules;
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:Organization", name, {}, opts);
    const { settings, catalog } = args;
    const { guards, today, values, inGitHub } = args.rules;
    const secrets = resolveCatalog(catalog);
    const repositories = new Repositories(settings.githubOrganization, { parent: this });
    const shards = shardsOf({ secrets, carriers: settings.carriers, today, inGitHub, repositories });
    const slots: DeclaredSlot[] = [];
    for (const slot of organizationSlots(secrets, today)) {
      const repositoryIds = shards.then((all) => {
        const readers = new Set([...carriersOf(slot.secret, all), ...slot.secret.repositories]);
        return Promise.all([...readers].sort().map((reader) => repositories.idOf(reader)));
      });
      const value = slot.secret.value === "config" ? valueIn(values, slot.secret.name) : undefined;
      slots.push({ slot, resource: new Slot({ slot, guards, repositoryIds, value }, { parent: this }) });
    }
    if (pulumi.runtime.isDryRun()) void warnOfDrift(slots, secrets, inGitHub);

    const shard = (repository: string) => (settings.carriers.length > 1 ? repository : undefined);
    // After the stages: the push of the files starts a run, which writes to them.
    const after = { parent: this, dependsOn: [...args.stages] };
    const carriers = settings.carriers.map((repository) => {
      const job = shards.then((all) =>
        buildJobCatalog(shardOf(catalog, all[repository]), settings, shard(repository)),
      );
      return new Carrier(repository, { job, settings, bundle: args.bundle }, after);
    });
    if (settings.syncAuthentication === "oidc") {
      const { targets } = buildJobCatalog(catalog, settings);
      const identified = settings.carriers.map((repository) => ({
        repository,
        id: repositories.idOf(repository),
      }));
      new SyncTrust("github-actions", { settings, targets, carriers: identified }, { parent: this });
    }
    this.workflows = pulumi
      .all(carriers.map((carrier) => carrier.workflow.repository))
      .apply((all) =>
        all.map((repository) => `${settings.githubOrganization}/${repository}/${WORKFLOW_PATH}`),
      );
    this.registerOutputs({ workflows: this.workflows });
  }
}

/** `readStack` has checked that it is there. */
function valueIn(values: pulumi.Output<Record<string, string>>, name: string): pulumi.Output<string> {
  return values.apply((all) => all[name] ?? "");
}

/** The catalog as one carrier's job knows it. */
function shardOf(catalog: Catalog, names: ReadonlySet<string> = new Set()): Catalog {
  return { ...catalog, secrets: catalog.secrets.filter(({ name }) => names.has(name)) };
}
