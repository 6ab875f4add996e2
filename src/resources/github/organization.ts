import type * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type * as pulumiservice from "@pulumi/pulumiservice";
import { oversightOf } from "../../access/oversight";
import { repositoriesWithAccess } from "../../catalog/carriers";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { organizationSlots } from "../../catalog/slots";
import { declareAuditExport } from "../esc/oversight";
import { declareTrust } from "../identity/declare-trust";
import type { IssuerPlan } from "../identity/issuer-plan";
import type { StackState } from "../stack-state";
import { ApplicationFile } from "./application-file";
import { Carrier } from "./carrier";
import type { DeclaredFile } from "./declared-files";
import type { GitHubSecrets } from "./github-secrets";
import type { Leftovers } from "./leftovers";
import { OrganizationSecret } from "./organization-secret";
import type { PullRequests } from "./pull-requests";
import type { Repositories } from "./repositories";
import type { SecretGuards } from "./secret-guards";
import { heldBack, type Shards } from "./shards";
import { warnOfAlertWebhook } from "./warn-of-alert-webhook";
import { type DeclaredSecret, warnOfDrift } from "./warn-of-drift";
import { askingOf, warnOfProtection } from "./warn-of-protection";
import { warnOfSizes } from "./warn-of-sizes";

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
  deployments: readonly (pulumi.Resource & { name: string; ledger: pulumiservice.Environment })[];
  /** Which carrier syncs what. */
  shards: Promise<Shards>;
  /** Files that the stack keeps current in repositories. */
  files: readonly DeclaredFile[];
  /** Those of them that people merge. */
  pullRequests: PullRequests;
  /** The provider that GitHub is asked through. */
  provider: github.Provider;
  /** Repositories of the organization. */
  repositories: Repositories;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
  /** The issuers to declare: GitHub's, and those of Kubernetes clusters. */
  issuers: Promise<readonly IssuerPlan[]>;
  /** The hooks that keep what others have at an issuer. */
  trustGuard: pulumi.ResourceHookBinding;
}

/** The component's type in the state. */
export const ORGANIZATION = "sophia-secrets:github:Organization";

/** The organization-wide objects, which one stack owns: secrets, files of carriers and applications, trust in jobs. */
export class Organization extends pulumi.ComponentResource {
  /** `owner/repository/.github/workflows/sync_secrets.yml` of each carrier. */
  readonly workflows: pulumi.Output<string[]>;
  /** When everything below it is declared: components that hold a record and no resource. */
  readonly whole: Promise<readonly pulumi.ComponentResource[]>;

  private readonly repositories: Repositories;

  /** @param owner GitHub organization. */
  constructor(
    private readonly owner: string,
    private readonly args: OrganizationArgs,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(ORGANIZATION, owner, {}, opts);
    const { settings, files, shards } = args;
    this.repositories = args.repositories;
    const declared = this.declareSecrets(shards);
    this.declareLeftovers();
    if (pulumi.runtime.isDryRun()) this.warn(declared);
    const carriers = this.declareFiles(files);
    if (oversightOf(settings).auditExport) declareAuditExport(settings, { parent: this });
    this.whole = declareTrust({ ...args, invoke: { provider: args.provider } }, { parent: this });
    this.workflows = pulumi
      .all(carriers.map(({ repository }) => repository))
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

  private declareFiles(files: readonly DeclaredFile[]): Carrier[] {
    const { settings, deployments, state, provider, pullRequests } = this.args;
    const context = { state, asking: askingOf(this.owner, { provider }) };
    // After the deployment environments: the push of the files starts a run, which writes to them.
    const after = { parent: this, dependsOn: [...deployments] };
    const carriers = settings.carriers.map((repository) => {
      const own = files.filter((file) => file.of === "carrier" && file.repository === repository);
      return new Carrier(repository, { ...context, files: own, settings }, after);
    });
    for (const file of files)
      if (file.of !== "carrier") new ApplicationFile(file.of.application, file, context, { parent: this });
    pullRequests.declare(after);
    return carriers;
  }

  private warn(declared: readonly DeclaredSecret[]): void {
    const { secrets, settings, inGitHub } = this.args;
    void warnOfDrift({ declared, secrets, owner: this.owner, carriers: settings.carriers, inGitHub });
    void warnOfAlertWebhook(this.args.catalog, settings, inGitHub);
    void warnOfSizes(this.args);
    void this.repositories.warnOfBranch(settings.carriers, settings.branch);
    void warnOfProtection(settings, { provider: this.args.provider });
  }
}
