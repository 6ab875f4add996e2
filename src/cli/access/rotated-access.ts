import type { Catalog } from "../../../secrets/entry";
import { pathOf } from "../../../secrets/layout";
import { managingEnvironment, type Rotator, rotatedValues, rotatorsIn } from "../../../secrets/rotators";
import type { Settings } from "../../../secrets/settings";

/** An ESC environment with the user who changes a rotator's passwords. Administrators alone may open it. */
export interface Managing {
  environment: string;
  group: string;
  rotator: string;
  /** `project/name` in ESC. */
  path: string;
}

/**
 * Managing users of an environment's rotators, of all environments where none is named.
 *
 * @param names of rotators, or of what they make; none asks for all.
 */
export function managingUsers(
  catalog: Catalog,
  settings: Settings,
  names: readonly string[] = [],
  only?: string,
): Managing[] {
  const asked = rotatedNamed(catalog, names).map(({ rotator }) => rotator.name);
  return catalog.environments
    .filter((environment) => only === undefined || environment === only)
    .flatMap((environment) =>
      rotatorsIn(catalog.rotators ?? [], environment)
        .filter(({ kind, name }) => kind !== "password" && (names.length === 0 || asked.includes(name)))
        .map((rotator) => ({
          environment,
          group: rotator.group,
          rotator: rotator.name,
          path: pathOf(managingEnvironment(settings, environment, rotator)),
        })),
    );
}

/** Of some names those that are a rotator's, or a value's that one makes. */
export function rotatedNamed(
  catalog: Catalog,
  names: readonly string[],
): { name: string; rotator: Rotator }[] {
  return [...new Set(names)].flatMap((name) =>
    (catalog.rotators ?? [])
      .filter((each) => each.name === name || rotatedValues(each).some((value) => value.name === name))
      .map((rotator) => ({ name, rotator })),
  );
}
