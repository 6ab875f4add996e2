import type { ResolvedEntry } from "../../catalog/entry";
import { environmentTargets, pathOfSlot } from "../../catalog/environment-slots";
import type { Settings } from "../../catalog/settings";
import { organizationSlots } from "../../catalog/slots";
import type { Problem } from "../../errors";
import { programErrors } from "../diagnostics";
import type { StackState } from "../stack-state";
import type { GitHubSecrets, SecretPlace } from "./github-secrets";
import { overwriteRefused } from "./guard-problems";

export const ORGANIZATION_SECRET = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";
export const ENVIRONMENT_SECRET = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret";

/** What is looked for in GitHub and in the state. */
export interface ExistingSecretsArgs {
  /** Every entry of the catalog. */
  secrets: readonly ResolvedEntry[];
  /** The stack's config: its carriers and deployment environments. */
  settings: Settings;
  /** Whether this stack declares the organization secrets. */
  ownsOrganization: boolean;
  /** UTC: YYYY-MM-DD. */
  today: string;
  inGitHub: GitHubSecrets;
  /** Whether the command that runs this takes care of them. */
  allowsExisting: boolean;
  /** What this stack has in its state; undefined when nobody tells. */
  state: Promise<StackState | undefined>;
}

/**
 * Refuses to declare anything while GitHub holds a secret that the state does not have: creating it would overwrite its
 * value. The guards refuse each of them too, but the engine ends at the first, after it has created other things.
 *
 * @throws pulumi.RunError naming all of them.
 */
export async function refuseExisting(args: ExistingSecretsArgs): Promise<void> {
  if (args.allowsExisting) return;
  const problems = (await existingIn(args, await args.state)).filter((each) => each !== undefined);
  if (problems.length === 0) return;
  throw programErrors("Nothing was declared, because some of it already exists", problems);
}

/** @param state undefined: nobody knows what it has, and the guards decide secret by secret. */
async function existingIn(
  { secrets, settings, ownsOrganization, today, inGitHub }: Omit<ExistingSecretsArgs, "state">,
  state: StackState | undefined,
): Promise<(Problem | undefined)[]> {
  if (state === undefined) return [];
  const { carriers, environments } = settings;
  const organization: SecretPlace[] = ownsOrganization
    ? organizationSlots(secrets, today)
        .filter(({ name }) => !state.has(ORGANIZATION_SECRET, name))
        .map(({ name }) => ({ secretName: name }))
    : [];
  const ofEnvironments: SecretPlace[] = environmentTargets(secrets, carriers, environments, today)
    .filter((target) => !state.has(ENVIRONMENT_SECRET, pathOfSlot(target)))
    .map(({ repository, environment, slot }) => ({ repository, environment, secretName: slot.name }));
  return Promise.all(
    [...organization, ...ofEnvironments].map(async (place) =>
      (await inGitHub.has(place)) ? overwriteRefused({ ...place }) : undefined,
    ),
  );
}
