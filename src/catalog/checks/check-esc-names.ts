import type { Problem } from "../../errors";
import { groupsOf } from "../access-policy";
import type { ResolvedCatalog } from "../entry";
import {
  audienceEnvironment,
  compositeEnvironment,
  type EscEnvironmentId,
  ledgerEnvironment,
  valuesEnvironment,
} from "../layout";
import { managingEnvironment, rotatedEnvironment, rotatorsIn } from "../rotators";

/** Two things of the catalog that would share an ESC environment: a group `for-x`, an environment `live-rotated-x`. */
export function checkEscNames(catalog: ResolvedCatalog): Problem[] {
  const owners = new Map<string, string>();
  const found = new Map<string, Problem>();
  for (const { name, thing } of namesOf(catalog)) {
    const owner = owners.get(name) ?? thing;
    owners.set(name, owner);
    if (owner === thing) continue;
    const remedy = "rename one of them";
    found.set(`${thing} ${owner}`, {
      code: "esc-environment-shared",
      subject: thing,
      cause: `would share an ESC environment with ${owner}`,
      remedy,
    });
  }
  return [...found.values()];
}

/** Every ESC environment's name but for its beginning, which all have, and what of the catalog it is for. */
function namesOf(catalog: ResolvedCatalog): { name: string; thing: string }[] {
  const naming = { escProject: "", application: "" };
  const { environments, accessPolicies = [], rotators = [] } = catalog;
  const groups = Object.keys(catalog.groups);
  const of = (thing: string, { name }: EscEnvironmentId) => ({ name, thing });
  return [
    ...environments.map((each) => of("the ledger", ledgerEnvironment(naming, each))),
    ...environments.map((each) => of(`environment ${each}`, compositeEnvironment(naming, each))),
    ...environments.flatMap((each) => [
      ...groups.map((group) => of(`group ${group}`, valuesEnvironment(naming, each, group))),
      ...accessPolicies
        .filter((policy) => policy.environments.includes(each))
        .filter((policy) => groupsOf(policy, groups).length < groups.length)
        .map(({ name }) => of(`access policy ${name}`, audienceEnvironment(naming, each, name))),
      ...rotatorsIn(rotators, each).flatMap((rotator) => [
        of(`rotator ${rotator.name}`, rotatedEnvironment(naming, each, rotator)),
        of(`rotator ${rotator.name}`, managingEnvironment(naming, each, rotator)),
      ]),
    ]),
  ];
}
