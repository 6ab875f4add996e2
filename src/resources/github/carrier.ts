import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { renderScript, renderWorkflow } from "../../sync/carrier-files";
import type { JobCatalog } from "../../sync/job-catalog";
import { declareRulesets } from "./carrier-rulesets";

export interface CarrierArgs {
  /** What the sync job must know of the catalog, as far as this carrier syncs it. */
  job: Promise<JobCatalog>;
  /** The stack's config: the branch, and what the workflow names of GitHub and Pulumi Cloud. */
  settings: Settings;
  /** The job's code, built by `make bundle`. */
  bundle: string;
}

/** A carrier repository: the sync workflow and its script, as files that the stack manages, and rulesets for them. */
export class Carrier extends pulumi.ComponentResource {
  readonly workflow: github.RepositoryFile;

  /** @param repository its name in the organization. */
  constructor(repository: string, args: CarrierArgs, opts: pulumi.ComponentResourceOptions) {
    super("sophia-secrets:github:Carrier", repository, {}, opts);
    const { job, settings } = args;
    const file = (path: string, content: Promise<string>, dependsOn: pulumi.Resource[]) =>
      new github.RepositoryFile(
        `${repository}/${path}`,
        // No overwriteOnCreate: a file that people put there stays until they remove it.
        {
          repository,
          branch: settings.branch,
          file: path,
          content,
          commitMessage: `Sync secrets: ${path} from the catalog`,
        },
        // The message is that of the last change; read back from the commit, it must not cause another.
        { parent: this, dependsOn, ignoreChanges: ["commitMessage", "commitAuthor", "commitEmail"] },
      );
    const script = file(
      SCRIPT_PATH,
      job.then((known) => renderScript(known, args.bundle)),
      [],
    );
    // After the script: the push of the workflow starts a run, which needs it.
    this.workflow = file(
      WORKFLOW_PATH,
      job.then((known) => renderWorkflow(known, settings)),
      [script],
    );
    // After the files: who runs the first `up` may not be in the bypass list.
    declareRulesets(repository, settings, { parent: this, dependsOn: [this.workflow] });
    this.registerOutputs({});
  }
}
