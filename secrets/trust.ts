import type { Settings } from "./settings";

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
 * The sync jobs: a job of a carrier, on the branch, in the GitHub environment of an environment gets a token of the one
 * team that may write that environment.
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
      rules: { ...claimsOf(settings, carrier), ref: refOf(settings), environment },
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
  const onBranch = { ...claims, ref: refOf(settings) };
  const team = (job: "preview" | "audit", rules: Readonly<Record<string, string>>): TrustRule => ({
    decision: "allow",
    tokenType: "team",
    teamName: programTeam(settings, job),
    rules: { ...rules, environment: programEnvironment(job) },
  });
  return [
    team("preview", { ...claims, event_name: "pull_request", base_ref: settings.branch }),
    team("audit", onBranch),
    ...stacks.map((stack) => ({
      decision: "allow" as const,
      tokenType: "organization" as const,
      authorizedPermissions: ["admin"] as ["admin"],
      rules: { ...onBranch, environment: programEnvironment(stack) },
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

function claimsOf(settings: Settings, { name, id }: Repository) {
  return {
    aud: `urn:pulumi:org:${settings.pulumiOrganization}`,
    repository: `${settings.githubOrganization}/${name}`,
    repository_id: String(id),
  };
}

function refOf({ branch }: Settings): string {
  return `refs/heads/${branch}`;
}

/** GitHub's issuer of identities; a self-hosted server's own is at `/_services/token` (docs.github.com, OIDC reference). */
export function issuerOf(githubApiUrl: string | undefined): string {
  if (githubApiUrl === undefined) return "https://token.actions.githubusercontent.com";
  return `${new URL(githubApiUrl).origin}/_services/token`;
}
