import { declaredComposite } from "../../../secrets/composite";
import { declaredAccess } from "../../../secrets/declared-access";
import type { Catalog } from "../../../secrets/entry";
import { compositeEnvironment, type EnvironmentId, pathOf } from "../../../secrets/layout";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../../secrets/settings";
import type { PulumiCloud } from "../../clients/pulumi-cloud";
import { namesIn } from "../names-in";
import { ignoreRefusal } from "../status/see-environment";
import { type Check, checkLink } from "./check";

/**
 * Whether what applications and people open is what the stack declares: imports and nothing else. A value of its own
 * would stand above what the sync wrote, and no sync would ever mend it.
 *
 * @param settings config of the stack that owns the environment.
 */
export function checkComposites(
  catalog: Catalog,
  settings: Settings,
  environment: string,
  cloud: PulumiCloud,
): Promise<Check> {
  return checkLink(`composites of ${environment}`, async () => {
    const textOf = (groups: readonly string[]) =>
      declaredComposite(settings, catalog.rotators ?? [], environment, groups);
    const composite = compositeEnvironment(settings, environment);
    const standing = await cloud.read(pathOf(composite));
    const others = await Promise.all(
      audiencesIn(catalog, settings, environment).map(async (audience) => {
        // A composite of a policy is its people's: whether it is there and seen, other links tell.
        const text = await cloud.read(pathOf(audience.environment)).catch(ignoreRefusal);
        return { id: audience.environment, wanted: textOf(audience.groups), text: text?.text };
      }),
    );
    const all: { id: EnvironmentId; wanted: string; text: string | undefined }[] = [
      { id: composite, wanted: textOf(Object.keys(catalog.groups)), text: standing.text },
      ...others,
    ];
    const changed = all.filter(({ wanted, text }) => text !== undefined && text.trim() !== wanted.trim());
    if (changed.length === 0) return { standing: "ok", what: "imports as declared, and nothing above them" };
    return {
      standing: "wrong",
      what: `another text than declared, which stands above what the sync wrote: ${namesIn(changed.map(({ id }) => pathOf(id)))}`,
      remedy: "look at it (pulumi env get), then pulumi up --refresh for the stack that owns it",
    };
  });
}

function audiencesIn(catalog: Catalog, settings: Settings, environment: string) {
  if (!EDITIONS_WITH_TEAMS.includes(settings.edition)) return [];
  return declaredAccess(catalog, settings, environment).audiences;
}
