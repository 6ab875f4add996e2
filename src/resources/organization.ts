import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { WORKFLOW_PATH } from "../../secrets/layout";
import { oversightOf } from "../../secrets/oversight";
import { organizationSlots } from "../../secrets/slots";
import { readersOf } from "../../secrets/targets";
import { carrierCatalog } from "../sync/job-catalog";
import { declareAuditExport } from "./audit-export";
import { Carrier } from "./carrier";
import { declareTrust } from "./declare-trust";
import { Repositories } from "./repositories";
import { shardsOf } from "./shards";
import { Slot } from "./slot";
import type { SlotRules } from "./slot-rules";
import type { StackSettings } from "./stack-settings";
import type { Stage } from "./stage";
import { warnOfBranch } from "./warn-of-branch";
import { type DeclaredSlot, warnOfDrift } from "./warn-of-drift";

/** The organization-wide objects, owned by one stack: a slot per secret, the carriers' files, the trust in their jobs. */
export class Organization extends pulumi.ComponentResource {
  /** `owner/repository/.github/workflows/sync_secrets.yml` of each carrier. */
  readonly workflows: pulumi.Output<string[]>;

  constructor(
    name: string,
    args: {
      settings: StackSettings;
      catalog: Catalog;
      bundle: string;
      stages: readonly Stage[];
      rules: SlotRules;
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:Organization", name, {}, opts);
    const { settings, catalog } = args;
    const { guards, today, values, inGitHub, newNames } = args.rules;
    const ledgers = args.stages.map((stage) => stage.ledger);
    newNames.trust(settings.environments, ledgers);
    const secrets = resolveCatalog(catalog);
    const repositories = new Repositories(settings.githubOrganization, { parent: this });
    const owner = settings.githubOrganization;
    const shards = shardsOf({ secrets, carriers: settings.carriers, today, inGitHub, owner });
    const slots: DeclaredSlot[] = [];
    for (const slot of organizationSlots(secrets, today)) {
      const repositoryIds = heldBack(
        shards.then((all) =>
          Promise.all(readersOf(slot.secret, all).map((reader) => repositories.idOf(reader))),
        ),
      );
      const value = slot.secret.value === "config" ? valueIn(values, slot.secret.name) : undefined;
      slots.push({ slot, resource: new Slot({ slot, guards, repositoryIds, value }, { parent: this }) });
    }
    if (pulumi.runtime.isDryRun()) {
      const names = settings.carriers.map((name) => `${owner}/${name}`);
      void warnOfDrift(slots, secrets, inGitHub, names);
      void warnOfBranch(owner, settings.carriers, settings.branch, repositories);
    }

    // After the stages: the push of the files starts a run, which writes to them.
    const after = { parent: this, dependsOn: [...args.stages] };
    const carriers = settings.carriers.map((repository) => {
      const job = heldBack(shards.then((all) => carrierCatalog(catalog, settings, all, repository)));
      return new Carrier(repository, { job, settings, bundle: args.bundle }, after);
    });
    const { invoke } = args.rules;
    if (oversightOf(settings).auditExport) declareAuditExport(settings, { parent: this });
    declareTrust(catalog, settings, { repositories, stages: args.stages, invoke }, { parent: this });
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

/** The resources that wait for it tell its error; until they look, Node would take it for nobody's and end the run. */
function heldBack<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
