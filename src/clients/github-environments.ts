import type { GitHubCall } from "./github-call";
import type { Asked } from "./github-refusal";
import { putSecret, readPublicKey } from "./github-secrets";

/** What a write of an environment's secret needs; `GitHub` lists them. */
export interface GitHubEnvironmentSecrets {
  /** @returns the environment's own key in base64, 32 bytes (X25519): the organization's does not open what it holds. */
  publicKey(repository: string, gitHubEnvironment: string): Promise<{ keyId: string; key: string }>;
  /**
   * Creates it, or replaces what stands.
   *
   * @param sealed the value, sealed for that environment's key.
   * @returns GitHub's time of the write.
   */
  write(
    repository: string,
    gitHubEnvironment: string,
    name: string,
    sealed: { keyId: string; box: string },
  ): Promise<string>;
}

/** @throws RemedyError from every method, naming what was asked, the cause and the remedy. */
export function createGitHubEnvironmentSecrets(call: GitHubCall): GitHubEnvironmentSecrets {
  const { organization } = call;
  const secretsOf = (repository: string, gitHubEnvironment: string) =>
    `/repos/${organization}/${repository}/environments/${encodeURIComponent(gitHubEnvironment)}/secrets`;
  const asked = (thing: string, repository: string, gitHubEnvironment: string): Asked => ({
    thing: `${thing}${gitHubEnvironment} of ${organization}/${repository}`,
    kind: "environment",
  });
  return {
    publicKey: (repository, gitHubEnvironment) =>
      readPublicKey(
        call,
        asked("environment ", repository, gitHubEnvironment),
        secretsOf(repository, gitHubEnvironment),
      ),
    write: (repository, gitHubEnvironment, name, { keyId, box }) =>
      putSecret(
        call,
        asked(`${name} in `, repository, gitHubEnvironment),
        `${secretsOf(repository, gitHubEnvironment)}/${name}`,
        { key_id: keyId, encrypted_value: box },
      ),
  };
}

/** What GitHub shows of deployment environments' rules. */
export interface GitHubEnvironments {
  /** Names of the branches, or patterns of them, that may use an environment; empty where it has no such rules. */
  branchRulesOf(repository: string, gitHubEnvironment: string): Promise<string[]>;
}

/** @throws RemedyError from every method. */
export function createGitHubEnvironments({
  list,
  ofRepository,
  organization,
}: GitHubCall): GitHubEnvironments {
  return {
    branchRulesOf: async (repository, gitHubEnvironment) => {
      const path = `/repos/${organization}/${repository}/environments/${encodeURIComponent(gitHubEnvironment)}`;
      const rules = await list<{ name: string; type?: string }>(
        ofRepository(repository),
        `${path}/deployment-branch-policies`,
        "branch_policies",
      );
      return rules.filter(({ type = "branch" }) => type === "branch").map(({ name }) => name);
    },
  };
}
