import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { issuerOf, programRules, type Repository, syncRules, type TrustRule } from "../../access/trust";
import type { ResolvedCatalog } from "../../catalog/entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { buildJobCatalog, type JobTarget } from "../../sync/job-catalog";
import type { Repositories } from "../github/repositories";
import { reviewerIds } from "../github/reviewers";
import { ProgramAccess } from "./program-access";
import { ProgramEnvironments } from "./program-environments";

export interface TrustArgs {
  catalog: ResolvedCatalog;
  /** The stack's config: the carriers, the program's own repository, and the edition. */
  settings: Settings;
  /** Names of all stacks of the project: the program's jobs work on each. */
  stacks: readonly string[];
  /** Gives the ids of repositories, by which rules name them. */
  repositories: Repositories;
  /** Deployment environments: their ESC environments come before permissions on them. */
  deployments: readonly pulumi.Resource[];
  /** How GitHub is asked for the reviewers' ids. */
  invoke: pulumi.InvokeOptions;
}

/**
 * The trust in GitHub's jobs, and what the program's own jobs work with. An edition without teams has no token that is
 * worth less than a member's: then nobody is trusted, and preview warns.
 */
export function declareTrust(args: TrustArgs, opts: { parent: pulumi.Resource }): void {
  const { catalog, settings, stacks } = args;
  const { programRepository, edition } = settings;
  if (!EDITIONS_WITH_TEAMS.includes(edition)) {
    if (programRepository !== undefined && pulumi.runtime.isDryRun()) {
      void pulumi.log.warn(
        `trust: edition ${edition} has no team tokens, so the workflows of ${programRepository} get no token for preview, up and audit: run pulumi by hand, or have a larger edition`,
      );
    }
    return;
  }
  const asked = (name: string): AskedRepository => ({ name, id: args.repositories.idOf(name) });
  const byIdentity = settings.syncAuthentication === "oidc";
  const program =
    programRepository === undefined ? undefined : { repository: asked(programRepository), stacks };
  if (program !== undefined) {
    const after = { ...opts, dependsOn: [...args.deployments] };
    new ProgramAccess("program", { catalog, settings, stacks }, after);
    const reviewers = reviewerIds(settings.environmentReviewers ?? [], args.invoke);
    new ProgramEnvironments(program.repository.name, { branch: settings.branch, stacks, reviewers }, opts);
  }
  if (!byIdentity && program === undefined) return;
  const targets = byIdentity ? buildJobCatalog(catalog, settings).targets : [];
  const carriers = byIdentity ? settings.carriers.map(asked) : [];
  new IdentityTrust("github-actions", { settings, targets, carriers, program }, opts);
}

/** The longest life in seconds of a token that is traded for a job's identity: the jobs ask for less, or for this. */
const LONGEST_TOKEN_SECONDS = 3600;

/**
 * The property `thumbprints`, spelled so that the engine alone understands it. By its bare name the provider's own
 * framework takes the value of the state for one that was asked for, and previews `+thumbprints` until a refresh.
 */
const THUMBPRINTS = '["thumbprints"]';

/** A repository whose id GitHub is still being asked for. */
export interface AskedRepository {
  name: string;
  id: Promise<number>;
}

export interface IdentityTrustArgs {
  /** The stack's config: organizations, branch, and the thumbprints of a self-hosted GitHub. */
  settings: Settings;
  /** Deployment environments of the sync jobs, with their teams. None when the jobs use a stored token. */
  targets: readonly JobTarget[];
  /** Repositories whose sync workflow is trusted. */
  carriers: readonly AskedRepository[];
  /** The program's own repository, if its jobs are trusted, and the stacks they work on. */
  program: { repository: AskedRepository; stacks: readonly string[] } | undefined;
}

/**
 * Pulumi Cloud's trust in GitHub's jobs. `src/access/trust.ts` decides which job becomes what. One issuer for all of
 * them, because an organization registers each address once.
 */
export class IdentityTrust extends pulumi.ComponentResource {
  constructor(name: string, args: IdentityTrustArgs, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:esc:IdentityTrust", name, {}, opts);
    const { settings } = args;
    const thumbprints = settings.issuerThumbprints ?? [];
    new pulumiservice.OidcIssuer(
      name,
      {
        organization: settings.pulumiOrganization,
        name,
        url: issuerOf(settings.githubApiUrl),
        maxExpirationSeconds: LONGEST_TOKEN_SECONDS,
        policies: pulumi
          .output(rulesOf(args))
          .apply((all) => all.map((rule) => ({ ...rule, rules: { ...rule.rules } }))),
        ...(thumbprints.length === 0 ? {} : { thumbprints }),
      },
      // Left to the service, which notes the certificate it is served when the issuer is registered. A refresh reads
      // that into the inputs; not ignored, the next up would remove it.
      { parent: this, ignoreChanges: thumbprints.length === 0 ? [THUMBPRINTS] : [] },
    );
    this.registerOutputs({});
  }
}

async function rulesOf({ settings, targets, carriers, program }: IdentityTrustArgs): Promise<TrustRule[]> {
  const forSync = syncRules(settings, targets, await Promise.all(carriers.map(known)));
  if (program === undefined) return forSync;
  return [...forSync, ...programRules(settings, program.stacks, await known(program.repository))];
}

async function known({ name, id }: AskedRepository): Promise<Repository> {
  return { name, id: await id };
}
