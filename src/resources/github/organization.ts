import * as pulumi from "@pulumi/pulumi";
import { oversightOf } from "../../access/oversight";
import { otherSecretsOf, readersOf, type Spread, spreadSecrets } from "../../catalog/carriers";
import { type Catalog, type ResolvedEntry, resolveCatalog } from "../../catalog/entry";
import { WORKFLOW_PATH } from "../../catalog/layout";
import { organizationSlots } from "../../catalog/slots";
import { describeProblems } from "../../errors";
import { carrierCatalog } from "../../sync/job-catalog";
import type { DeploymentEnvironment } from "../esc/deployment-environment";
import { declareAuditExport } from "../esc/oversight";
import { declareTrust } from "../identity/declare-trust";
import type { StackSettings } from "../stack-settings";
import { Carrier, Repositories, warnOfBranch } from "./carrier";
import type { GitHubSecrets } from "./github-secrets";
import { Slot } from "./organization-secret";
import type { SlotRules } from "./secret-guards";
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
      stages: readonly DeploymentEnvironment[];
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

/** Names of the entries that each carrier syncs, by carrier. */
export type Shards = Spread["shards"];

/** What the spread of the secrets depends on. */
export interface ShardOptions {
  secrets: readonly ResolvedEntry[];
  carriers: readonly string[];
  today: string;
  inGitHub: GitHubSecrets;
  owner: string;
}

/**
 * Which carrier syncs which secret. One carrier syncs all, and in an `up` GitHub is not asked for that; several share
 * what other people's secrets leave free.
 *
 * @throws pulumi.RunError with the number of carriers that would do, when they do not fit.
 */
export async function shardsOf(options: ShardOptions): Promise<Shards> {
  const { secrets, carriers, today } = options;
  const needed = carriers.length > 1 || pulumi.runtime.isDryRun();
  const crowd = needed ? await crowdFor(options) : undefined;
  const { shards, problems } = spreadSecrets(secrets, carriers, today, crowd);
  if (problems.length === 0) return shards;
  throw new pulumi.RunError(describeProblems("The sync could not carry all secrets", problems));
}

async function crowdFor({ secrets, carriers, inGitHub, owner }: ShardOptions) {
  const listed = inGitHub.ofOrganization();
  const readable = carriers.map(
    async (each) => [each, await inGitHub.readableBy(`${owner}/${each}`)] as const,
  );
  return otherSecretsOf(secrets, Object.fromEntries(await Promise.all(readable)), await listed);
}
