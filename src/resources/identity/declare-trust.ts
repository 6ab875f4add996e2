import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { issuerOf, programRules, type Repository, syncRules } from "../../access/trust";
import type { Catalog } from "../../catalog/entry";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { buildJobCatalog, type JobTarget } from "../../sync/job-catalog";
import type { Repositories } from "../github/carrier";
import { teamId } from "../github/environment-secrets";
import type { StackSettings } from "../stack-settings";
import { ProgramAccess } from "./program-access";
import { ProgramEnvironments } from "./program-environments";

/**
 * The trust in GitHub's jobs, and what the program's own are given to work with. Without teams, which an edition may
 * lack, there is no token that is less than a member's: then nobody is trusted, and preview says so.
 */
export function declareTrust(
  catalog: Catalog,
  settings: StackSettings,
  args: { repositories: Repositories; stages: readonly pulumi.Resource[]; invoke: pulumi.InvokeOptions },
  opts: { parent: pulumi.Resource },
): void {
  const { programRepository, edition, stacks } = settings;
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
    new ProgramAccess("program", { catalog, settings, stacks }, { ...opts, dependsOn: [...args.stages] });
    const reviewers = (settings.environmentReviewers ?? []).map((slug) => teamId(slug, args.invoke));
    new ProgramEnvironments(program.repository.name, { settings, stacks, reviewers }, opts);
  }
  if (!byIdentity && program === undefined) return;
  new IdentityTrust(
    "github-actions",
    {
      settings,
      targets: byIdentity ? buildJobCatalog(catalog, settings).targets : [],
      carriers: byIdentity ? settings.carriers.map(asked) : [],
      program,
    },
    opts,
  );
}

/** Seconds a token traded for a job's identity may live at most: the jobs ask for less, or for this. */
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

/**
 * Pulumi Cloud's trust in GitHub's jobs: which may become what is `secrets/trust.ts`'s. One issuer for all of them,
 * because an organization registers each address once.
 */
export class IdentityTrust extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: {
      settings: Settings;
      /** Of the sync jobs; none where they work with a stored token. */
      targets: readonly JobTarget[];
      carriers: readonly AskedRepository[];
      /** The program's own repository, if its jobs are trusted, and the stacks they work on. */
      program: { repository: AskedRepository; stacks: readonly string[] } | undefined;
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:IdentityTrust", name, {}, opts);
    const { settings, targets, carriers, program } = args;
    const rules = async () => [
      ...syncRules(settings, targets, await Promise.all(carriers.map(known))),
      ...(program === undefined
        ? []
        : programRules(settings, program.stacks, await known(program.repository))),
    ];
    const thumbprints = settings.issuerThumbprints ?? [];
    new pulumiservice.OidcIssuer(
      name,
      {
        organization: settings.pulumiOrganization,
        name,
        url: issuerOf(settings.githubApiUrl),
        maxExpirationSeconds: LONGEST_TOKEN_SECONDS,
        policies: pulumi
          .output(rules())
          .apply((all) => all.map((rule) => ({ ...rule, rules: { ...rule.rules } }))),
        ...(thumbprints.length === 0 ? {} : { thumbprints }),
      },
      // Left to the service, which notes the certificate it is served when the issuer is registered. A refresh reads
      // that into the inputs; not ignored, the next up would take it away.
      { parent: this, ignoreChanges: thumbprints.length === 0 ? [THUMBPRINTS] : [] },
    );
    this.registerOutputs({});
  }
}

async function known({ name, id }: AskedRepository): Promise<Repository> {
  return { name, id: await id };
}
