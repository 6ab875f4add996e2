import { stringify } from "yaml";
import type { ResolvedCatalog } from "./entry";
import {
  compositeEnvironment,
  type EscEnvironment,
  ledgerEnvironment,
  type Naming,
  pathOf,
  valuesEnvironment,
} from "./layout";
import { managingEnvironment, type Rotator, rotatedEnvironment, rotatorsIn } from "./rotators";
import type { Settings } from "./settings";

/** What ESC has of one environment, whoever may open it. */
export interface EscEnvironments {
  /** Those that hold something nobody could make again: the values of each group, the ledger, what ESC rotates. */
  kept: readonly EscEnvironment[];
  /** Of `kept` those of managing users: nobody but administrators may open them. */
  managing: readonly EscEnvironment[];
  composite: EscEnvironment;
}

/** Every ESC environment of one environment, but for the composites that access policies make. */
export function escEnvironments(
  catalog: ResolvedCatalog,
  naming: Naming,
  environment: string,
): EscEnvironments {
  const groups = Object.keys(catalog.groups).sort();
  const rotators = rotatorsIn(catalog.rotators, environment);
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

/**
 * The text of a composite environment: it imports one values environment per group, and nothing else.
 *
 * The variables for `pulumi env run` are mapped where the values stand, by the sync job, which alone knows which
 * exist: a mapping here would name secrets nobody has set yet, and ESC then refuses to open the whole
 * environment, or, had they a default of null, exports them as empty strings.
 *
 * @param tag of the revisions to import; the newest when left out. All of them must have it, or ESC opens none.
 * @param rotated environments of credentials that ESC rotates: always the newest, or applications would keep passwords
 *   that the next rotation makes invalid.
 * @returns YAML as ESC returns it, so that a refresh shows no change.
 */
export function renderComposite(
  naming: Naming,
  environment: string,
  groups: readonly string[],
  tag?: string,
  rotated: readonly EscEnvironment[] = [],
): string {
  const version = tag === undefined ? "" : `@${tag}`;
  const imports = [...groups]
    .sort()
    .map((group) => `${pathOf(valuesEnvironment(naming, environment, group))}${version}`);
  return stringify({ imports: [...imports, ...rotated.map(pathOf)] });
}

/** The text that a stack declares for some groups of an environment: at its config's tag, with what rotates in them. */
export function declaredComposite(
  settings: Naming & Pick<Settings, "compositeTags">,
  rotators: readonly Rotator[],
  environment: string,
  groups: readonly string[],
): string {
  const rotated = rotatorsIn(rotators, environment, groups).map((rotator) =>
    rotatedEnvironment(settings, environment, rotator),
  );
  return renderComposite(settings, environment, groups, settings.compositeTags[environment], rotated);
}
