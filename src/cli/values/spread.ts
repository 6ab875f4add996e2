import { resolveCatalog, type Secret } from "../../../secrets/entry";
import { carriersOf, crowdOf, type Spread, spreadSecrets } from "../../../secrets/targets";
import { dayOf } from "../../../secrets/tombstone";
import type { GitHub } from "../../clients/github";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import { inParallel } from "../in-parallel";

/**
 * Which carrier syncs which secret, as the program has it: by the same rule, from the same lists of GitHub. One carrier
 * syncs all, whatever else it may read; several share what other people's secrets leave free, a request each.
 *
 * @param counting also ask of a single carrier, to know whether everything fits.
 */
export async function spreadOf(doors: Doors, github: GitHub, counting = false): Promise<Spread> {
  const { catalog, project, now } = doors;
  const { carriers } = project.settings;
  const secrets = resolveCatalog(catalog);
  const today = dayOf(now());
  if (!counting && carriers.length === 1) return spreadSecrets(secrets, carriers, today);
  const [listed, readable] = await Promise.all([
    github.listSecrets(),
    inParallel(carriers, async (carrier) => [carrier, await github.readableBy(carrier)] as const),
  ]);
  return spreadSecrets(secrets, carriers, today, crowdOf(secrets, Object.fromEntries(readable), listed));
}

/** @throws RemedyError for secrets that found no room: granting them would put others beyond a workflow's hundred. */
export function requireRoom(secrets: readonly Secret[], { shards, problems }: Spread): void {
  const [problem] = problems;
  const left = secrets.filter(
    (secret) => secret.visibility === "selected" && carriersOf(secret, shards).length === 0,
  );
  if (problem === undefined || left.length === 0) return;
  const names = left.map(({ name }) => name).join(", ");
  throw new RemedyError(names, `no carrier has room for it: ${problem.cause}`, problem.remedy);
}
