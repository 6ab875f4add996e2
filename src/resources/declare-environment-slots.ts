import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { type Catalog, resolveCatalog } from "../../secrets/entry";
import type { Settings } from "../../secrets/settings";
import { environmentSlots } from "../../secrets/slots";
import { bestOf } from "../../secrets/targets";
import { EnvironmentSlots } from "./environment-slots";
import type { SlotRules } from "./slot-rules";

/**
 * For each of the stack's environments that has secrets of its own: that environment of each carrier that syncs some of
 * them, and they.
 */
export function declareEnvironmentSlots(
  catalog: Catalog,
  settings: Settings,
  rules: SlotRules,
  opts: { providers: pulumi.ProviderResource[] },
): EnvironmentSlots[] {
  const secrets = resolveCatalog(catalog);
  const { branch, carriers } = settings;
  return settings.environments.flatMap((environment) => {
    const slots = environmentSlots(secrets, rules.today, environment);
    if (slots.length === 0) return [];
    const reviewers = (settings.environmentReviewers ?? []).map((slug) => teamId(slug, rules.invoke));
    return carriers.flatMap((repository) => {
      const here = slots.filter(
        ({ secret }) => secret.bootstrap || bestOf(secret.name, carriers) === repository,
      );
      if (here.length === 0) return [];
      const place = { repository, environment, branch, reviewers };
      return [new EnvironmentSlots({ ...place, slots: here, rules }, opts)];
    });
  });
}

/** @throws pulumi.RunError when GitHub does not show the team. */
async function teamId(slug: string, opts: pulumi.InvokeOptions): Promise<number> {
  try {
    return Number((await github.getTeam({ slug, summaryOnly: true }, opts)).id);
  } catch (error) {
    const said = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0];
    throw new pulumi.RunError(
      `team ${slug}: GitHub does not show it (${said}). Remedy: create it, or write the last part of its address into config environmentReviewers`,
    );
  }
}
