import { isDeepStrictEqual } from "node:util";
import { RemedyError } from "../errors";
import type { Secret } from "../secret";
import { COMMAND } from "../text";
import { createGitHubCall, type GitHubCall } from "./github-call";
import { type Asked, NotShownError, notGitHub } from "./github-refusal";
import type { Http, HttpAnswer } from "./http";

/** Who may read an organization secret, in GitHub's words. */
export type SecretVisibility = "all" | "private" | "selected";

/** An organization secret as GitHub lists it: everything but its value. */
export interface OrganizationSecret {
  name: string;
  visibility: SecretVisibility;
  /** RFC 3339, UTC. Moves also when only the repositories change: it does not date the value. */
  updatedAt: string;
}

/** What a write of an organization secret carries. */
export interface SecretWrite {
  visibility: SecretVisibility;
  /** All repositories that may read it; used for `selected` alone. One left out loses it. */
  repositoryIds: readonly number[];
  /** The value, sealed for the organization's key. Left out, GitHub's API says, the value stays. */
  sealed?: { keyId: string; box: string };
}

/** The part of GitHub's API that commands use, for one organization. */
export interface GitHub {
  /** Address of the server, with no slash at the end and no /api/v3. */
  url: string;
  listSecrets(): Promise<OrganizationSecret[]>;
  /** Names of the repositories that may read a secret whose visibility is `selected`. */
  repositoriesOf(secret: string): Promise<string[]>;
  repositoryId(repository: string): Promise<number>;
  /** @returns key in base64, 32 bytes (X25519). */
  publicKey(): Promise<{ keyId: string; key: string }>;
  /**
   * Creates it, or replaces what stands.
   *
   * @returns GitHub's time of this write, whole seconds: what it shows as `updatedAt` later is somebody else's change.
   */
  writeSecret(name: string, write: SecretWrite): Promise<string>;
  /** Replaces the list of a `selected` secret, and looks whether it was: nothing else of it is touched. */
  setRepositories(secret: string, repositoryIds: readonly number[]): Promise<void>;
  /** Names of all organization secrets that a repository may read, whoever made them. */
  readableBy(repository: string): Promise<string[]>;
  /** Names of a repository's own secrets. */
  repositorySecrets(repository: string): Promise<string[]>;
  /** Names of a repository's deployment environments. */
  environments(repository: string): Promise<string[]>;
  /** Names of the secrets of one of them. */
  environmentSecrets(repository: string, gitHubEnvironment: string): Promise<string[]>;
}

/**
 * A client of GitHub for one organization.
 *
 * @throws RemedyError from every method, naming what was asked, the cause and the remedy.
 */
export function createGitHub(options: {
  url: string;
  organization: string;
  token: Secret;
  http: Http;
}): GitHub {
  const call = createGitHubCall(options);
  const { url, organization } = call;
  const { get, list, names, put } = call;
  const secrets = `/orgs/${organization}/actions/secrets`;
  const whole: Asked = { thing: `organization ${organization}`, kind: "organization" };
  const ofSecret = (name: string): Asked => ({ thing: name, kind: "organization" });
  const { ofRepository } = call;

  return {
    url,
    listSecrets: async () => {
      const found = await list<Listed>(whole, secrets, "secrets");
      return found.map(({ name, visibility, updated_at }) => ({ name, visibility, updatedAt: updated_at }));
    },
    repositoriesOf: (secret) => names(ofSecret(secret), `${secrets}/${secret}/repositories`, "repositories"),
    repositoryId: async (repository) => {
      const asked = ofRepository(repository);
      const { id, full_name } = await get(asked, `/repos/${organization}/${repository}`);
      if (typeof id !== "number") throw notGitHub(asked);
      if (typeof full_name === "string" && full_name !== `${organization}/${repository}`)
        throw new RemedyError({
          code: "github-name-differs",
          subject: asked.thing,
          cause: `GitHub spells it ${full_name}, and trust compares names by letter`,
          remedy: `${COMMAND} verify says what names it, and how to correct that`,
        });
      return id;
    },
    publicKey: () => readPublicKey(call, whole, secrets),
    writeSecret: (name, write) => putSecret(call, ofSecret(name), `${secrets}/${name}`, bodyOf(write)),
    setRepositories: async (secret, repositoryIds) => {
      const path = `${secrets}/${secret}/repositories`;
      const asked = ofSecret(secret);
      await put(asked, path, { selected_repository_ids: repositoryIds });
      const standing = await list<{ id: number }>(asked, path, "repositories");
      if (isDeepStrictEqual(new Set(standing.map(({ id }) => id)), new Set(repositoryIds))) return;
      throw new RemedyError({
        code: "write-not-carried-out",
        subject: secret,
        cause: "GitHub says that it wrote the list of repositories, and shows another",
        remedy: `${COMMAND} drift shows who can use it now; then run this again`,
      });
    },
    readableBy: (repository) =>
      names(
        ofRepository(repository),
        `/repos/${organization}/${repository}/actions/organization-secrets`,
        "secrets",
      ),
    repositorySecrets: (repository) =>
      names(ofRepository(repository), `/repos/${organization}/${repository}/actions/secrets`, "secrets"),
    environments: (repository) =>
      names(ofRepository(repository), `/repos/${organization}/${repository}/environments`, "environments"),
    environmentSecrets: (repository, gitHubEnvironment) =>
      names(
        ofRepository(repository),
        `/repos/${organization}/${repository}/environments/${encodeURIComponent(gitHubEnvironment)}/secrets`,
        "secrets",
      ),
  };
}

/**
 * GitHub ends a request after 10 seconds (docs.github.com, "Troubleshooting the REST API", timeouts); the rest is for
 * clocks of its own that differ.
 */
const WRITTEN_WITHIN_MS = 15_000;

/**
 * The key that values are sealed for: each organization, repository and environment has its own.
 *
 * @param secretsPath where the secrets are listed, with no slash at the end.
 * @returns key in base64, 32 bytes (X25519).
 */
export async function readPublicKey({ get }: GitHubCall, asked: Asked, secretsPath: string) {
  const { key, key_id: keyId } = await get(asked, `${secretsPath}/public-key`);
  if (typeof key !== "string" || typeof keyId !== "string") throw notGitHub(asked);
  return { key, keyId };
}

/**
 * Writes a secret of an organization, a repository or an environment, and looks whether that was carried out.
 *
 * @returns GitHub's time of the write.
 */
export async function putSecret(call: GitHubCall, asked: Asked, path: string, body: object): Promise<string> {
  return confirmWritten(call, asked, path, await call.put(asked, path, body));
}

/**
 * Looks whether a write that GitHub reports as done was carried out: the time of the secret's last change is that of the
 * write. A change by somebody else within the same seconds cannot be told from it.
 */
async function confirmWritten(
  { get }: GitHubCall,
  asked: Asked,
  path: string,
  { headers }: HttpAnswer,
): Promise<string> {
  const { updated_at: at } = await get(asked, path).catch((error: unknown) => {
    if (error instanceof NotShownError) return { updated_at: "never" };
    // GitHub has reported the write as done; what cannot be looked at is not told as success.
    throw error;
  });
  const answered = Date.parse(headers.date ?? "");
  const isOld = Date.parse(String(at)) < answered - WRITTEN_WITHIN_MS;
  // Somebody else may have written between the answer and this look: theirs is not told as the time of this write.
  if (at !== "never" && !isOld)
    return Date.parse(String(at)) > answered ? new Date(answered).toISOString() : String(at);
  throw new RemedyError({
    code: "write-not-carried-out",
    subject: asked.thing,
    cause:
      at === "never"
        ? "GitHub says that it wrote, and shows no such secret"
        : `GitHub says that it wrote, and the secret's last change is of ${at}`,
    remedy: "run this again; until then the old value stays",
  });
}

interface Listed {
  name: string;
  visibility: SecretVisibility;
  updated_at: string;
}

function bodyOf({ visibility, repositoryIds, sealed }: SecretWrite): object {
  return {
    visibility,
    // GitHub refuses a list beside any other visibility, and without one takes the secret from all.
    ...(visibility === "selected" ? { selected_repository_ids: repositoryIds } : {}),
    ...(sealed === undefined ? {} : { key_id: sealed.keyId, encrypted_value: sealed.box }),
  };
}
