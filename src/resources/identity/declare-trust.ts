import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { issuerSeconds, longestTokenSeconds } from "../../access/token-lifetimes";
import {
  issuerOf,
  programRules,
  type Repository,
  syncRules,
  type TrustRule,
  undeclaredRules,
} from "../../access/trust";
import type { ResolvedCatalog } from "../../catalog/entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { messageOf } from "../../errors";
import { buildJobCatalog, type JobTarget } from "../../sync/job-catalog";
import type { AskedOrganization } from "../access/open-organization";
import { inform, programError, warn } from "../diagnostics";
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
  /** Pulumi Cloud, asked for the rules that an issuer has already; undefined when there is no token for it. */
  organization: AskedOrganization | undefined;
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
      void warn({
        code: "trust-without-teams",
        subject: "config edition",
        cause: `${edition} has no team tokens, so the workflows of ${programRepository} get no token for preview, up and audit`,
        remedy: "run pulumi by hand, or use a larger edition",
      });
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
  const { organization } = args;
  new IdentityTrust("github-actions", { settings, targets, carriers, program, organization }, opts);
}

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
  /** Pulumi Cloud, asked for the rules that the issuer has already; undefined when there is no token for it. */
  organization: AskedOrganization | undefined;
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
    const trust = pulumi.output(
      rulesOf(args).then(async (rules) => ({ rules, seconds: await lifetimeOf(args, rules) })),
    );
    new pulumiservice.OidcIssuer(
      name,
      {
        organization: settings.pulumiOrganization,
        name,
        url: issuerOf(settings.githubApiUrl),
        maxExpirationSeconds: trust.seconds,
        policies: trust.rules.apply((all) => all.map((rule) => ({ ...rule, rules: { ...rule.rules } }))),
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

/**
 * The issuer's limit, which someone else's rules may share.
 *
 * @throws pulumi.RunError when Pulumi Cloud does not say which rules the issuer has: a limit that is too short would
 *   end someone else's jobs. A preview says so instead: the token of a pull request's preview may not ask.
 */
async function lifetimeOf(
  { settings, organization }: IdentityTrustArgs,
  declared: readonly TrustRule[],
): Promise<number> {
  const needed = longestTokenSeconds(settings);
  if (organization === undefined) return needed;
  const url = issuerOf(settings.githubApiUrl);
  try {
    const issuer = (await organization.issuers()).find((each) => each.url === url);
    if (issuer === undefined) return needed;
    const othersRules = undeclaredRules(declared, await organization.rulesOf(issuer)).length;
    return issuerSeconds(needed, { seconds: issuer.maxExpiration, othersRules });
  } catch (error) {
    const cause = `whether others have rules at ${url} is unknown (${messageOf(error)}), and their jobs may need longer tokens than ${needed} s`;
    const remedy = "run again with a token of an administrator of the organization";
    const problem = { code: "trust-unknown", subject: "trust in GitHub's identities", cause, remedy };
    if (!pulumi.runtime.isDryRun()) throw programError(problem);
    await inform(problem);
    return needed;
  }
}

async function known({ name, id }: AskedRepository): Promise<Repository> {
  return { name, id: await id };
}
