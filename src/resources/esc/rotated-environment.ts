import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type EscEnvironment, pathOf } from "../../catalog/layout";
import { inputsIn, inputsOf, MANAGING_TEXT, renderRotated } from "../../catalog/rotated-text";
import { managingEnvironment, type Rotator, rotatedEnvironment, rotatorsIn } from "../../catalog/rotators";
import type { StackSettings } from "../stack-settings";

/** Declares an environment whose text is not the program's after its creation. */
type Keep = (
  name: string,
  id: EscEnvironment,
  yaml: string,
  options?: pulumi.CustomResourceOptions,
) => pulumiservice.Environment;

/**
 * Credentials that ESC makes by itself in one environment: for each rotator an ESC environment that it writes, one for
 * the managing user where there is one, and the clock.
 *
 * @returns all of them by the last part of their names, `rotated-orders`, `managing-orders`.
 */
export function declareRotators(
  environment: string,
  settings: StackSettings,
  keep: Keep,
  opts: pulumi.ComponentResourceOptions,
): Record<string, pulumiservice.Environment> {
  const declared: Record<string, pulumiservice.Environment> = {};
  for (const rotator of rotatorsIn(settings.rotators, environment)) {
    const [managing, rotated] = [`managing-${rotator.name}`, `rotated-${rotator.name}`];
    if (rotator.kind !== "password")
      declared[managing] = keep(managing, managingEnvironment(settings, environment, rotator), MANAGING_TEXT);
    const id = rotatedEnvironment(settings, environment, rotator);
    const text = renderRotated(settings, environment, rotator);
    // The check of its text looks at what it refers to.
    const dependsOn = declared[managing] ?? [];
    const kept = keep(rotated, id, text, { dependsOn });
    declared[rotated] = kept;
    schedule(`${environment}-${rotated}`, { rotator, id, settings, rotated: kept }, opts);
    warnOfDifference({ environment, rotator, id, settings, rotated: kept });
  }
  return declared;
}

interface Rotated {
  rotator: Rotator;
  id: EscEnvironment;
  settings: StackSettings;
  rotated: pulumiservice.Environment;
}

function schedule(
  name: string,
  { rotator, id, settings, rotated }: Rotated,
  opts: pulumi.CustomResourceOptions,
) {
  new pulumiservice.EnvironmentRotationSchedule(
    name,
    {
      organization: settings.pulumiOrganization,
      project: id.project,
      environment: id.name,
      scheduleCron: rotator.schedule,
    },
    // Pulumi Cloud keeps one schedule per environment, and changes it by PATCH; provider 1.3.0 sends a POST.
    { ...opts, dependsOn: [rotated], replaceOnChanges: ["scheduleCron"], deleteBeforeReplace: true },
  );
}

/** The text is ESC's, with its state: what the catalog says differently by now does not reach it by itself. */
function warnOfDifference({
  environment,
  rotator,
  id,
  settings,
  rotated,
}: Rotated & { environment: string }): void {
  if (!pulumi.runtime.isDryRun()) return;
  const declared = JSON.stringify(inputsOf(settings, environment, rotator));
  rotated.yaml.apply(async (asset) => {
    const text = asset instanceof pulumi.asset.StringAsset ? await asset.text : String(asset);
    const standing = inputsIn(text, rotator.name);
    if (standing === undefined || JSON.stringify(standing) === declared) return;
    await pulumi.log.warn(
      `rotator ${rotator.name}: the catalog's database or users differ from those in ${pathOf(id)}, and up does not write them there, because ESC keeps the passwords in the same text. Remedy: pulumi env edit ${settings.pulumiOrganization}/${pathOf(id)}`,
    );
  });
}
