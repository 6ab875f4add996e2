import * as pulumi from "@pulumi/pulumi";
import { FORMER_SECRET_REPOSITORIES, SECRET_REPOSITORIES } from "../../catalog/layout";
import { providerOf } from "../own/own-provider";

export interface SecretRepositoriesArgs {
  /** Of an organization secret with visibility `selected`. */
  secretName: pulumi.Input<string>;
  /** Ids of the repositories with access. */
  selectedRepositoryIds: pulumi.Input<pulumi.Input<number>[]>;
  /** When GitHub says that the secret was made: one that was made again gets its list again. */
  secretCreatedAt: pulumi.Input<string>;
}

/**
 * Which repositories may read an organization secret, provided by src/resources/own. In stacks that the GitHub provider
 * kept it for, this takes the place of that provider's resource: an update in the state, and no write to GitHub.
 */
export class SecretRepositories extends pulumi.CustomResource {
  constructor(name: string, args: SecretRepositoriesArgs, opts: pulumi.CustomResourceOptions) {
    super(
      SECRET_REPOSITORIES,
      name,
      { __provider: providerOf("secretRepositories"), ...args },
      { ...opts, aliases: [{ type: FORMER_SECRET_REPOSITORIES }] },
    );
  }
}
