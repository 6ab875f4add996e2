import type { DeploymentEnvironment, RunnerHost, Values } from "../runner/run-request";
import { findRepository } from "./access";
import { environmentNamed, newEnvironment } from "./environments";
import type { GitHubParts } from "./github-app";
import type { Environment, Organization, Repository, StoredSecret } from "./github-state";
import { hasImmutableSubject, subjectOf } from "./id-token-subject";
import { byName, places } from "./secret-rules";
import { secretsOfRun } from "./visible-secrets";

/** What a runner's machine knows of its surroundings, which GitHub cannot. */
export interface HostSurroundings {
  /** `iss` of id tokens. */
  issuer: string;
  /** `http://127.0.0.1:PORT` of this service. */
  origin: () => string;
  machine: () => Values;
}

/**
 * All that the runner may know of one repository. Secrets are decrypted at the moment they are asked for.
 * @throws when there is no such repository.
 */
export function runnerHost(parts: GitHubParts, surroundings: HostSurroundings, fullName: string): RunnerHost {
  const repository = findRepository(parts.store.state, fullName);
  const organization = parts.store.state.organizations.find((each) => each.login === repository?.owner);
  if (repository === undefined || organization === undefined) {
    throw new Error(`The sandbox's GitHub has no repository ${fullName}`);
  }
  const values = (list: StoredSecret[], place: (name: string) => string): Values =>
    Object.fromEntries(
      list.map(({ name, ciphertext }) => [name, parts.keys.decrypt(ciphertext, place(name))]),
    );
  return {
    repository: {
      owner: repository.owner,
      ownerId: organization.id,
      name: repository.name,
      id: repository.id,
      defaultBranch: repository.defaultBranch,
      gitDir: parts.git.of(repository).gitDir,
      immutableSubject: hasImmutableSubject(repository),
    },
    serverUrl: surroundings.origin(),
    apiUrl: `${surroundings.origin()}/api/v3`,
    isDisabled: (path) => repository.disabledWorkflows?.includes(path) ?? false,
    machine: surroundings.machine(),
    organizationSecrets: () =>
      values(secretsOfRun(organization, repository), (name) => places.organization(organization.id, name)),
    repositorySecrets: () =>
      values(byName(repository.secrets), (name) => places.repository(repository.id, name)),
    organizationVariables: () => plain(organization.variables),
    repositoryVariables: () => plain(repository.variables),
    environment: (name) => {
      const environment = environmentFor(parts, repository, name);
      const secrets = values(byName(environment.secrets), (each) => places.environment(environment.id, each));
      return deployment(environment, secrets);
    },
    admit: (name, runId, signal) =>
      parts.reviews.admit(runId, environmentFor(parts, repository, name), signal),
    issueToken: (permissions, runId) =>
      parts.installationTokens.issue({ repositoryId: repository.id, runId, permissions }),
    signIdToken: (claims) =>
      parts.keys.sign(completed(claims, parts, repository, organization, surroundings.issuer)),
  };
}

function plain(variables: Record<string, { name: string; value: string }>): Values {
  return Object.fromEntries(byName(variables).map(({ name, value }) => [name, value]));
}

/** A job that names an environment which is not there makes it, without rules. */
function environmentFor(parts: GitHubParts, repository: Repository, name: string): Environment {
  const known = environmentNamed(repository, name);
  if (known !== undefined) return known;
  const fresh = newEnvironment(name, parts.now());
  repository.environments.push(fresh);
  parts.store.save();
  return fresh;
}

function deployment(environment: Environment, secrets: Values): DeploymentEnvironment {
  const patterns = environment.branchPatterns
    .filter((each) => each.type === "branch")
    .map((each) => each.name);
  // "Protected branches only" lets every branch deploy as long as none is protected, and here none ever is.
  const rules = environment.branchPolicy === "custom" ? { branches: patterns } : {};
  return { name: environment.name, secrets, variables: {}, ...rules };
}

/** The runner's claims with those that only GitHub knows. */
function completed(
  claims: Record<string, unknown>,
  parts: GitHubParts,
  repository: Repository,
  organization: Organization,
  issuer: string,
): Record<string, unknown> {
  const now = Math.floor(parts.now().getTime() / 1000);
  const actorId = parts.store.state.users[String(claims.actor)];
  const whole: Record<string, unknown> = {
    nbf: now - 600,
    exp: now + 300,
    iat: now,
    ...claims,
    ...(actorId === undefined ? {} : { actor_id: String(actorId) }),
    repository_visibility: repository.private ? "private" : "public",
    iss: issuer,
  };
  return { ...whole, sub: subjectOf(whole, repository, organization) };
}
