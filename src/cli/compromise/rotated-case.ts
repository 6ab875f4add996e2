import { resolveEntry } from "../../../secrets/entry";
import { pathOf } from "../../../secrets/layout";
import { isIn, rotatedEnvironment, rotatedValues } from "../../../secrets/rotators";
import { RemedyError } from "../../errors";
import type { Doors } from "../command";
import type { Case } from "./case";

/**
 * The case of a credential that ESC makes: GitHub and the sync have no part in it, a rotation replaces it.
 *
 * @returns undefined for what no rotator makes. @throws RemedyError for an environment that does not have it.
 */
export function rotatedCase(doors: Doors, name: string, asked: readonly string[]): Case | undefined {
  const { catalog, project } = doors;
  const { settings } = project;
  const rotator = (catalog.rotators ?? []).find((each) =>
    rotatedValues(each).some((value) => value.name === name),
  );
  if (rotator === undefined) return undefined;
  const all = catalog.environments.filter((environment) => isIn(rotator, environment));
  const unknown = asked.filter((each) => !all.includes(each));
  if (unknown.length > 0) {
    const remedy = `use some of ${all.join(", ")}`;
    throw new RemedyError("--environment", `${name} is not in ${unknown.join(", ")}`, remedy);
  }
  const environments = asked.length === 0 ? all : all.filter((each) => asked.includes(each));
  const rotated = environments.map(
    (environment) =>
      `${settings.pulumiOrganization}/${pathOf(rotatedEnvironment(settings, environment, rotator))}`,
  );
  return {
    secret: { ...resolveEntry({ name, group: rotator.group }, catalog), environments: all },
    way: "rotator",
    environments,
    slots: [],
    places: [],
    carriers: [],
    readers: ["nobody: it is not in GitHub"],
    updated: {},
    notes: [],
    rotated,
  };
}
