import type * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type EnvironmentId, pathOf } from "../../secrets/layout";

/**
 * Has Pulumi Cloud itself refuse to delete an ESC environment, by whatever hand: `protect` keeps it from this program
 * alone.
 *
 * Every environment has its settings from the start, and the provider refuses to create what is there, so they are
 * imported; an update then sets them. An import reads, and before the first `up` there is nothing to read: hence only
 * once the environment is known to be there.
 */
export function protectFromDeletion(
  name: string,
  args: { organization: string; id: EnvironmentId; environment: pulumiservice.Environment },
  opts: pulumi.CustomResourceOptions,
): void {
  const { organization, id, environment } = args;
  environment.id.apply((there) => {
    // A targeted `up` passes over environments that it shall not make: they have no id then.
    if (!there) return;
    new pulumiservice.api.esc.EnvironmentSettings(
      name,
      { orgName: organization, projectName: id.project, envName: id.name, deletionProtected: true },
      { ...opts, import: `${organization}/${pathOf(id)}`, dependsOn: [environment] },
    );
  });
}
