import { type Catalog, resolveCatalog } from "../../secrets/entry";
import type { Settings } from "../../secrets/settings";
import type { GitHub } from "../clients/github";
import type { CarrierSecrets, Observed } from "./find-drift";
import { inParallel } from "./in-parallel";

/**
 * Looks at the declared secrets and who may read them.
 *
 * @param names secrets to look at; the list itself is read whole.
 */
export async function observeSecrets(github: GitHub, names: ReadonlySet<string>): Promise<Observed> {
  const secrets = await github.listSecrets();
  const selected = secrets.filter((each) => each.visibility === "selected" && names.has(each.name));
  const readers = await inParallel(
    selected,
    async ({ name }) => [name, await github.repositoriesOf(name)] as const,
  );
  return { secrets, readers: new Map(readers), carriers: [] };
}

/** Looks at all that drift can be in. About one request a secret, and a few a carrier. */
export async function observeAll(github: GitHub, catalog: Catalog, settings: Settings): Promise<Observed> {
  const names = new Set(resolveCatalog(catalog).map((secret) => secret.name));
  const [observed, carriers] = await Promise.all([
    observeSecrets(github, names),
    inParallel(settings.carriers, (repository) => observeCarrier(github, catalog, repository)),
  ]);
  return { ...observed, carriers };
}

async function observeCarrier(github: GitHub, catalog: Catalog, repository: string): Promise<CarrierSecrets> {
  const [secrets, existing] = await Promise.all([
    github.repositorySecrets(repository),
    github.environments(repository),
  ]);
  const ours = existing.filter((name) => catalog.environments.includes(name));
  const environments = await inParallel(ours, async (name) => ({
    name,
    secrets: await github.environmentSecrets(repository, name),
  }));
  return { repository, secrets, environments };
}
