import { dayOf } from "../../catalog/dates";
import { EDITIONS_WITH_TEAMS } from "../../catalog/settings";
import { adoptableSlots, requireOwn } from "../adoption/adopt-slots";
import type { Context } from "../context";
import { namedSlots } from "../values/named-entries";
import { repairEnvironmentSecrets } from "./repair-environment-secrets";
import { repairOrganizationSecrets } from "./repair-organization-secrets";
import { repairTeams } from "./repair-teams";
import { type Repaired, stateOnce } from "./repairing";

/**
 * Sets what people changed in the stack's secrets to what is declared, without a value, and makes again what they deleted:
 * secrets with the placeholder, and teams without members. A refresh ends with 404 at what depends on these.
 *
 * @param names of the catalog; or all that the stack owns and that are in GitHub or in its state.
 * @param onDone told of each in its order; in a dry run of what would be done.
 * @returns how many secrets were looked at.
 * @throws RemedyError when one that was named is another stack's, or is in neither, before anything is written; and at the
 *   first that GitHub or Pulumi Cloud refuses.
 */
export async function repair(
  context: Context,
  names: readonly string[] | "all",
  dryRun: boolean,
  onDone: (repaired: Repaired) => void,
): Promise<number> {
  const { catalog, project } = context;
  const today = dayOf(context.now());
  const named = names !== "all";
  const declared = adoptableSlots(catalog, project, today);
  if (named) {
    namedSlots(catalog, names);
    requireOwn(catalog, project, declared, names, today);
  }
  const wanted = declared.filter(({ slot }) => !named || names.includes(slot.name));
  const repairing = { named, dryRun, state: stateOnce(context), onDone };
  const ofOrganization = wanted.filter(({ place }) => place === undefined).map(({ slot }) => slot);
  const looked = await repairOrganizationSecrets(context, ofOrganization, repairing);
  const inEnvironments = wanted.flatMap(({ slot, place }) =>
    place === undefined ? [] : [{ ...place, slot }],
  );
  const more = await repairEnvironmentSecrets(context, inEnvironments, repairing);
  if (!named && EDITIONS_WITH_TEAMS.includes(project.settings.edition)) await repairTeams(context, repairing);
  return looked + more;
}
