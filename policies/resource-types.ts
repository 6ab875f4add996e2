/** Types of resources that the rules look at, as the providers and the program name them. */
export const TYPES = {
  stack: "pulumi:pulumi:Stack",
  organizationSecret: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
  organizationSecretRepositories:
    "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories",
  environmentSecret: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
  repositoryFile: "github:index/repositoryFile:RepositoryFile",
  environment: "pulumiservice:index:Environment",
  environmentSettings: "pulumiservice:api/esc:EnvironmentSettings",
  environmentTag: "pulumiservice:api/esc:EnvironmentTag",
  issuer: "pulumiservice:index:OidcIssuer",
  team: "pulumiservice:index:Team",
  environmentPermission: "pulumiservice:index:TeamEnvironmentPermission",
  stackPermission: "pulumiservice:index:TeamStackPermission",
  role: "pulumiservice:index:OrganizationRole",
  organizationToken: "pulumiservice:index:OrgAccessToken",
  dockerProvider: "pulumi:providers:docker",
  /** Components of sophia-secrets: what they stand for, no provider says. */
  stage: "sophia-secrets:esc:Stage",
  slot: "sophia-secrets:github:Slot",
  environmentSlots: "sophia-secrets:github:EnvironmentSlots",
  catalog: "sophia-secrets:catalog:Catalog",
} as const;

/** A secret of GitHub, of whatever kind: Actions, Dependabot or Codespaces; organization, repository or environment. */
export function isGitHubSecret(type: string): boolean {
  return /^github:index\/\w+Secret:/.test(type);
}

/** Of the organization, for the repositories it names. */
export function isOrganizationSecret(type: string): boolean {
  return /^github:index\/\w+OrganizationSecret:/.test(type);
}
