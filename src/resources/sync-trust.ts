import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { Settings } from "../../secrets/settings";
import type { JobTarget } from "../sync/job-catalog";

/** Seconds a token traded for a job's identity may live at most: the job asks for less. */
const LONGEST_TOKEN_SECONDS = 3600;

/**
 * Pulumi Cloud's trust in the sync jobs: a job of this repository, branch and environment gets a token of the one
 * team that may write this environment.
 *
 * The rules name claims exactly. `sub` is left out on purpose: its form depends on when the repository was made
 * (names, or names with ids), and everything it says the other claims say as well.
 */
export class SyncTrust extends pulumi.ComponentResource {
  constructor(
    name: string,
    args: {
      settings: Settings;
      targets: readonly JobTarget[];
      carriers: readonly { repository: string; id: Promise<number> }[];
    },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:esc:SyncTrust", name, {}, opts);
    const { settings, targets } = args;
    const policies = args.carriers.flatMap(({ repository, id }) =>
      targets.map((target) => ({
        decision: "allow" as const,
        tokenType: "team" as const,
        teamName: target.team,
        rules: {
          aud: `urn:pulumi:org:${settings.pulumiOrganization}`,
          repository: `${settings.githubOrganization}/${repository}`,
          repository_id: pulumi.output(id).apply(String),
          ref: `refs/heads/${settings.branch}`,
          environment: target.environment,
        },
      })),
    );
    new pulumiservice.OidcIssuer(
      name,
      {
        organization: settings.pulumiOrganization,
        name,
        url: issuerOf(settings.githubApiUrl),
        maxExpirationSeconds: LONGEST_TOKEN_SECONDS,
        policies,
      },
      // The service fills the thumbprints in; read back and undeclared, they would be taken away again.
      { parent: this, ignoreChanges: ["thumbprints"] },
    );
    this.registerOutputs({});
  }
}

/** GitHub's issuer of id tokens; a self-hosted server's own is at `/_services/token` (docs.github.com, OIDC reference). */
function issuerOf(githubApiUrl: string | undefined): string {
  if (githubApiUrl === undefined) return "https://token.actions.githubusercontent.com";
  return `${new URL(githubApiUrl).origin}/_services/token`;
}
