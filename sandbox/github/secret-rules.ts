import { GitHubError, notSupplied } from "./github-error";
import type { StoredSecret } from "./github-state";
import type { KeyRing } from "./key-ring";

/** Docs "Secrets reference", limits: 48 KB a secret. */
export const LARGEST_SECRET_BYTES = 49_152;
/** Docs "Secrets reference", limits. */
export const ORGANIZATION_SECRETS = 1_000;
/** Docs "Secrets reference", limits: of a repository, and of each environment. */
export const REPOSITORY_SECRETS = 100;
/** Docs "Secrets reference": a workflow sees the first 100 organization secrets of its repository, by name. */
export const ORGANIZATION_SECRETS_OF_A_RUN = 100;

/** GitHub's own words for a name (facts: seen in 422 answers of the real API). */
const NAME_RULE =
  "Secret names can only contain alphanumeric characters ([a-z], [A-Z], [0-9]) or underscores (_). Spaces are not allowed. Must start with a letter ([a-z], [A-Z]) or underscores (_).";

/** The name under which GitHub keeps a secret: upper case. @throws GitHubError 422 on a name it refuses. */
export function secretName(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new GitHubError(422, NAME_RULE);
  if (/^GITHUB_/i.test(name)) throw new GitHubError(422, "Secret names must not start with GITHUB_.");
  return name.toUpperCase();
}

export interface SealedBody {
  encrypted_value?: string | undefined;
  key_id?: string | undefined;
}

/**
 * Opens what a PUT sent and encrypts it for keeping.
 * @returns undefined when the body has no value at all: an update of other fields.
 * @throws GitHubError 422 on a bad box, a missing key id, or a value of more than 49,152 bytes.
 */
export async function reseal(keys: KeyRing, sent: SealedBody, place: string): Promise<string | undefined> {
  if (sent.encrypted_value === undefined) return undefined;
  if (sent.key_id === undefined) throw notSupplied("key_id");
  const value = await keys.unseal(sent.key_id, sent.encrypted_value);
  if (value.length > LARGEST_SECRET_BYTES) {
    throw new GitHubError(422, `Secret value is too large: the limit is ${LARGEST_SECRET_BYTES} bytes.`);
  }
  return keys.encrypt(value, place);
}

/**
 * Creates or updates one secret on a shelf. @returns whether it is new.
 * @throws GitHubError 422 when a new secret has no value or the shelf is full.
 */
export function shelve<Secret extends StoredSecret>(
  shelf: Record<string, Secret>,
  secret: Omit<Secret, "createdAt" | "ciphertext"> & { ciphertext: string | undefined },
  limit: number,
): boolean {
  const known = shelf[secret.name];
  const ciphertext = secret.ciphertext ?? known?.ciphertext;
  if (ciphertext === undefined) throw notSupplied("encrypted_value");
  if (known === undefined && Object.keys(shelf).length >= limit) {
    throw new GitHubError(422, `Cannot create more than ${limit} secrets here.`);
  }
  const createdAt = known?.createdAt ?? secret.updatedAt;
  shelf[secret.name] = { ...secret, ciphertext, createdAt } as unknown as Secret;
  return known === undefined;
}

/** By name, the order of GitHub's lists and of the 100-secret rule. */
export function byName<Named extends { name: string }>(shelf: Record<string, Named>): Named[] {
  return Object.values(shelf).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A repository or environment secret as GitHub shows it: never its value. */
export function secretJson(secret: StoredSecret) {
  return { name: secret.name, created_at: secret.createdAt, updated_at: secret.updatedAt };
}

/** What a secret's ciphertext is bound to. */
export const places = {
  organization: (organizationId: number, name: string) => `organization:${organizationId}:${name}`,
  repository: (repositoryId: number, name: string) => `repository:${repositoryId}:${name}`,
  environment: (environmentId: number, name: string) => `environment:${environmentId}:${name}`,
};
