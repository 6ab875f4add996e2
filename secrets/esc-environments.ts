import type { Catalog } from "./entry";
import {
  compositeEnvironment,
  type EnvironmentId,
  ledgerEnvironment,
  type Naming,
  valuesEnvironment,
} from "./layout";
import { managingEnvironment, rotatedEnvironment, rotatorsIn } from "./rotators";

/** What ESC has of one environment, whoever may open it. */
export interface EscEnvironments {
  /** Those that hold something nobody could make again: the values of each group, the ledger, what ESC rotates. */
  kept: readonly EnvironmentId[];
  /** Of `kept` those of managing users: nobody but administrators may open them. */
  managing: readonly EnvironmentId[];
  composite: EnvironmentId;
}

/** Every ESC environment of one environment, but for the composites that access policies make. */
export function escEnvironments(catalog: Catalog, naming: Naming, environment: string): EscEnvironments {
  const groups = Object.keys(catalog.groups).sort();
  const rotators = rotatorsIn(catalog.rotators ?? [], environment);
  const managing = rotators
    .filter(({ kind }) => kind !== "password")
    .map((rotator) => managingEnvironment(naming, environment, rotator));
  return {
    kept: [
      ...groups.map((group) => valuesEnvironment(naming, environment, group)),
      ledgerEnvironment(naming, environment),
      ...rotators.map((rotator) => rotatedEnvironment(naming, environment, rotator)),
      ...managing,
    ],
    managing,
    composite: compositeEnvironment(naming, environment),
  };
}
