import type { ProviderDefinition } from "../provider/definition";
import { secret } from "../provider/wire";
import { actionsOrganizationSecret } from "./actions-organization-secret";
import { actionsOrganizationSecretRepositories } from "./actions-organization-secret-repositories";
import { getActionsOrganizationSecrets } from "./get-actions-organization-secrets";
import { getRepository } from "./get-repository";
import { getRestApi } from "./get-rest-api";
import { getTeam } from "./get-team";
import { GitHubClient } from "./github-client";
import { gitHubSettings } from "./github-settings";
import { repositoryEnvironment } from "./repository-environment";
import { repositoryEnvironmentDeploymentPolicy } from "./repository-environment-deployment-policy";
import { repositoryFile } from "./repository-file";
import { repositoryRuleset } from "./repository-ruleset";
import { actionsEnvironmentSecret, actionsSecret } from "./repository-secret";

/**
 * Stand-in for the github provider 6.15.0 (terraform-provider-github 6.13.0).
 *
 * To add a resource: one file with its `ResourceDefinition`, one line here. What is imitated are the calls and what
 * stays in the state, faults included; the fixed second the real one waits before reading a secret back is not.
 */
export const gitHubProvider: ProviderDefinition<GitHubClient> = {
  name: "github",
  version: "6.15.0",
  bridged: true,
  checkSettings: (settings) =>
    "token" in settings ? { ...settings, token: secret(settings.token) } : settings,
  connect: async (settings) => {
    const client = new GitHubClient(gitHubSettings(settings, process.env));
    await client.identify();
    return client;
  },
  resources: {
    "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret": actionsEnvironmentSecret,
    "github:index/actionsOrganizationSecret:ActionsOrganizationSecret": actionsOrganizationSecret,
    "github:index/actionsOrganizationSecretRepositories:ActionsOrganizationSecretRepositories":
      actionsOrganizationSecretRepositories,
    "github:index/actionsSecret:ActionsSecret": actionsSecret,
    "github:index/repositoryEnvironment:RepositoryEnvironment": repositoryEnvironment,
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy":
      repositoryEnvironmentDeploymentPolicy,
    "github:index/repositoryFile:RepositoryFile": repositoryFile,
    "github:index/repositoryRuleset:RepositoryRuleset": repositoryRuleset,
  },
  functions: {
    "github:index/getActionsOrganizationSecrets:getActionsOrganizationSecrets": getActionsOrganizationSecrets,
    "github:index/getRepository:getRepository": getRepository,
    "github:index/getRestApi:getRestApi": getRestApi,
    "github:index/getTeam:getTeam": getTeam,
  },
  // Bridged providers report through hashicorp/go-multierror.
  describeError: (error) => `1 error occurred:\n\t* ${error.message}\n\n`,
};
