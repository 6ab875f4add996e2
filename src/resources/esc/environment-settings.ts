import type * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type EscEnvironment, pathOf } from "../../catalog/layout";

/** Writes on an ESC environment whose it is: people find by it what they answer for, and auditors whom to ask. */
export function tagOwner(
  name: string,
  args: { organization: string; id: EscEnvironment; owner: string; environment: pulumiservice.Environment },
  opts: pulumi.CustomResourceOptions,
): void {
  const { organization, id, owner, environment } = args;
  new pulumiservice.api.esc.EnvironmentTag(
    `${name}-owner`,
    { orgName: organization, projectName: id.project, envName: id.name, name: "owner", value: owner },
    {
      ...opts,
      dependsOn: [environment],
      // The provider's update sends nothing and reports success: only a new tag has another value.
      replaceOnChanges: ["value"],
      deleteBeforeReplace: true,
    },
  );
}

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
  args: { organization: string; id: EscEnvironment; environment: pulumiservice.Environment },
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
