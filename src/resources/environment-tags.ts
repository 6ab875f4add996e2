import type * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import type { EnvironmentId } from "../../secrets/layout";

/** Writes on an ESC environment whose it is: people find by it what they answer for, and auditors whom to ask. */
export function tagOwner(
  name: string,
  args: { organization: string; id: EnvironmentId; owner: string; environment: pulumiservice.Environment },
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
