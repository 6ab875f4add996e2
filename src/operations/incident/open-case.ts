import { carriersOf, repositoriesWithAccess } from "../../catalog/carriers";
import { dayOf, isDue } from "../../catalog/dates";
import { type ResolvedCatalog, type ResolvedEntry, rotatedEntry } from "../../catalog/entry";
import { environmentTargets } from "../../catalog/environment-slots";
import { pathOf } from "../../catalog/layout";
import { isIn, rotatedEnvironment, rotatedValues } from "../../catalog/rotators";
import { type SlotName, valueNames } from "../../catalog/slots";
import type { GitHub, OrganizationSecret } from "../../clients/github-secrets";
import { problemOf, RemedyError } from "../../errors";
import type { Context } from "../context";
import { inParallel } from "../in-parallel";
import { namedSlots, spreadOf } from "../values/named-entries";
import type { Case } from "./case";

/**
 * Finds a secret by any of its names, and where GitHub holds it.
 *
 * @param asked environments asked for; empty: all that have it.
 * @throws RemedyError for an unknown name or environment, and for a secret that its tombstone has deleted.
 */
export async function openCase(context: Context, name: string, asked: readonly string[]): Promise<Case> {
  const rotated = rotatedCase(context, name, asked);
  if (rotated !== undefined) return rotated;
  const today = dayOf(context.now());
  const secret = findSecret(context, name);
  if (isDue(secret.tombstone, today)) {
    const remedy = `revoke it at the vendor${secret.page === undefined ? "" : `: ${secret.page}`}`;
    throw new RemedyError({
      code: "secret-deleted",
      subject: secret.name,
      cause: `its tombstone deleted it from GitHub and ESC on ${secret.tombstone}`,
      remedy,
    });
  }
  const github = context.github();
  const [listed, { shards }] = await Promise.all([github.listSecrets(), spreadOf(context, github)]);
  const names = valueNames(secret, today);
  const there = listed.filter((each) => names.includes(each.name));
  const carriers = secret.bootstrap ? [] : carriersOf(secret, shards);
  const wanted = environmentsOf(secret, asked);
  if (!secret.perEnvironment && secret.value !== "config") requireAllOf(secret, wanted);
  const own = secret.perEnvironment ? NOTHING_OWN : await lookInCarriers(github, carriers, wanted, names);
  const older = `${name} is an older name of ${secret.name}: both are one secret`;
  return {
    secret,
    way: secret.value === "config" ? "config" : secret.perEnvironment ? "environments" : "organization",
    environments: secret.bootstrap ? [] : wanted.filter((each) => !own.overridden.includes(each)),
    slots: secret.perEnvironment ? [] : await slotsOf(github, secret, there),
    places: secret.perEnvironment ? placesOf(context, secret, wanted, today) : [],
    carriers,
    grantedTo:
      secret.visibility === "selected"
        ? repositoriesWithAccess(secret, shards)
        : [`all (${secret.visibility})`],
    updated: timesOf(there),
    notes: [...(name === secret.name ? [] : [older]), ...own.notes],
  };
}

/** GitHub's times of secrets, by name. */
export function timesOf(listed: readonly OrganizationSecret[]): Record<string, string> {
  return Object.fromEntries(listed.map((each) => [each.name, each.updatedAt]));
}

const NOTHING_OWN = { overridden: [], notes: [] };

/** A secret by its name, an older one or the one it had. @throws RemedyError when there is none. */
function findSecret({ catalog }: Context, name: string): ResolvedEntry {
  const found = named(catalog, name);
  if (found !== undefined) return found;
  namedSlots(catalog, [name]);
  throw new RemedyError({
    code: "secret-unknown",
    subject: name,
    cause: "the catalog has no such entry",
    remedy: "spell it as in secrets/catalog.ts",
  });
}

function named(catalog: ResolvedCatalog, name: string): ResolvedEntry | undefined {
  return catalog.entries.find((each) => [each.name, ...each.aliases, each.renamedFrom?.name].includes(name));
}

/** The one name under which a case is known, whichever was typed. */
export function caseName({ catalog }: Context, typed: string): string {
  return named(catalog, typed)?.name ?? typed;
}

function environmentsOf({ name, environments }: ResolvedEntry, asked: readonly string[]): readonly string[] {
  const unknown = asked.filter((each) => !environments.includes(each));
  if (unknown.length === 0)
    return asked.length === 0 ? environments : environments.filter((each) => asked.includes(each));
  const remedy = `use some of ${environments.join(", ")}`;
  throw new RemedyError({
    code: "environment-unknown",
    subject: "--environment",
    cause: `${name} is not in ${unknown.join(", ")}`,
    remedy,
  });
}

/** They all have one value: those left out would keep the compromised one. */
function requireAllOf({ name, environments }: ResolvedEntry, wanted: readonly string[]): void {
  const others = environments.filter((each) => !wanted.includes(each));
  if (others.length === 0) return;
  const reason = `${name} has one value in all environments, and ${others.join(", ")} would keep the compromised one`;
  throw new RemedyError({
    code: "environments-incomplete",
    subject: "--environment",
    cause: reason,
    remedy: "leave it out",
  });
}

/** An older name that other workflows use keeps the repositories with access that it has. */
async function slotsOf(
  github: GitHub,
  secret: ResolvedEntry,
  there: readonly OrganizationSecret[],
): Promise<SlotName[]> {
  const others = there.filter(({ name }) => name !== secret.name);
  const older = await inParallel(others, async ({ name, visibility }) => {
    const repositories = visibility === "selected" ? await github.repositoriesOf(name) : [];
    const isFormer = name === secret.renamedFrom?.name;
    const access = isFormer ? secret : { ...secret, visibility, repositories };
    return { name, secret: access, tombstone: undefined };
  });
  return [{ name: secret.name, secret, tombstone: secret.tombstone }, ...older];
}

function placesOf(
  { project }: Context,
  secret: ResolvedEntry,
  environments: readonly string[],
  today: string,
) {
  return environmentTargets([secret], project.settings.carriers, environments, today).map(
    ({ repository, environment }) => ({ repository, environment }),
  );
}

/** A secret of the repository, or of its environment, overrides the organization's: the sync reads that one. */
async function lookInCarriers(
  github: GitHub,
  carriers: readonly string[],
  environments: readonly string[],
  names: readonly string[],
): Promise<{ overridden: string[]; notes: string[] }> {
  const [overridden, notes]: [string[], string[]] = [[], []];
  for (const carrier of carriers) {
    try {
      const has = (found: readonly string[]) => names.find((name) => found.includes(name));
      const shadow = has(await github.repositorySecrets(carrier));
      if (shadow !== undefined)
        notes.push(
          `${carrier} has a secret ${shadow} of its own, which overrides the organization's: delete it there`,
        );
      const existing = await github.environments(carrier);
      for (const environment of environments.filter((each) => existing.includes(each))) {
        const found = has(await github.environmentSecrets(carrier, environment));
        if (found === undefined) continue;
        overridden.push(environment);
        notes.push(
          `${environment} has a value of its own (${found} of the GitHub environment in ${carrier}), which this does not replace: if it is the same credential, set it too`,
        );
      }
    } catch (error) {
      const { cause } = problemOf(error);
      notes.push(
        `whether ${carrier} or its environments have a ${names[0]} of their own is not known: ${cause}`,
      );
    }
  }
  return { overridden, notes };
}

/**
 * The case of a credential that ESC makes: GitHub and the sync have no part in it, a rotation replaces it.
 *
 * @returns undefined for what no rotator makes. @throws RemedyError for an environment that does not have it.
 */
export function rotatedCase(context: Context, name: string, asked: readonly string[]): Case | undefined {
  const { catalog, project } = context;
  const { settings } = project;
  const rotator = catalog.rotators.find((each) => rotatedValues(each).some((value) => value.name === name));
  if (rotator === undefined) return undefined;
  const all = catalog.environments.filter((deployment) => isIn(rotator, deployment));
  const unknown = asked.filter((each) => !all.includes(each));
  if (unknown.length > 0) {
    const remedy = `use some of ${all.join(", ")}`;
    throw new RemedyError({
      code: "environment-unknown",
      subject: "--environment",
      cause: `${name} is not in ${unknown.join(", ")}`,
      remedy,
    });
  }
  const environments = asked.length === 0 ? all : all.filter((each) => asked.includes(each));
  const rotated = environments.map(
    (deployment) =>
      `${settings.pulumiOrganization}/${pathOf(rotatedEnvironment(settings, deployment, rotator))}`,
  );
  return {
    secret: { ...rotatedEntry(name, rotator, catalog), environments: all },
    way: "rotator",
    environments,
    slots: [],
    places: [],
    carriers: [],
    grantedTo: ["nobody: it is not in GitHub"],
    updated: {},
    notes: [],
    rotated,
  };
}
