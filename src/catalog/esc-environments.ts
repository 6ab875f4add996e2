import { stringify } from "yaml";
import type { ResolvedCatalog } from "./entry";
import {
  compositeEnvironment,
  type EscEnvironmentId,
  ledgerEnvironment,
  type Naming,
  pathOf,
  valuesEnvironment,
} from "./layout";
import { managingEnvironment, type Rotator, rotatedEnvironment, rotatorsIn } from "./rotators";
import type { Settings } from "./settings";

/** What ESC has of one deployment environment, whoever may open it. */
export interface EscLayout {
  /** Those that hold something nobody could make again: the values of each group, the ledger, what ESC rotates. */
  kept: readonly EscEnvironmentId[];
  /** Of `kept` those of managing users: nobody but administrators may open them. */
  managing: readonly EscEnvironmentId[];
  composite: EscEnvironmentId;
}

/** Every ESC environment of one deployment environment, but for the composites that access policies make. */
export function escLayout(catalog: ResolvedCatalog, naming: Naming, deployment: string): EscLayout {
  const groups = Object.keys(catalog.groups).sort();
  const rotators = rotatorsIn(catalog.rotators, deployment);
  const managing = rotators
    .filter(({ kind }) => kind !== "password")
    .map((rotator) => managingEnvironment(naming, deployment, rotator));
  return {
    kept: [
      ...groups.map((group) => valuesEnvironment(naming, deployment, group)),
      ledgerEnvironment(naming, deployment),
      ...rotators.map((rotator) => rotatedEnvironment(naming, deployment, rotator)),
      ...managing,
    ],
    managing,
    composite: compositeEnvironment(naming, deployment),
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
  deployment: string,
  groups: readonly string[],
  tag?: string,
  rotated: readonly EscEnvironmentId[] = [],
): string {
  const version = tag === undefined ? "" : `@${tag}`;
  const imports = [...groups]
    .sort()
    .map((group) => `${pathOf(valuesEnvironment(naming, deployment, group))}${version}`);
  return stringify({ imports: [...imports, ...rotated.map(pathOf)] });
}

/** The text that a stack declares for some groups of an environment: at its config's tag, with what rotates in them. */
export function declaredComposite(
  settings: Naming & Pick<Settings, "compositeTags">,
  rotators: readonly Rotator[],
  deployment: string,
  groups: readonly string[],
): string {
  const rotated = rotatorsIn(rotators, deployment, groups).map((rotator) =>
    rotatedEnvironment(settings, deployment, rotator),
  );
  return renderComposite(settings, deployment, groups, settings.compositeTags[deployment], rotated);
}
