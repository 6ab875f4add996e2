import { RemedyError } from "../errors";
import { COMMAND } from "../text";
import type { GitHubCall } from "./github-call";
import { type Asked, notGitHub } from "./github-refusal";
import type { GitHub, SecretVisibility, SecretWrite } from "./github-secrets";

/** Who may read an organization secret. */
export interface Access {
  visibility: SecretVisibility;
  /** Ids of the repositories; empty where the visibility is another than `selected`. */
  repositoryIds: readonly number[];
}

/** Access to organization secrets, without their values. */
export interface SecretRepositories {
  /**
   * As GitHub's list of secrets had it at the first call, or at the first after a write.
   *
   * @returns undefined when GitHub lists no such secret.
   */
  listed(secret: string): Promise<Access | undefined>;
  /** As it is now. @throws RemedyError also when there is no such secret. */
  now(secret: string): Promise<Access>;
  /**
   * Sets the list, and the visibility where that is another than `selected`.
   *
   * @param visibility as far as it is known: GitHub refuses a list for others.
   */
  replace(secret: string, repositoryIds: readonly number[], visibility?: SecretVisibility): Promise<void>;
}

/** @throws RemedyError from every method, naming what was asked, the cause and the remedy. */
export function createSecretRepositories(call: GitHubCall, github: GitHub): SecretRepositories {
  const secrets = `/orgs/${call.organization}/actions/secrets`;
  const asked = (name: string): Asked => ({ thing: name, kind: "organization" });
  let visibilities: Promise<ReadonlyMap<string, SecretVisibility>> | undefined;
  const list = async () =>
    new Map((await github.listSecrets()).map(({ name, visibility }) => [name, visibility]));
  const accessOf = async (name: string, visibility: SecretVisibility): Promise<Access> => {
    if (visibility !== "selected") return { visibility, repositoryIds: [] };
    const found = await call.list<{ id: number }>(
      asked(name),
      `${secrets}/${name}/repositories`,
      "repositories",
    );
    return { visibility, repositoryIds: found.map(({ id }) => id) };
  };
  return {
    listed: async (name) => {
      visibilities ??= list();
      const visibility = (await visibilities).get(name);
      return visibility === undefined ? undefined : accessOf(name, visibility);
    },
    now: async (name) => {
      const { visibility } = await call.get(asked(name), `${secrets}/${name}`);
      if (!isVisibility(visibility)) throw notGitHub(asked(name));
      return accessOf(name, visibility);
    },
    replace: async (name, repositoryIds, visibility = "selected") => {
      visibilities = undefined;
      const select = () => setVisibility(github, name, { visibility: "selected", repositoryIds });
      if (visibility !== "selected") return select();
      const body = { selected_repository_ids: repositoryIds };
      try {
        await call.put(asked(name), `${secrets}/${name}/repositories`, body);
      } catch (error) {
        if (!(error instanceof RemedyError) || error.problem.code !== "visibility-not-selected") throw error;
        await select();
      }
    },
  };
}

function isVisibility(value: unknown): value is SecretVisibility {
  return value === "all" || value === "private" || value === "selected";
}

/**
 * Sets who may read a secret without its value, which GitHub's API documents as optional.
 *
 * @throws RemedyError with what to do where GitHub does not take it so.
 */
export async function setVisibility(
  github: Pick<GitHub, "writeSecret">,
  name: string,
  write: Omit<SecretWrite, "sealed">,
): Promise<void> {
  try {
    await github.writeSecret(name, write);
  } catch (error) {
    if (!(error instanceof RemedyError) || error.problem.code !== "github-refused") throw error;
    throw new RemedyError({
      code: "value-required",
      subject: name,
      cause: "GitHub changes its visibility only together with a value",
      remedy: `someone who knows the value must run ${COMMAND} set ${name} --replace`,
    });
  }
}
