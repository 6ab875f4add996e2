import { EDITIONS_WITH_TEAMS } from "../../../secrets/settings";
import { createPulumiOrganization, type PulumiOrganization } from "../../clients/pulumi-organization";
import type { Doors } from "../command";
import type { ObservedAccess } from "./access-differences";

/** Members, teams and the default permission. Teams are not asked for where the edition has none. */
export async function observeAccess(
  doors: Doors,
  organization: PulumiOrganization = createPulumiOrganization(doors.cloudCall()),
): Promise<ObservedAccess> {
  const hasTeams = EDITIONS_WITH_TEAMS.includes(doors.project.settings.edition);
  const [{ defaultPermission, defaultStackPermission }, members, teams] = await Promise.all([
    organization.settings(),
    organization.members(),
    hasTeams ? organization.teams() : [],
  ]);
  const onStacks = defaultStackPermission === undefined ? {} : { defaultStackPermission };
  return { defaultPermission, ...onStacks, members, teams };
}
