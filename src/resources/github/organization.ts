import { readFileSync } from "node:fs";
import type * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { oversightOf } from "../../access/oversight";
import { otherSecretsOf, repositoriesWithAccess, type Spread, spreadSecrets } from "../../catalog/carriers";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { organizationSlots } from "../../catalog/slots";
import type { Runtimes } from "../../loaders/generator/render-application";
import { carrierCatalog } from "../../sync/job-catalog";
import { programErrors } from "../diagnostics";
import { declareAuditExport } from "../esc/oversight";
import { declareTrust } from "../identity/declare-trust";
import type { IssuerPlan } from "../identity/issuer-plan";
import type { StackState } from "../stack-state";
import { ApplicationFile } from "./application-file";
import { Carrier } from "./carrier";
import type { GitHubSecrets } from "./github-secrets";
import type { Leftovers } from "./leftovers";
import { OrganizationSecret } from "./organization-secret";
import type { Repositories } from "./repositories";
import type { SecretGuards } from "./secret-guards";
import { warnOfAlertWebhook } from "./warn-of-alert-webhook";
import { type DeclaredSecret, warnOfDrift } from "./warn-of-drift";
import { warnOfProtection } from "./warn-of-protection";

/** The sync job's code, built by `make bundle`. */
const BUNDLE = "dist/sync_secrets.cjs";

export interface OrganizationArgs {
  catalog: ResolvedCatalog;
  /** The catalog's entries with every default filled in. */
  secrets: readonly ResolvedEntry[];
  /** The stack's config. */
  settings: Settings;
  /** Names of all stacks of the project, whose deployments are trusted. */
  stacks: readonly string[];
  /** UTC: YYYY-MM-DD. A secret that is due by then is not declared any more. */
  today: string;
  /** Values that entries take from the stack's config, by entry name: secret. */
  values: pulumi.Output<Record<string, string>>;
  /** The hooks that keep every run from overwriting or deleting a value. */
  guards: SecretGuards;
  /** What GitHub holds. */
  inGitHub: GitHubSecrets;
  /** Secrets that stay where their entries were before. */
  leftovers: Promise<Leftovers>;
  /** Deployment environments of this stack: the sync writes to them, so they come first. */
  deployments: readonly pulumi.Resource[];
  /** The loaders' code, which files of applications include. */
  runtimes: Runtimes;
  /** The provider that GitHub is asked through. */
  provider: github.Provider;
  /** Repositories of the organization. */
  repositories: Repositories;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
  /** The issuer of GitHub's identities; undefined when there is none to declare. */
  issuer: Promise<IssuerPlan | undefined>;
  /** The hooks that keep what others have at that issuer. */
  trustGuard: pulumi.ResourceHookBinding;
}

/** The organization-wide objects, which one stack owns: secrets, files of carriers and applications, trust in jobs. */
export class Organization extends pulumi.ComponentResource {
  /** `owner/repository/.github/workflows/sync_secrets.yml` of each carrier. */
  readonly workflows: pulumi.Output<string[]>;
  /** When everything below it is declared. */
  readonly whole: Promise<unknown>;

  private readonly repositories: Repositories;

  /** @param owner GitHub organization. */
  constructor(
    private readonly owner: string,
    private readonly args: OrganizationArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:Organization", owner, {}, opts);
    const { settings } = args;
    this.repositories = args.repositories;
    const shards = shardsOf({ ...args, carriers: settings.carriers });
    const declared = this.declareSecrets(shards);
    this.declareLeftovers();
    if (pulumi.runtime.isDryRun()) this.warn(declared);
    const carriers = this.declareCarriers(shards);
    this.declareApplications();
    if (oversightOf(settings).auditExport) declareAuditExport(settings, { parent: this });
    this.whole = declareTrust({ ...args, invoke: { provider: args.provider } }, { parent: this });
    this.workflows = pulumi
      .all(carriers.map((carrier) => carrier.workflow.repository))
      .apply((all) => all.map((repository) => `${owner}/${repository}/${WORKFLOW_PATH}`));
    this.registerOutputs({ workflows: this.workflows });
  }

  private declareSecrets(shards: Promise<Shards>): DeclaredSecret[] {
    const { secrets, today, guards, values } = this.args;
    return organizationSlots(secrets, today).map((slot) => {
      const repositoryIds = heldBack(
        shards.then((all) =>
          Promise.all(repositoriesWithAccess(slot.secret, all).map((name) => this.repositories.idOf(name))),
        ),
      );
      // `readStack` has checked that config holds it.
      const fromConfig = values.apply((all) => all[slot.secret.name] ?? "");
      const value = slot.secret.value === "config" ? fromConfig : undefined;
      return {
        slot,
        resource: new OrganizationSecret({ slot, guards, repositoryIds, value }, { parent: this }),
      };
    });
  }

  private declareLeftovers(): void {
    const { guards, leftovers } = this.args;
    void leftovers.then(({ organization }) => {
      for (const { slot, hasRepositories } of organization)
        new OrganizationSecret(
          { slot, guards, repositoryIds: [], value: undefined, leftover: { hasRepositories } },
          { parent: this },
        );
    });
  }

  private declareCarriers(shards: Promise<Shards>): Carrier[] {
    const { catalog, settings, deployments } = this.args;
    const bundle = readFileSync(BUNDLE, "utf8");
    // After the deployment environments: the push of the files starts a run, which writes to them.
    const after = { parent: this, dependsOn: [...deployments] };
    return settings.carriers.map((repository) => {
      const job = heldBack(shards.then((all) => carrierCatalog(catalog, settings, all, repository)));
      return new Carrier(repository, { job, settings, bundle }, after);
    });
  }

  private declareApplications(): void {
    const { catalog, settings, runtimes } = this.args;
    for (const application of catalog.applications)
      new ApplicationFile(application, { catalog, settings, runtimes }, { parent: this });
  }

  private warn(declared: readonly DeclaredSecret[]): void {
    const { secrets, settings, inGitHub } = this.args;
    void warnOfDrift({ declared, secrets, owner: this.owner, carriers: settings.carriers, inGitHub });
    void warnOfAlertWebhook(this.args.catalog, settings, inGitHub);
    void this.repositories.warnOfBranch(settings.carriers, settings.branch);
    void warnOfProtection(settings, { provider: this.args.provider });
  }
}

/** The resources that wait for it report its error. Until they do, Node would take it for unhandled and end the run. */
function heldBack<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}

/** Names of the entries that each carrier syncs, by carrier. */
type Shards = Spread["shards"];

/** What the spread of the secrets depends on. */
interface ShardOptions extends Pick<OrganizationArgs, "secrets" | "today" | "inGitHub"> {
  carriers: readonly string[];
}

/**
 * Which carrier syncs which secret. One carrier syncs all, and then an `up` asks GitHub nothing. Several share what
 * other people's secrets leave free.
 *
 * @throws pulumi.RunError with the number of carriers that would do, when the secrets do not fit.
 */
async function shardsOf(options: ShardOptions): Promise<Shards> {
  const { secrets, carriers, today } = options;
  const needed = carriers.length > 1 || pulumi.runtime.isDryRun();
  const crowd = needed ? await crowdFor(options) : undefined;
  const { shards, problems } = spreadSecrets(secrets, carriers, today, crowd);
  if (problems.length === 0) return shards;
  throw programErrors("The sync could not carry all secrets", problems);
}

async function crowdFor({ secrets, carriers, inGitHub }: ShardOptions) {
  const listed = inGitHub.ofOrganization();
  const readable = carriers.map(async (each) => [each, await inGitHub.readableBy(each)] as const);
  return otherSecretsOf(secrets, Object.fromEntries(await Promise.all(readable)), await listed);
}
