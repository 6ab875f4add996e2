import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { GITHUB_ISSUER } from "../../access/issuers";
import type { FoundRule } from "../../access/trust-of-others";
import type { ResolvedCatalog } from "../../catalog/entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { warn } from "../diagnostics";
import { reviewerIds } from "../github/reviewers";
import { StandingEnvironments } from "../github/standing-environments";
import type { StackState } from "../stack-state";
import { IDENTITY_TRUST, type IssuerPlan, WRITTEN_TRUST } from "./issuer-plan";
import { ProgramAccess } from "./program-access";
import { declareProgramEnvironments } from "./program-environments";

export interface TrustArgs {
  catalog: ResolvedCatalog;
  /** The stack's config: the carriers, the program's own repository, and the edition. */
  settings: Settings;
  /** Names of all stacks of the project: the program's jobs work on each. */
  stacks: readonly string[];
  /** Deployment environments: their ESC environments come before permissions on them. */
  deployments: readonly pulumi.Resource[];
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
  /** How GitHub is asked for the reviewers' ids, and for environments that exist. */
  invoke: pulumi.InvokeOptions;
  /** The issuers to declare: GitHub's, and those of Kubernetes clusters. */
  issuers: Promise<readonly IssuerPlan[]>;
  /** The hooks that keep what others have at an issuer. */
  trustGuard: pulumi.ResourceHookBinding;
}

/**
 * The trust in GitHub's jobs, and what the program's own jobs work with. An edition without teams has no token that is
 * worth less than a member's: then nobody is trusted, and preview warns.
 *
 * @returns when everything is declared, for some of it waits for what GitHub and Pulumi Cloud have: components that hold a
 *   record and no resource.
 * @throws pulumi.RunError when GitHub does not tell which of the program's environments exist.
 */
export async function declareTrust(
  args: TrustArgs,
  opts: { parent: pulumi.Resource },
): Promise<pulumi.ComponentResource[]> {
  const { catalog, settings, stacks, issuers, trustGuard } = args;
  const { programRepository, edition } = settings;
  // In a promise, because the option `import` is not an input. Everything else of the stack waits for the same answer.
  const trusted = issuers.then(
    (plans) => plans.map((plan) => new IdentityTrust(settings, plan, trustGuard, opts).written),
    () => [], // Whoever waits for it reports it.
  );
  if (!EDITIONS_WITH_TEAMS.includes(edition)) {
    if (programRepository !== undefined && pulumi.runtime.isDryRun()) {
      void warn({
        code: "trust-without-teams",
        subject: "config edition",
        cause: `${edition} has no team tokens, so the workflows of ${programRepository} get no token for preview, up and audit`,
        remedy: "run pulumi by hand, or use a larger edition",
      });
    }
    return trusted;
  }
  if (programRepository !== undefined) {
    const after = { ...opts, dependsOn: [...args.deployments] };
    new ProgramAccess("program", { catalog, settings, stacks }, after);
    const reviewers = reviewerIds(settings, args.invoke);
    const standing = args.state.then((state) => new StandingEnvironments(settings, state, args.invoke));
    const { branch } = settings;
    await declareProgramEnvironments(programRepository, { branch, stacks, reviewers }, standing, opts);
  }
  return trusted;
}

/**
 * The property `thumbprints`, spelled so that the engine alone understands it. By its bare name the provider's own
 * framework takes the value of the state for one that was asked for, and previews `+thumbprints` until a refresh.
 */
const THUMBPRINTS = '["thumbprints"]';

/**
 * Pulumi Cloud's trust in the identities of one issuer. `src/access/issuers.ts` decides which identity becomes what. One
 * issuer for all of GitHub's jobs, and one for each cluster, because an organization registers each address once; others
 * may have rules there, which stay.
 */
export class IdentityTrust extends pulumi.ComponentResource {
  /** The record of the rules that stand. */
  readonly written: pulumi.ComponentResource;

  /** @param guard the hooks that keep what others have at the issuer. */
  constructor(
    settings: Pick<Settings, "pulumiOrganization" | "issuerThumbprints">,
    plan: IssuerPlan,
    guard: pulumi.ResourceHookBinding,
    opts: pulumi.ComponentResourceOptions,
  ) {
    // As inputs for the policy pack, which sees no outputs before the issuer is written; as outputs for the next run.
    super(IDENTITY_TRUST, plan.resource, { rules: plan.recordedFirst }, opts);
    // The config names the certificate of GitHub's server. A cluster's is noted by the service.
    const thumbprints = plan.resource === GITHUB_ISSUER ? (settings.issuerThumbprints ?? []) : [];
    // Before the issuer: what is recorded and does not stand harms nobody, and the other way round it would stay.
    this.registerOutputs({ rules: plan.recordedFirst });
    const issuer = new pulumiservice.OidcIssuer(
      plan.resource,
      {
        organization: settings.pulumiOrganization,
        name: plan.name,
        url: plan.url,
        maxExpirationSeconds: plan.seconds,
        policies: plan.rules.map(sendable),
        ...(thumbprints.length === 0 ? {} : { thumbprints }),
      },
      {
        parent: this,
        hooks: guard,
        ...(plan.importId === undefined ? {} : { import: plan.importId }),
        // Thumbprints are left to the service, which notes the certificate it is served when the issuer is registered. A
        // refresh reads that into the inputs; not ignored, the next up would remove it.
        ignoreChanges: [
          ...(thumbprints.length === 0 ? [THUMBPRINTS] : []),
          ...(plan.frozen ? ["policies"] : []),
        ],
      },
    );
    this.written = new WrittenTrust(plan, issuer, { parent: this });
  }
}

/**
 * Which rules of the stack stand, recorded after the issuer is written. It has no inputs: a component whose inputs change
 * loses its outputs in the state until it registers new ones, and an `up` may end in between.
 */
class WrittenTrust extends pulumi.ComponentResource {
  constructor(
    { resource, declared }: IssuerPlan,
    issuer: pulumiservice.OidcIssuer,
    opts: pulumi.ComponentResourceOptions,
  ) {
    super(WRITTEN_TRUST, resource, {}, opts);
    this.registerOutputs({ rules: issuer.urn.apply(() => [...declared]) });
  }
}

/** A rule as the provider takes it. What the service leaves out is left out, or each update would show it. */
function sendable(rule: FoundRule): pulumiservice.types.input.AuthPolicyDefinitionArgs {
  const { decision, tokenType, teamName, userLogin, runnerID, authorizedPermissions = [], rules } = rule;
  return {
    decision,
    tokenType,
    ...(teamName === undefined ? {} : { teamName }),
    ...(userLogin === undefined ? {} : { userLogin }),
    ...(runnerID === undefined ? {} : { runnerID }),
    ...(authorizedPermissions.length === 0 ? {} : { authorizedPermissions: [...authorizedPermissions] }),
    rules: { ...rules },
  } as pulumiservice.types.input.AuthPolicyDefinitionArgs;
}
