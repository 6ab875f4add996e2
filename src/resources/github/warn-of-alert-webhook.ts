import type { ResolvedCatalog } from "../../catalog/entry";
import { checkAlertWebhook } from "../../catalog/github-names";
import type { Settings } from "../../catalog/settings";
import { messageOf } from "../../errors";
import { inform, warn } from "../diagnostics";
import type { GitHubSecrets } from "./github-secrets";

/** In a preview: a warning when jobs of the sync have no secret of the name in config `alertWebhook`. */
export async function warnOfAlertWebhook(
  catalog: ResolvedCatalog,
  settings: Settings,
  inGitHub: GitHubSecrets,
): Promise<void> {
  try {
    const problem = await checkAlertWebhook(catalog, settings, {
      ofRepository: async (carrier) => [
        ...(await inGitHub.readableBy(carrier)),
        ...(await inGitHub.ownOf(carrier)),
      ],
      hasInEnvironment: (repository, environment, secretName) =>
        inGitHub.has({ repository, environment, secretName }),
    });
    if (problem !== undefined) await warn(problem);
  } catch (error) {
    await inform({
      code: "alert-webhook-unknown",
      subject: "config alertWebhook",
      cause: `whether its secret exists is unknown (${messageOf(error)})`,
    });
  }
}
