import { isDue } from "../../catalog/dates";
import type { ResolvedCatalog } from "../../catalog/entry";
import { type EnvironmentSlot, environmentTargets, pathOfSlot } from "../../catalog/environment-slots";
import { organizationSlots, type SlotName, slotNames } from "../../catalog/slots";
import type { GitHub } from "../../clients/github-secrets";
import { RemedyError } from "../../errors";
import { inParallel } from "../in-parallel";
import type { Project } from "../project";

/** A slot that a stack declares: of the organization, or of one environment of a carrier. */
export interface AdoptSlot {
  /** Its name in the stack: `NAME`, or `carrier/production/NAME`. */
  path: string;
  slot: SlotName;
  place: Pick<EnvironmentSlot, "repository" | "environment"> | undefined;
}

/** Everything that a stack may adopt: the organization's slots where it owns them, and those of its environments. */
export function adoptableSlots(
  catalog: ResolvedCatalog,
  { stack, settings }: Project,
  today: string,
): AdoptSlot[] {
  const secrets = catalog.entries;
  const owns = settings.organizationStack === stack;
  const organization = owns ? organizationSlots(secrets, today) : [];
  const targets = environmentTargets(secrets, settings.carriers, settings.environments, today);
  return [
    ...organization.map((slot) => ({ path: slot.name, slot, place: undefined })),
    ...targets.map((target) => ({ path: pathOfSlot(target), slot: target.slot, place: target })),
  ];
}

/**
 * Refuses what is not this stack's to adopt.
 *
 * @param wanted names of the catalog; empty: all.
 */
export function requireOwn(
  catalog: ResolvedCatalog,
  { stack, settings }: Project,
  declared: readonly AdoptSlot[],
  wanted: readonly string[],
  today: string,
): void {
  const owner = settings.organizationStack;
  const ofOrganization = new RemedyError({
    code: "stack-not-owner",
    subject: `stack ${stack}`,
    cause: `the organization's secrets belong to the stack ${owner}`,
    remedy: `leave --stack out, or --stack ${owner}`,
  });
  if (wanted.length === 0 && declared.length === 0 && owner !== stack) throw ofOrganization;
  const own = new Set(declared.map(({ slot }) => slot.name));
  const living = slotNames(catalog.entries).filter(({ tombstone }) => !isDue(tombstone, today));
  const foreign = living.filter(({ name }) => wanted.includes(name) && !own.has(name));
  if (foreign.some(({ secret }) => !secret.perEnvironment)) throw ofOrganization;
  if (foreign.length === 0) return;
  const environments = [...new Set(foreign.flatMap(({ secret }) => secret.environments))];
  throw new RemedyError({
    code: "environment-not-owned",
    subject: foreign.map(({ name }) => name).join(", "),
    cause: `it is a secret of each GitHub environment, and ${environments.join(", ")} are not of the stack ${stack}`,
    remedy: "--stack names the stack that has the environment",
  });
}

/** Paths of those slots whose secret GitHub has. */
export async function pathsInGitHub(
  github: GitHub,
  declared: readonly AdoptSlot[],
): Promise<ReadonlySet<string>> {
  const listed = declared.some(({ place }) => place === undefined) ? await github.listSecrets() : [];
  const names = new Set(listed.map(({ name }) => name));
  const repositories = [...new Set(declared.flatMap(({ place }) => place?.repository ?? []))];
  const found = await inParallel(repositories, async (repository) => {
    const existing = new Set(await github.environments(repository));
    const wanted = declared.flatMap(({ place }) =>
      place?.repository === repository && existing.has(place.environment) ? [place.environment] : [],
    );
    return inParallel([...new Set(wanted)], async (deployment) => {
      const secrets = await github.environmentSecrets(repository, deployment);
      return secrets.map((name) => `${repository}/${deployment}/${name}`);
    });
  });
  const inEnvironments = new Set(found.flat(2));
  const there = declared.filter(({ path, place }) =>
    place === undefined ? names.has(path) : inEnvironments.has(path),
  );
  return new Set(there.map(({ path }) => path));
}
