import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../../secrets/settings";
import { issuerOf, programRules, type Repository, syncRules } from "../../secrets/trust";
import type { JobTarget } from "../sync/job-catalog";

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
