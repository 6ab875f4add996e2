import { createHash } from "node:crypto";
import type { Settings } from "./settings";

/** What decides the names of everything in ESC and Pulumi Cloud. */
export type Naming = Pick<Settings, "escProject" | "application">;

/** An ESC environment's project and name. */
export interface EscEnvironmentId {
  project: string;
  name: string;
}

/** `default/app-production`: what applications open. */
export function compositeEnvironment(naming: Naming, deployment: string): EscEnvironmentId {
  return { project: naming.escProject, name: `${naming.application}-${deployment}` };
}

/** `default/app-production-api-keys`: what the sync job writes. */
export function valuesEnvironment(naming: Naming, deployment: string, group: string): EscEnvironmentId {
  return { project: naming.escProject, name: `${naming.application}-${deployment}-${group}` };
}

/** `default/app-production-ledger`: when and by which run each value was synced, without the values. */
export function ledgerEnvironment(naming: Naming, deployment: string): EscEnvironmentId {
  return { project: naming.escProject, name: `${naming.application}-${deployment}-ledger` };
}

/** `default/app-production-for-database-admin`: what people open whom a policy gives some groups and not all. */
export function audienceEnvironment(naming: Naming, deployment: string, policy: string): EscEnvironmentId {
  return { project: naming.escProject, name: `${naming.application}-${deployment}-for-${policy}` };
}

/** The team whose short-lived token the sync job of one environment works with. */
export function syncTeam(naming: Naming, deployment: string): string {
  return teamName(`${naming.application}-${deployment}-sync`);
}

/** The team that may open the composite environment and so all it imports: the application's own identity. */
export function applicationTeam(naming: Naming, deployment: string): string {
  return teamName(`${naming.application}-${deployment}-application`);
}

/**
 * The team of the people whom an access policy names.
 *
 * @param terms what they may do, as part of the name: other terms make another team, which stands before the old one
 *   goes. The provider changes a permission of a standing team by taking it away first.
 */
export function policyTeam(naming: Naming, deployment: string, policy: string, terms: string): string {
  return teamName(`${naming.application}-${deployment}-${policy}-${terms}`);
}

/** The team of an application that loads some groups and not all. */
export function scopedApplicationTeam(naming: Naming, deployment: string, application: string): string {
  return policyTeam(naming, deployment, application, "application");
}

/** Pulumi Cloud refuses longer team names (pulumi/docs#14435). */
const LONGEST_TEAM_NAME = 40;

/** A name as it is, or cut and told apart by six digits of its hash; the team's description says it whole. */
function teamName(name: string): string {
  if (name.length <= LONGEST_TEAM_NAME) return name;
  const digits = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `${name.slice(0, LONGEST_TEAM_NAME - digits.length - 1)}-${digits}`;
}

/** `default/app-production`, as `imports:` and the CLI spell it. */
export function pathOf(id: EscEnvironmentId): string {
  return `${id.project}/${id.name}`;
}

/** A job's id in the workflow: it begins with a letter or _ and has no dot (docs.github.com, workflow syntax), as an environment may. */
export function jobIdOf(deployment: string): string {
  return deployment.replace(/^(?=[0-9])/, "_").replaceAll(".", "_");
}

/** The job's name, by which GitHub tells of it. */
export function jobNameOf(deployment: string): string {
  return `Sync ${deployment}`;
}

/** The deployment environment of a job of that name. */
export function environmentOfJob(name: string): string {
  return name.replace(/^Sync /, "");
}

/** The sync workflow's file, by whose name GitHub starts it. */
export const WORKFLOW_FILE = "sync_secrets.yml";

/** Where the stack puts it in each carrier. */
export const WORKFLOW_PATH = `.github/workflows/${WORKFLOW_FILE}`;

/** Where the stack puts the script the workflow runs. `.cjs`: it must run whatever the carrier's package.json says. */
export const SCRIPT_PATH = "scripts/ci/sync_secrets.cjs";

/** Label of values that stand where no person has set one yet; also what the sync refuses to copy. */
export const SENTINEL = "__SET_ME_IN_GITHUB__ (placeholder by sophia-secrets; never synced, never loaded)";

/** What a run of everything is called, and one of a part or a dry one: GitHub tells nobody a run's inputs, only its name. */
export const RUN_NAMES = { whole: "Sync all secrets", part: "Sync some secrets" } as const;

/** The command by which a person starts the sync of one carrier. */
export function startSync(
  { githubOrganization }: Pick<Settings, "githubOrganization">,
  carrier: string,
): string {
  return `gh workflow run ${WORKFLOW_FILE} -R ${githubOrganization}/${carrier}`;
}

/**
 * The same for every carrier, in one line. A run that a person starts compares values, whatever the ledger says.
 *
 * @param inputs of the workflow, with a blank before each.
 */
export function startSyncs(settings: Pick<Settings, "githubOrganization" | "carriers">, inputs = ""): string {
  return settings.carriers.map((carrier) => `${startSync(settings, carrier)}${inputs}`).join(" && ");
}

/** The list of repositories that may read an organization secret, as the state names its type. */
export const SECRET_REPOSITORIES = "pulumi-nodejs:dynamic/github:SecretRepositories";

/** The same in stacks that an earlier version made, until the next `up`. */
export const FORMER_SECRET_REPOSITORIES =
  "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories";

/**
 * Environment variable by which `adopt` has the program declare secrets that GitHub holds and the state does not: its
 * proxy lets no write through. An `up` by hand with it still overwrites nothing, because the guards refuse each of them.
 */
export const ALLOW_EXISTING = "SOPHIA_SECRETS_ALLOW_EXISTING";

/** With it: the `repository/environment` whose GitHub environments and branch rules `adopt` imports, with commas between. */
export const ADOPTED_PLACES = "SOPHIA_SECRETS_ADOPTED_PLACES";
