import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import { environmentTargets } from "../../secrets/environment-targets";
import type { Settings } from "../../secrets/settings";
import { EnvironmentSlots } from "./environment-slots";
import { saidByProvider } from "./said-by-provider";
import type { SlotRules } from "./slot-rules";

/**
 * For each of the stack's environments that has secrets of its own or reviewers: that environment of each carrier that
 * syncs some of them or must be reviewed, and the secrets.
 */
export function declareEnvironmentSlots(
  catalog: Catalog,
  settings: Settings,
  rules: SlotRules,
  opts: { providers: pulumi.ProviderResource[] },
): EnvironmentSlots[] {
  const { branch, carriers } = settings;
  const targets = environmentTargets(resolveCatalog(catalog), carriers, settings.environments, rules.today);
  return settings.environments.flatMap((environment) => {
    const inIt = targets.filter((target) => target.environment === environment);
    const reviewers = (settings.environmentReviewers ?? []).map((slug) => teamId(slug, rules.invoke));
    return carriers.flatMap((repository) => {
      const slots = inIt.filter((target) => target.repository === repository).map(({ slot }) => slot);
      // Whoever reviews the sync does so in every carrier: a job of the other would write the same values unasked.
      if (slots.length === 0 && reviewers.length === 0) return [];
      return [new EnvironmentSlots({ repository, environment, branch, reviewers, slots, rules }, opts)];
    });
  });
}

/** @throws pulumi.RunError when GitHub does not show the team. */
export async function teamId(slug: string, opts: pulumi.InvokeOptions): Promise<number> {
  try {
    return Number((await github.getTeam({ slug, summaryOnly: true }, opts)).id);
  } catch (error) {
    throw new pulumi.RunError(
      `team ${slug}: GitHub does not show it (${saidByProvider(error)}). Remedy: create it, or write the last part of its address into config environmentReviewers`,
    );
  }
}
