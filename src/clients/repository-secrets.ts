import type { GitHubCall } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";

/** A repository's own secrets for Actions, and the organization's that it may use. Every method throws RemedyError. */
export interface RepositorySecrets {
  /** Names of its own. */
  own(): Promise<string[]>;
  /** Names of the organization's that it may use. */
  shared(): Promise<string[]>;
  /** @returns its own key in base64, 32 bytes (X25519): the organization's does not open what it holds. */
  publicKey(): Promise<{ keyId: string; key: string }>;
  /** Creates one, or replaces what stands. @param sealed the value, sealed for the repository's key. */
  write(name: string, sealed: { keyId: string; box: string }): Promise<void>;
}

/**
 * @param repository `owner/name`, of whatever owner.
 *
 * GitHub's documentation, "REST API endpoints for GitHub Actions Secrets": repository secrets.
 */
export function createRepositorySecrets(
  { get, put, names }: GitHubCall,
  repository: string,
): RepositorySecrets {
  const base = `/repos/${repository}/actions`;
  const whole: Asked = { thing: `repository ${repository}`, kind: "repository" };
  return {
    own: () => names(whole, `${base}/secrets`, "secrets"),
    shared: () => names(whole, `${base}/organization-secrets`, "secrets"),
    publicKey: async () => {
      const { key, key_id: keyId } = await get(whole, `${base}/secrets/public-key`);
      if (typeof key !== "string" || typeof keyId !== "string") throw notGitHub(whole);
      return { key, keyId };
    },
    write: async (name, { keyId, box }) => {
      const asked: Asked = { thing: `${name} of ${repository}`, kind: "repository" };
      await put(asked, `${base}/secrets/${name}`, { key_id: keyId, encrypted_value: box });
    },
  };
}
