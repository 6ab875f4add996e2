import * as pulumi from "@pulumi/pulumi";
import type { Catalog } from "../../secrets/entry";
import { EDITIONS_WITH_TEAMS } from "../../secrets/settings";
import { buildJobCatalog } from "../sync/job-catalog";
import { teamId } from "./declare-environment-slots";
import { type AskedRepository, IdentityTrust } from "./identity-trust";
import { ProgramAccess } from "./program-access";
import { ProgramEnvironments } from "./program-environments";
import type { Repositories } from "./repositories";
import type { StackSettings } from "./stack-settings";

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
