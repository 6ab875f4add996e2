import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";
import { type EscEnvironmentId, pathOf } from "../../catalog/layout";
import { programError } from "../diagnostics";

export interface EscEnvironmentArgs {
  /** Pulumi Cloud organization. */
  organization: string;
  /** Its project and name in ESC. */
  id: EscEnvironmentId;
  /** Its YAML. */
  text: string;
  /** Who answers for it: people find it by this tag, and auditors whom to ask. */
  owner: string;
}

/** An ESC environment whose text the stack writes. */
export function declareEscEnvironment(
  name: string,
  { organization, id, text, owner }: EscEnvironmentArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumiservice.Environment {
  const declared = new pulumiservice.Environment(
    name,
    { organization, project: id.project, name: id.name, yaml: new pulumi.asset.StringAsset(text) },
    opts,
  );
  refuseUnwritten(declared);
  new pulumiservice.api.esc.EnvironmentTag(
    `${name}-owner`,
    { orgName: organization, projectName: id.project, envName: id.name, name: "owner", value: owner },
    {
      parent: opts.parent,
      dependsOn: [declared],
      // The provider's update sends nothing and reports success: only a new tag has another value.
      replaceOnChanges: ["value"],
      deleteBeforeReplace: true,
    },
  );
  return declared;
}

/**
 * An ESC environment whose text the sync writes, or ESC itself. The stack creates it and never updates it: the provider
 * sends no ETag, so an update would undo what they wrote. Protected, because its values are deleted with it.
 */
export function declareKeptEnvironment(
  name: string,
  args: EscEnvironmentArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumiservice.Environment {
  const kept = { ...opts, ignoreChanges: ["yaml"], protect: true, retainOnDelete: true };
  const declared = declareEscEnvironment(name, args, kept);
  declareDeletionProtection(name, { ...args, environment: declared }, { parent: opts.parent });
  return declared;
}

/**
 * Makes Pulumi Cloud itself refuse to delete an ESC environment, whoever asks: `protect` binds this program alone.
 *
 * Every environment has its settings from the start, and the provider refuses to create what exists, so they are
 * imported; an update then sets them. An import reads, and before the first `up` there is nothing to read: hence only
 * once the environment is known to exist.
 */
export function declareDeletionProtection(
  name: string,
  {
    organization,
    id,
    environment,
  }: Pick<EscEnvironmentArgs, "organization" | "id"> & { environment: pulumiservice.Environment },
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): void {
  environment.id.apply((known) => {
    // A targeted `up` skips environments that it must not create: they have no id then.
    if (!known) return;
    new pulumiservice.api.esc.EnvironmentSettings(
      name,
      { orgName: organization, projectName: id.project, envName: id.name, deletionProtected: true },
      { ...opts, import: `${organization}/${pathOf(id)}`, dependsOn: [environment] },
    );
  });
}

/**
 * The provider reports an update of an environment that the service refused as a success, with revision 0, and
 * calls it unchanged ever after.
 */
function refuseUnwritten(environment: pulumiservice.Environment): void {
  pulumi.all([environment.name, environment.revision]).apply(([name, revision]) => {
    if (revision !== 0) return;
    throw programError({
      code: "esc-update-refused",
      subject: name,
      cause: "Pulumi Cloud refused its text, though the provider reported success",
      remedy: "check the token's right to write it, then pulumi up --refresh",
    });
  });
}
