import type { GitHubCall } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";

/** What a write of an environment's secret needs; `GitHub` lists them. */
export interface GitHubEnvironmentSecrets {
  /** @returns the environment's own key in base64, 32 bytes (X25519): the organization's does not open what it holds. */
  publicKey(repository: string, environment: string): Promise<{ keyId: string; key: string }>;
  /** Creates it, or replaces what stands. @param sealed the value, sealed for that environment's key. */
  write(
    repository: string,
    environment: string,
    name: string,
    sealed: { keyId: string; box: string },
  ): Promise<void>;
}

/** @throws RemedyError from every method, naming what was asked, the cause and the remedy. */
export function createGitHubEnvironmentSecrets({
  get,
  put,
  organization,
}: GitHubCall): GitHubEnvironmentSecrets {
  const secretsOf = (repository: string, environment: string) =>
    `/repos/${organization}/${repository}/environments/${encodeURIComponent(environment)}/secrets`;
  const asked = (thing: string, repository: string, environment: string): Asked => ({
    thing: `${thing}${environment} of ${organization}/${repository}`,
    kind: "environment",
  });
  return {
    publicKey: async (repository, environment) => {
      const whole = asked("environment ", repository, environment);
      const { key, key_id: keyId } = await get(whole, `${secretsOf(repository, environment)}/public-key`);
      if (typeof key !== "string" || typeof keyId !== "string") throw notGitHub(whole);
      return { key, keyId };
    },
    write: async (repository, environment, name, { keyId, box }) => {
      const body = { key_id: keyId, encrypted_value: box };
      await put(
        asked(`${name} in `, repository, environment),
        `${secretsOf(repository, environment)}/${name}`,
        body,
      );
    },
  };
}
