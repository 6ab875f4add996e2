import { isDue } from "../../catalog/dates";
import type { ResolvedEntry } from "../../catalog/entry";
import { type EnvironmentSlot, environmentLeftovers, pathOfSlot } from "../../catalog/environment-slots";
import { FORMER_SECRET_REPOSITORIES, SECRET_REPOSITORIES } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { organizationLeftovers, type SlotName } from "../../catalog/slots";
import type { Problem } from "../../errors";
import { COMMAND } from "../../text";
import { warn } from "../diagnostics";
import type { StackState } from "../stack-state";
import { ENVIRONMENT_SECRET, ORGANIZATION_SECRET } from "./existing-secrets";
import type { GitHubSecrets } from "./github-secrets";

/** An organization secret that its entry does not declare any more. */
export interface OrganizationLeftover {
  slot: SlotName;
  /** Whether the state has its list of repositories as a resource. */
  hasRepositories: boolean;
}

/** What the state has of secrets where their entries stood before `perEnvironment` was set or taken away. */
export interface Leftovers {
  organization: readonly OrganizationLeftover[];
  environments: readonly EnvironmentSlot[];
}

export interface LeftoversArgs {
  /** Every entry of the catalog. */
  secrets: readonly ResolvedEntry[];
  /** The stack's config: its carriers and deployment environments. */
  settings: Settings;
  /** Whether this stack declares the organization secrets. */
  ownsOrganization: boolean;
  /** UTC: YYYY-MM-DD. */
  today: string;
  /** What GitHub holds: a leftover that a person deleted there must not come back, though the state still has it. */
  inGitHub: Pick<GitHubSecrets, "has">;
}

/**
 * The leftovers that this run keeps as they are: those in the state whose day has not come. An entry that moves deletes
 * nothing by itself, because the value at its old place may be the only one there is. Tells of each what to do.
 *
 * @param state undefined: nobody knows what it has. Then nothing is kept, and the guards refuse to delete it.
 */
export async function findLeftovers(
  { secrets, settings, ownsOrganization, today, inGitHub }: LeftoversArgs,
  state: StackState | undefined,
): Promise<Leftovers> {
  if (state === undefined) return { organization: [], environments: [] };
  const ofOrganization = ownsOrganization ? organizationLeftovers(secrets) : [];
  const organization = await existing(
    ofOrganization.filter(({ name }) => state.has(ORGANIZATION_SECRET, name)),
    ({ name }) => inGitHub.has({ secretName: name }),
  );
  const environments = await existing(
    environmentLeftovers(secrets, settings.carriers, settings.environments).filter((each) =>
      state.has(ENVIRONMENT_SECRET, pathOfSlot(each)),
    ),
    ({ repository, environment, slot }) => inGitHub.has({ repository, environment, secretName: slot.name }),
  );
  void warn(
    ...organization.map((slot) => aboutOrganization(slot, today)),
    ...[...new Set(environments.map(({ slot }) => slot.name))].map((name) =>
      aboutEnvironments(
        environments.filter(({ slot }) => slot.name === name),
        settings.githubOrganization,
      ),
    ),
  );
  return {
    organization: organization
      .filter(({ tombstone }) => !isDue(tombstone, today))
      .map((slot) => ({
        slot,
        hasRepositories:
          state.has(SECRET_REPOSITORIES, slot.name) || state.has(FORMER_SECRET_REPOSITORIES, slot.name),
      })),
    environments: environments.filter(({ slot }) => !isDue(slot.tombstone, today)),
  };
}

async function existing<Item>(
  items: readonly Item[],
  has: (item: Item) => Promise<boolean>,
): Promise<Item[]> {
  const found = await Promise.all(items.map(async (item) => ((await has(item)) ? [item] : [])));
  return found.flat();
}

function aboutOrganization(slot: SlotName, today: string): Problem {
  const { name, secret } = slot;
  const cause = "has a value per environment, and its organization secret from before";
  const sets = secret.environments.map(
    (deployment) => `${COMMAND} set ${name} --environment ${deployment} --replace`,
  );
  return fateOf(slot, today, cause, sets);
}

/**
 * No `up` deletes them: whether the organization secret has a value is not known, because GitHub moves its time also when
 * repositories get access. So a person does, and a refresh forgets them.
 */
function aboutEnvironments(places: readonly EnvironmentSlot[], owner: string): Problem {
  const { slot } = places[0] as EnvironmentSlot;
  const where = places.map(({ repository, environment }) => `${environment} of ${repository}`).join(", ");
  const deletions = places.map(
    ({ repository, environment }) =>
      `gh secret delete ${slot.name} --env ${environment} -R ${owner}/${repository}`,
  );
  return {
    code: "secret-left-over",
    subject: slot.name,
    cause: `is an organization secret again, and its secrets from before in GitHub environments (${where}) stay as they are; the sync reads them first`,
    remedy: `${COMMAND} set ${slot.name} --replace; then ${deletions.join("; ")}; pulumi up --refresh`,
  };
}

/** @param sets commands that give the entry its value where it stands now. */
function fateOf(
  { name, tombstone }: SlotName,
  today: string,
  cause: string,
  sets: readonly string[],
): Problem {
  const code = "secret-left-over";
  if (isDue(tombstone, today))
    return {
      code,
      subject: name,
      cause: `${cause} is due since ${tombstone}`,
      remedy: "pulumi up deletes it; then remove leftoverUntil",
    };
  if (tombstone !== undefined)
    return {
      code,
      subject: name,
      cause: `${cause} expires on ${tombstone}`,
      remedy: `set every value by then: ${sets.join("; ")}`,
    };
  return {
    code,
    subject: name,
    cause: `${cause} stays as it is, with its value and access`,
    remedy: `${sets.join("; ")}; then give the entry leftoverUntil: "YYYY-MM-DD", a day in the future, run pulumi up, and again from that day on`,
  };
}
