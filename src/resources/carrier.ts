import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../secrets/layout";
import type { Settings } from "../../secrets/settings";
import type { JobCatalog } from "../sync/job-catalog";
import { renderScript } from "../sync/render-script";
import { renderWorkflow } from "../sync/render-workflow";

/** A repository whose workflow reads the secrets: the workflow and the one script it runs, as files of the stack. */
export class Carrier extends pulumi.ComponentResource {
  readonly workflow: github.RepositoryFile;

  constructor(
    repository: string,
    args: { job: Promise<JobCatalog>; settings: Settings; bundle: string },
    opts: pulumi.ComponentResourceOptions,
  ) {
    super("sophia-secrets:github:Carrier", repository, {}, opts);
    const { job, settings } = args;
    const file = (path: string, content: Promise<string>, dependsOn: pulumi.Resource[]) =>
      new github.RepositoryFile(
        `${repository}/${path}`,
        // No overwriteOnCreate: a file that people put there is theirs until they remove it.
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
    this.registerOutputs({});
  }
}
