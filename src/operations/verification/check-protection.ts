import type { AskRepository } from "../../access/carrier-facts";
import { protectionChecks } from "../../access/carrier-protection";
import type { GitHubCall } from "../../clients/github-call";
import { NotShownError, notGitHub } from "../../clients/github-refusal";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { type Check, check } from "./check";
import { organizationStack } from "./check-trust";

/**
 * How each carrier repository is protected from people with `write` on it, who could change what its jobs do with every
 * secret. Warnings, because the pipeline works without; what GitHub does not show is unknown.
 */
export async function checkProtection(context: Pick<Context, "project" | "githubCall">): Promise<Check[]> {
  const { settings } = organizationStack(context);
  const call = context.githubCall();
  const looked = await inParallel(settings.carriers, async (repository) => {
    const checks: Check[] = [];
    for (const { subject, look } of protectionChecks(settings, repository, asking(call, repository)))
      checks.push(await check(subject, look));
    return checks;
  });
  return looked.flat();
}

function asking({ send, ofRepository, organization }: GitHubCall, repository: string): AskRepository {
  const asked = ofRepository(repository);
  return async (path) => {
    try {
      const { text } = await send(asked, `/repos/${organization}/${repository}${path}`);
      return JSON.parse(text) as unknown;
    } catch (error) {
      if (error instanceof NotShownError) return undefined;
      if (error instanceof SyntaxError) throw notGitHub(asked);
      throw error;
    }
  };
}
