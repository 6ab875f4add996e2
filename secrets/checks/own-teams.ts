import { accessOf } from "../access";
import type { Catalog } from "../entry";
import type { Settings } from "../settings";
import { programTeam } from "../trust";
import { wholePolicies } from "./check-policy-shape";

/** Every team of Pulumi Cloud that this program makes, whichever stack does. */
export function ownTeams(catalog: Catalog, settings: Settings): string[] {
  const { whole } = wholePolicies(catalog.accessPolicies ?? []);
  const groups = Object.keys(catalog.groups);
  const ofEnvironments = catalog.environments.flatMap((environment) =>
    accessOf(settings, environment, groups, whole)
      .teams.filter((team) => team.own !== undefined)
      .map(({ team }) => team),
  );
  return [...ofEnvironments, programTeam(settings, "preview"), programTeam(settings, "audit")];
}
