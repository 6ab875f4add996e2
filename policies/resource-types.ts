/** Types of resources that the rules look at, as the providers and the program name them. */
export const TYPES = {
  stack: "pulumi:pulumi:Stack",
  organizationSecret: "github:index/actionsOrganizationSecret:ActionsOrganizationSecret",
  organizationSecretRepositories: "pulumi-nodejs:dynamic/github:SecretRepositories",
  /** The GitHub provider's own resource for the same. */
  organizationSecretRepositoriesByProvider:
    "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories",
  environmentSecret: "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret",
  variable: "github:index/actionsVariable:ActionsVariable",
  organizationVariable: "github:index/actionsOrganizationVariable:ActionsOrganizationVariable",
  environmentVariable: "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
  repositoryFile: "github:index/repositoryFile:RepositoryFile",
  repository: "github:index/repository:Repository",
  issue: "github:index/issue:Issue",
  pullRequest: "github:index/repositoryPullRequest:RepositoryPullRequest",
  release: "github:index/release:Release",
  deployKey: "github:index/repositoryDeployKey:RepositoryDeployKey",
  githubWebhook: "github:index/organizationWebhook:OrganizationWebhook",
  githubRepositoryWebhook: "github:index/repositoryWebhook:RepositoryWebhook",
  githubMember: "github:index/membership:Membership",
  githubSettings: "github:index/organizationSettings:OrganizationSettings",
  githubRole: "github:index/organizationRole:OrganizationRole",
  githubRepositoryRole: "github:index/organizationRepositoryRole:OrganizationRepositoryRole",
  githubCustomRole: "github:index/organizationCustomRole:OrganizationCustomRole",
  githubRoleOfTeam: "github:index/organizationRoleTeam:OrganizationRoleTeam",
  githubRoleAssignment: "github:index/organizationRoleTeamAssignment:OrganizationRoleTeamAssignment",
  githubRoleOfUser: "github:index/organizationRoleUser:OrganizationRoleUser",
  teamRepository: "github:index/teamRepository:TeamRepository",
  collaborator: "github:index/repositoryCollaborator:RepositoryCollaborator",
  collaborators: "github:index/repositoryCollaborators:RepositoryCollaborators",
  workflowDefaults: "github:index/workflowRepositoryPermissions:WorkflowRepositoryPermissions",
  organizationWorkflowDefaults:
    "github:index/actionsOrganizationWorkflowPermissions:ActionsOrganizationWorkflowPermissions",
  enterpriseWorkflowDefaults:
    "github:index/enterpriseActionsWorkflowPermissions:EnterpriseActionsWorkflowPermissions",
  environment: "pulumiservice:index:Environment",
  environmentByApi: "pulumiservice:api/esc:Environment",
  environmentSettings: "pulumiservice:api/esc:EnvironmentSettings",
  environmentTag: "pulumiservice:api/esc:EnvironmentTag",
  stackTag: "pulumiservice:index:StackTag",
  stackTags: "pulumiservice:index:StackTags",
  stackTagByApi: "pulumiservice:api/stacks:Tag",
  issuer: "pulumiservice:index:OidcIssuer",
  issuerByApi: "pulumiservice:api/auth:OidcIssuer",
  trustPolicy: "pulumiservice:api/auth:Policy",
  team: "pulumiservice:index:Team",
  teamByApi: "pulumiservice:api/teams:Team",
  member: "pulumiservice:index:OrganizationMember",
  memberByApi: "pulumiservice:api:OrganizationMember",
  environmentPermission: "pulumiservice:index:TeamEnvironmentPermission",
  stackPermission: "pulumiservice:index:TeamStackPermission",
  role: "pulumiservice:index:OrganizationRole",
  roleByApi: "pulumiservice:api:Role",
  roleOfTeam: "pulumiservice:index:TeamRoleAssignment",
  roleOfTeamByApi: "pulumiservice:api/teams:Role",
  personalToken: "pulumiservice:index:AccessToken",
  personalTokenByApi: "pulumiservice:api/tokens:PersonalToken",
  teamToken: "pulumiservice:index:TeamAccessToken",
  teamTokenByApi: "pulumiservice:api/tokens:TeamToken",
  organizationToken: "pulumiservice:index:OrgAccessToken",
  organizationTokenByApi: "pulumiservice:api/tokens:OrgToken",
  webhook: "pulumiservice:index:Webhook",
  organizationWebhook: "pulumiservice:api:OrganizationWebhook",
  stackWebhook: "pulumiservice:api/stacks:Webhook",
  environmentWebhook: "pulumiservice:api/esc:Webhook",
  deploymentSettings: "pulumiservice:index:DeploymentSettings",
  deploymentSettingsByApi: "pulumiservice:api/deployments:Settings",
  scheduledDeployment: "pulumiservice:api/deployments:ScheduledDeployment",
  templateSource: "pulumiservice:index:TemplateSource",
  templateCollection: "pulumiservice:api:OrgTemplateCollection",
  versionControl: "pulumiservice:api/integrations:CustomVCSIntegration",
  pulumiProvider: "pulumi:providers:pulumiservice",
  githubProvider: "pulumi:providers:github",
  dockerProvider: "pulumi:providers:docker",
  /** Components of sophia-secrets: what they stand for, no provider says. */
  stage: "sophia-secrets:esc:Stage",
  slot: "sophia-secrets:github:Slot",
  environmentSlots: "sophia-secrets:github:EnvironmentSlots",
  catalog: "sophia-secrets:catalog:Catalog",
  proposedFile: "sophia-secrets:github:ProposedFile",
  identityTrust: "sophia-secrets:esc:IdentityTrust",
} as const;

/** A secret of GitHub, of whatever kind: Actions, Dependabot or Codespaces; organization, repository or environment. */
export function isGitHubSecret(type: string): boolean {
  return /^github:index\/\w+Secret:/.test(type);
}

/** Of the organization, for the repositories it names. */
export function isOrganizationSecret(type: string): boolean {
  return /^github:index\/\w+OrganizationSecret:/.test(type);
}

/** Which repositories may read an organization secret, by either type. */
export function isListOfRepositories(type: string): boolean {
  return (
    type === TYPES.organizationSecretRepositories || type === TYPES.organizationSecretRepositoriesByProvider
  );
}

/** An ESC environment, by either of the provider's two types. */
export function isEnvironment(type: string): boolean {
  return type === TYPES.environment || type === TYPES.environmentByApi;
}
