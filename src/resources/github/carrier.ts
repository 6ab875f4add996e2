import type * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../../catalog/settings";
import { declareRulesets } from "./carrier-rulesets";
import type { DeclaredFile } from "./declared-files";
import { commitFile, type FileContext, keepCommitted } from "./repository-file";

export interface CarrierArgs extends FileContext {
  /** The script, then the workflow. */
  files: readonly DeclaredFile[];
  /** The stack's config. */
  settings: Settings;
}

/**
 * A carrier repository: the sync workflow and its script, as files that the stack commits, and rulesets for them. Files
 * that people merge are declared elsewhere; what `up` committed before that stays.
 */
export class Carrier extends pulumi.ComponentResource {
  /** Its name, once `up` has committed its files: what fails before that fails it too. */
  readonly repository: pulumi.Output<string>;

  /** @param repository its name in the organization. */
  constructor(repository: string, args: CarrierArgs, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:github:Carrier", repository, {}, opts);
    const committed: github.RepositoryFile[] = [];
    for (const file of args.files)
      if (file.byPullRequest) keepCommitted(file, args, { parent: this });
      // After the script: the push of the workflow starts a run, which needs it.
      else committed.push(commitFile(file, args, { parent: this, dependsOn: [...committed] }));
    this.repository = committed.at(-1)?.repository ?? pulumi.output(repository);
    // After the files: who runs the first `up` may not be in the bypass list.
    declareRulesets(repository, args.settings, { parent: this, dependsOn: committed });
    this.registerOutputs({});
  }
}
