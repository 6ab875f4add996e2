import * as pulumi from "@pulumi/pulumi";
import type { Repositories } from "./repositories";

/**
 * Says of which repositories `branch` is not the default branch. GitHub starts workflows by schedule and by hand only
 * from that one ("Events that trigger workflows"), so nothing would bring a rotated value but a push.
 */
export async function warnOfBranch(
  owner: string,
  names: readonly string[],
  branch: string,
  repositories: Repositories,
): Promise<void> {
  for (const name of names) {
    // A repository that is not shown is told where its id is needed.
    const found = await repositories.defaultBranchOf(name).catch(() => undefined);
    if (found === undefined || found === branch) continue;
    await pulumi.log.warn(
      `carrier ${owner}/${name}: its default branch is ${found}, and the workflow is committed to ${branch}: GitHub starts it there neither daily nor by hand. Remedy: set branch to ${found} in every stack's config, or make ${branch} the repository's default branch`,
    );
  }
}
