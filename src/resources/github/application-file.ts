import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import type { Application } from "../../catalog/applications";
import type { ResolvedCatalog } from "../../catalog/entry";
import type { Settings } from "../../catalog/settings";
import { type Runtimes, renderApplication } from "../../loaders/generator/render-application";

/** An application's loader, as a file of the stack in the application's repository. */
export class ApplicationFile extends pulumi.ComponentResource {
  constructor(
    application: Application,
    args: { catalog: ResolvedCatalog; settings: Settings; runtimes: Runtimes },
    opts: pulumi.ComponentResourceOptions,
  ) {
    const { name, repository, path } = application;
    super("sophia-secrets:github:Application", name, {}, opts);
    const { catalog, settings, runtimes } = args;
    new github.RepositoryFile(
      `${repository}/${path}`,
      // No overwriteOnCreate: a file that people put there is theirs until they remove it.
      {
        repository,
        branch: application.branch ?? settings.branch,
        file: path,
        content: renderApplication(catalog, settings, application, runtimes),
        commitMessage: `Load secrets: ${path} from the catalog`,
      },
      // The message is that of the last change; read back from the commit, it must not cause another.
      { parent: this, ignoreChanges: ["commitMessage", "commitAuthor", "commitEmail"] },
    );
    this.registerOutputs({});
  }
}
