import type { GitHubCall } from "./github-call";
import type { Asked } from "./github-refusal";
import { putSecret, readPublicKey } from "./github-secrets";

/** A repository's own secrets for Actions, and the organization's that it may use. Every method throws RemedyError. */
export interface RepositorySecrets {
  /** Names of its own. */
  own(): Promise<string[]>;
  /** Names of the organization's that it may use. */
  shared(): Promise<string[]>;
  /** @returns its own key in base64, 32 bytes (X25519): the organization's does not open what it holds. */
  publicKey(): Promise<{ keyId: string; key: string }>;
  /** Creates one, or replaces what stands. @param sealed the value, sealed for the repository's key. */
  write(name: string, sealed: { keyId: string; box: string }): Promise<string>;
}

/**
 * @param repository `owner/name`, of whatever owner.
 *
 * GitHub's documentation, "REST API endpoints for GitHub Actions Secrets": repository secrets.
 */
export function createRepositorySecrets(call: GitHubCall, repository: string): RepositorySecrets {
  const base = `/repos/${repository}/actions`;
  const whole: Asked = { thing: `repository ${repository}`, kind: "repository" };
  return {
    own: () => call.names(whole, `${base}/secrets`, "secrets"),
    shared: () => call.names(whole, `${base}/organization-secrets`, "secrets"),
    publicKey: () => readPublicKey(call, whole, `${base}/secrets`),
    write: (name, { keyId, box }) =>
      putSecret(call, { thing: `${name} of ${repository}`, kind: "repository" }, `${base}/secrets/${name}`, {
        key_id: keyId,
        encrypted_value: box,
      }),
  };
}
