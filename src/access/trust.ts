import { environmentsOfApplication, openingOf } from "../catalog/applications";
import type { ResolvedCatalog } from "../catalog/entry";
import { syncTeam, WORKFLOW_PATH } from "../catalog/layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "../catalog/settings";

/**
 * One thing that a job of GitHub's may become in Pulumi Cloud, in the words of its trust policies. Every claim must
 * match; what no rule allows is denied.
 */
export interface TrustRule {
  decision: "allow";
  tokenType: "team" | "organization";
  /** Of team tokens. */
  teamName?: string;
  /** Of organization tokens: without it they are a member's. */
  authorizedPermissions?: ["admin"];
  /** Values by claim. Wildcards in them: `*`, `?`, and `.` for any one character, which cannot be escaped. */
  rules: Readonly<Record<string, string>>;
}

/** A repository of the organization, by name and by the id that no other ever gets. */
export interface Repository {
  name: string;
  id: number;
}

/** What the jobs of this program's own repository do. */
export type ProgramJob = "preview" | "audit" | "up";

/**
 * The workflow files that the program's jobs are trusted in. None for previews: a pull request runs its own version of
 * each file, so that a name says nothing of what stands in it.
 */
export const PROGRAM_WORKFLOWS = {
  audit: ".github/workflows/nightly.yml",
  up: ".github/workflows/deploy.yml",
} as const;

/**
 * The sync jobs: a job of the sync workflow of a carrier, on the branch, in the GitHub environment of an environment
 * gets a token of the one team that may write that environment.
 *
 * `sub` is left out on purpose: its form depends on when the repository was made (names, or names with ids), and
 * everything it says the other claims say as well. A repository's name may hold a `.`; its id lets no neighbour in.
 */
export function syncRules(
  settings: Settings,
  targets: readonly { environment: string; team: string }[],
  carriers: readonly Repository[],
): TrustRule[] {
  return carriers.flatMap((carrier) =>
    targets.map(({ environment, team }) => ({
      decision: "allow" as const,
      tokenType: "team" as const,
      teamName: team,
      rules: { ...claimsOf(settings, carrier), ...onBranch(settings, carrier, WORKFLOW_PATH), environment },
    })),
  );
}

/**
 * The jobs of the program's own repository, each in a GitHub environment of its own: pull requests into the branch
 * preview, the branch's nightly run audits, and the branch's deployment of each stack is an administrator.
 *
 * An administrator, because `up` declares teams, permissions and this trust itself: whoever may write a trust policy
 * can give themselves any token (scope auth_policies:update, Pulumi Cloud's RBAC reference).
 */
export function programRules(
  settings: Settings,
  stacks: readonly string[],
  repository: Repository,
): TrustRule[] {
  const claims = claimsOf(settings, repository);
  const runs = (job: keyof typeof PROGRAM_WORKFLOWS) =>
    onBranch(settings, repository, PROGRAM_WORKFLOWS[job]);
  const team = (job: "preview" | "audit", rules: Readonly<Record<string, string>>): TrustRule => ({
    decision: "allow",
    tokenType: "team",
    teamName: programTeam(settings, job),
    rules: { ...rules, environment: programEnvironment(job) },
  });
  return [
    team("preview", { ...claims, event_name: "pull_request", base_ref: settings.branch }),
    team("audit", { ...claims, ...runs("audit") }),
    ...stacks.map((stack) => ({
      decision: "allow" as const,
      tokenType: "organization" as const,
      authorizedPermissions: ["admin"] as ["admin"],
      rules: { ...claims, ...runs("up"), environment: programEnvironment(stack) },
    })),
  ];
}

/** The team whose short-lived tokens the program's jobs read with. */
export function programTeam(settings: Pick<Settings, "application">, job: "preview" | "audit"): string {
  return `${settings.application}-program-${job}`;
}

/**
 * The GitHub environment of the program's repository that a job names: `program-preview`, `program-audit`, or
 * `program-STACK` for `up`. Never an environment of the catalog: where the program lives in a carrier, its sync jobs
 * run in those.
 */
export function programEnvironment(jobOrStack: string): string {
  return `program-${jobOrStack}`;
}

/**
 * Jobs of applications that load secrets: of the workflow that the application names, on its branch, in the GitHub
 * environment of a deployment environment. They get the team that the application's loader works as there.
 */
export function applicationRules(
  { applications, environments, groups }: ResolvedCatalog,
  settings: Settings,
  repositories: readonly Repository[],
): TrustRule[] {
  return applications.flatMap((application) => {
    const repository = repositories.find(({ name }) => name === application.repository);
    if (repository === undefined || application.githubActions === undefined) return [];
    const { branch = settings.branch, githubActions } = application;
    return environmentsOfApplication(application, environments).map((deployment) => ({
      decision: "allow" as const,
      tokenType: "team" as const,
      teamName: openingOf(settings, deployment, application, Object.keys(groups)).team,
      rules: {
        ...claimsOf(settings, repository),
        ...onBranch({ ...settings, branch }, repository, githubActions.workflow),
        environment: deployment,
      },
    }));
  });
}

function claimsOf(settings: Settings, { name, id }: Repository) {
  return {
    aud: `urn:pulumi:org:${settings.pulumiOrganization}`,
    repository: `${settings.githubOrganization}/${name}`,
    repository_id: String(id),
  };
}

/**
 * The claims of a job of one workflow file, as it stands on the branch (docs.github.com, OIDC reference).
 *
 * `workflow_ref` is the file that was started, also where a job calls another: whoever calls the sync workflow from one
 * of their own is not it. Its dots match any character and let nobody in: GitHub runs files right below
 * `.github/workflows` alone, whose names end in `.yml` or `.yaml`.
 */
function onBranch({ githubOrganization, branch }: Settings, { name }: Repository, file: string) {
  const ref = `refs/heads/${branch}`;
  return { ref, workflow_ref: `${githubOrganization}/${name}/${file}@${ref}` };
}

/** A declared rule, or one as Pulumi Cloud has it. */
export interface AnyRule {
  decision: string;
  tokenType: string;
  teamName?: string;
  userLogin?: string;
  runnerID?: string;
  roleID?: string;
  authorizedPermissions?: readonly string[];
  rules: Readonly<Record<string, string>>;
}

/** All that decides in a rule, in one order: two rules with the same key do the same. */
export function ruleKey(rule: AnyRule): string {
  const { decision, tokenType, authorizedPermissions = [], rules } = rule;
  const claims = Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([decision, tokenType, subjectsOf(rule), [...authorizedPermissions].sort(), claims]);
}

/** Whose tokens a rule gives. */
export function subjectsOf({ teamName, userLogin, runnerID, roleID }: AnyRule): (string | undefined)[] {
  return [teamName, userLogin, runnerID, roleID];
}

/** Repositories whose jobs Pulumi Cloud is to trust, each once; none where the edition has no team tokens. */
export function trustedRepositories(
  { edition, syncAuthentication, carriers, programRepository }: Settings,
  { applications }: Pick<ResolvedCatalog, "applications">,
): string[] {
  if (!EDITIONS_WITH_TEAMS.includes(edition)) return [];
  const program = programRepository === undefined ? [] : [programRepository];
  const loading = applications.filter(({ githubActions }) => githubActions !== undefined);
  return [
    ...new Set([
      ...(syncAuthentication === "oidc" ? carriers : []),
      ...program,
      ...loading.map(({ repository }) => repository),
    ]),
  ];
}

/**
 * Every rule that the organization's stack declares, for all stacks.
 *
 * @param settings that stack's config.
 * @param stacks names of all stacks of the project.
 * @param repositories `trustedRepositories` with their ids.
 */
export function declaredTrust(
  catalog: ResolvedCatalog,
  settings: Settings,
  stacks: readonly string[],
  repositories: readonly Repository[],
): TrustRule[] {
  const targets = catalog.environments.map((deployment) => ({
    environment: deployment,
    team: syncTeam(settings, deployment),
  }));
  const { syncAuthentication, carriers } = settings;
  const program = repositories.find(({ name }) => name === settings.programRepository);
  return [
    ...(syncAuthentication === "oidc"
      ? syncRules(
          settings,
          targets,
          repositories.filter(({ name }) => carriers.includes(name)),
        )
      : []),
    ...(program === undefined ? [] : programRules(settings, stacks, program)),
    ...applicationRules(catalog, settings, repositories),
  ];
}
