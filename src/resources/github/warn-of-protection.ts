import * as github from "@pulumi/github";
import type * as pulumi from "@pulumi/pulumi";
import type { AskRepository } from "../../access/carrier-facts";
import { protectionChecks } from "../../access/carrier-protection";
import type { Settings } from "../../catalog/settings";
import { inform, warn } from "../diagnostics";
import { saidByProvider } from "../provider-answers";

/**
 * In a preview: a warning for each place of a carrier repository that people with `write` can change, or use, without a
 * review. What GitHub does not show is said as unknown.
 *
 * @param opts how the provider is called.
 */
export async function warnOfProtection(settings: Settings, opts: pulumi.InvokeOptions): Promise<void> {
  const asking = askingOf(settings.githubOrganization, opts);
  for (const repository of settings.carriers) {
    for (const { subject, look } of protectionChecks(settings, repository, asking(repository))) {
      try {
        const { state, ...found } = await look();
        if (state === "warning") await warn({ ...found, subject });
        if (state === "unknown") await inform({ ...found, subject });
      } catch (error) {
        const cause = `its protection is unknown (${saidByProvider(error)})`;
        await inform({ code: "protection-unknown", subject, cause });
      }
    }
  }
}

/** How repositories of an organization are asked through the provider. */
export function askingOf(owner: string, opts: pulumi.InvokeOptions): (repository: string) => AskRepository {
  return (repository) => async (path) => {
    const answer = await github.getRestApi({ endpoint: `repos/${owner}/${repository}${path}` }, opts);
    // The provider makes no error of a 404.
    return answer.code === 200 ? (JSON.parse(answer.body) as unknown) : undefined;
  };
}
