import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type EscEnvironmentId, pathOf } from "../../catalog/layout";
import { inputsIn, inputsOf, MANAGING_TEXT, renderRotated } from "../../catalog/rotated-text";
import { managingEnvironment, type Rotator, rotatedEnvironment, rotatorsIn } from "../../catalog/rotators";
import type { Settings } from "../../catalog/settings";
import { warn } from "../diagnostics";

export interface RotatorsArgs {
  /** The stack's config: how ESC environments are named. */
  settings: Settings;
  /** Those of the catalog; only some are for this deployment environment. */
  rotators: readonly Rotator[];
  /** Declares an ESC environment whose text the program does not write after its creation. */
  keep: (
    part: string,
    id: EscEnvironmentId,
    yaml: string,
    options?: pulumi.CustomResourceOptions,
  ) => pulumiservice.Environment;
}

/**
 * Credentials that ESC makes by itself in one deployment environment: for each rotator an ESC environment that it
 * writes, one for the managing user if there is one, and the schedule.
 *
 * @returns all of them by the last part of their names, `rotated-orders`, `managing-orders`.
 */
export function declareRotators(
  deployment: string,
  { settings, rotators, keep }: RotatorsArgs,
  opts: pulumi.ComponentResourceOptions,
): Record<string, pulumiservice.Environment> {
  const declared: Record<string, pulumiservice.Environment> = {};
  for (const rotator of rotatorsIn(rotators, deployment)) {
    const [managing, rotated] = [`managing-${rotator.name}`, `rotated-${rotator.name}`];
    if (rotator.kind !== "password")
      declared[managing] = keep(managing, managingEnvironment(settings, deployment, rotator), MANAGING_TEXT);
    const id = rotatedEnvironment(settings, deployment, rotator);
    const text = renderRotated(settings, deployment, rotator);
    // The check of its text looks at what it refers to.
    const dependsOn = declared[managing] ?? [];
    const kept = keep(rotated, id, text, { dependsOn });
    declared[rotated] = kept;
    declareSchedule(`${deployment}-${rotated}`, { rotator, id, settings, rotated: kept }, opts);
    warnOfDifference({ deployment, rotator, id, settings, rotated: kept });
  }
  return declared;
}

interface Rotated {
  rotator: Rotator;
  id: EscEnvironmentId;
  settings: Settings;
  rotated: pulumiservice.Environment;
}

function declareSchedule(
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

/** ESC keeps its state in the same text, so a change of the catalog does not reach it by itself. */
function warnOfDifference({
  deployment,
  rotator,
  id,
  settings,
  rotated,
}: Rotated & { deployment: string }): void {
  if (!pulumi.runtime.isDryRun()) return;
  const declared = JSON.stringify(inputsOf(settings, deployment, rotator));
  rotated.yaml.apply(async (asset) => {
    const text = asset instanceof pulumi.asset.StringAsset ? await asset.text : String(asset);
    const written = inputsIn(text, rotator.name);
    if (written === undefined || JSON.stringify(written) === declared) return;
    await warn({
      code: "rotator-differs",
      subject: `rotator ${rotator.name}`,
      cause: `the catalog's database or users differ from those in ${pathOf(id)}, and up does not write them there, because ESC keeps the passwords in the same text`,
      remedy: `pulumi env edit ${settings.pulumiOrganization}/${pathOf(id)}`,
    });
  });
}
