import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../catalog/layout";
import type { Settings } from "../../catalog/settings";
import { renderScript, renderWorkflow } from "../../sync/carrier-files";
import type { JobCatalog } from "../../sync/job-catalog";
import { saidByProvider } from "../provider-answers";

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

interface Repository {
  id: number;
  defaultBranch: string;
}

/** Repositories of the organization, each asked for at most once per run. */
export class Repositories {
  private readonly known = new Map<string, Promise<Repository>>();

  constructor(
    private readonly owner: string,
    private readonly opts: pulumi.InvokeOptions,
  ) {}

  /** @throws pulumi.RunError when GitHub does not show it. */
  async idOf(name: string): Promise<number> {
    return (await this.once(name)).id;
  }

  /** @throws pulumi.RunError when GitHub does not show it. */
  async defaultBranchOf(name: string): Promise<string> {
    return (await this.once(name)).defaultBranch;
  }

  private once(name: string): Promise<Repository> {
    const repository = this.known.get(name) ?? this.ask(name);
    this.known.set(name, repository);
    return repository;
  }

  private async ask(name: string): Promise<Repository> {
    const found = await github.getRepository({ name }, this.opts).catch((error: unknown) => {
      throw this.hidden(name, saidByProvider(error));
    });
    // The provider answers for one that is not there as well, with nothing in it.
    if (!found.repoId) throw this.hidden(name, "404");
    return { id: found.repoId, defaultBranch: found.defaultBranch };
  }

  private hidden(name: string, said: string): pulumi.RunError {
    return new pulumi.RunError(
      `repository ${this.owner}/${name}: GitHub does not show it (${said}). Remedy: create it, spell it right in carriers or in the catalog, or give the token access to it`,
    );
  }
}

/**
 * Says of which repositories `branch` is not the default branch. GitHub starts workflows by schedule and by hand only
 * from that one ("Events that trigger workflows"), so nothing would bring a rotated value but a push.
 */
export async function warnOfBranch(
  owner: string,
  names: readonly string[],
  branch: string,
  repositories: Repositories,
): Promise<void> {
  for (const name of names) {
    // A repository that is not shown is told where its id is needed.
    const found = await repositories.defaultBranchOf(name).catch(() => undefined);
    if (found === undefined || found === branch) continue;
    await pulumi.log.warn(
      `carrier ${owner}/${name}: its default branch is ${found}, and the workflow is committed to ${branch}: GitHub starts it there neither daily nor by hand. Remedy: set branch to ${found} in every stack's config, or make ${branch} the repository's default branch`,
    );
  }
}
