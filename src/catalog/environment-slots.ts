import type { Problem } from "../errors";
import { bestOf } from "./carriers";
import type { ResolvedEntry } from "./entry";
import { environmentSlots, type SlotName, slotNames } from "./slots";

/** Secrets that one environment of a repository holds at most (GitHub's docs, "Secrets reference"). */
const HELD_BY_AN_ENVIRONMENT = 100;

/** A secret of one environment of one carrier. */
export interface EnvironmentSlot {
  repository: string;
  environment: string;
  slot: SlotName;
}

/** `carrier/production/DATABASE_URL`: the slot's name in the stack. */
export function pathOfSlot({ repository, environment, slot }: EnvironmentSlot): string {
  return `${repository}/${environment}/${slot.name}`;
}

/** The secrets that stand per environment, each in the carrier whose job syncs it; the pipeline's own in every one. */
export function environmentTargets(
  secrets: readonly ResolvedEntry[],
  carriers: readonly string[],
  environments: readonly string[],
  today: string,
): EnvironmentSlot[] {
  return environments.flatMap((deployment) =>
    environmentSlots(secrets, today, deployment).flatMap((slot) =>
      carriers
        .filter((each) => slot.secret.bootstrap || bestOf(slot.secret.name, carriers) === each)
        .map((repository) => ({ repository, environment: deployment, slot })),
    ),
  );
}

/** Where secrets of GitHub environments would be leftovers of entries that are the organization's. */
export function environmentLeftovers(
  secrets: readonly ResolvedEntry[],
  carriers: readonly string[],
  environments: readonly string[],
): EnvironmentSlot[] {
  const slots = slotNames(secrets).filter(({ secret }) => !secret.perEnvironment);
  return environments.flatMap((deployment) =>
    carriers.flatMap((repository) =>
      slots
        .filter(({ secret }) => secret.environments.includes(deployment))
        .map((slot) => ({ repository, environment: deployment, slot })),
    ),
  );
}

/** More secrets than GitHub lets an environment hold: the provider would learn of it in the middle of an `up`. */
export function checkEnvironmentTargets(
  secrets: readonly ResolvedEntry[],
  carriers: readonly string[],
  environments: readonly string[],
  today: string,
): Problem[] {
  const counts = new Map<string, number>();
  for (const { repository, environment } of environmentTargets(secrets, carriers, environments, today)) {
    const place = `${environment} of ${repository}`;
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > HELD_BY_AN_ENVIRONMENT)
    .map(([place, count]) => ({
      code: "environment-full",
      subject: `environment ${place}`,
      cause: `an environment holds ${HELD_BY_AN_ENVIRONMENT} secrets in GitHub, and ${count} have a value per environment`,
      remedy: "take perEnvironment from some, or add a carrier in every stack's config",
    }));
}
