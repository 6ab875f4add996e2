import type { Organization, OrganizationSecret, Repository } from "./github-state";
import { byName, ORGANIZATION_SECRETS_OF_A_RUN } from "./secret-rules";

/** Whether a workflow of the repository may read an organization secret or variable of that visibility. */
function visible(secret: OrganizationSecret, repository: Repository): boolean {
  if (secret.visibility === "all") return true;
  if (secret.visibility === "private") return repository.private;
  return secret.selected.includes(repository.id);
}

/**
 * Organization secrets that the repository may read, by name. On GitHub Free a private repository gets none
 * (docs: "Using secrets", organization).
 */
export function visibleSecrets(organization: Organization, repository: Repository): OrganizationSecret[] {
  if (organization.plan === "free" && repository.private) return [];
  return byName(organization.secrets).filter((secret) => visible(secret, repository));
}

/** Those of them that a run gets: the first 100 by name, without a word about the others. */
export function secretsOfRun(organization: Organization, repository: Repository): OrganizationSecret[] {
  return visibleSecrets(organization, repository).slice(0, ORGANIZATION_SECRETS_OF_A_RUN);
}
