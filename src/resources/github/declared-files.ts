import { readFileSync } from "node:fs";
import type { ResolvedCatalog } from "../../catalog/entry";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../catalog/layout";
import type { RunnerOf } from "../../catalog/runners";
import type { Settings } from "../../catalog/settings";
import { readRuntimes } from "../../loaders/generator/read-runtimes";
import { isGenerated, renderApplication } from "../../loaders/generator/render-application";
import { isCarrierFile, renderScript, renderWorkflow } from "../../sync/carrier-files";
import { carrierCatalog } from "../../sync/job-catalog";
import { heldBack, type Shards } from "./shards";

/** The sync job's code, built by `make bundle`. */
const BUNDLE = "dist/sync_secrets.cjs";

/** A file that the stack keeps current in a repository. */
export interface DeclaredFile {
  /** `carrier`, or the application's name. */
  of: "carrier" | { application: string };
  repository: string;
  branch: string;
  path: string;
  content: Promise<string>;
  /** Of the commits that bring it. */
  message: string;
  /** Whether people merge it, instead of `up` committing it to the branch. */
  byPullRequest: boolean;
  /** Whether a text is one that this program wrote there, of whichever version. */
  isOurs: (text: string) => boolean;
}

export interface DeclaredFilesArgs {
  catalog: ResolvedCatalog;
  /** The stack's config. */
  settings: Settings;
  /** Folder of the program. */
  project: string;
  /** Where each job of the sync runs. */
  runnerOf: RunnerOf;
  /** Which carrier syncs what. */
  shards: Promise<Shards>;
}

/** Every file that the stack keeps: of each carrier the script, then the workflow; of each application its loader. */
export function declaredFiles({
  catalog,
  settings,
  project,
  runnerOf,
  shards,
}: DeclaredFilesArgs): DeclaredFile[] {
  const bundle = readFileSync(BUNDLE, "utf8");
  const { branch, carriers, pullRequestCarriers } = settings;
  const ofCarriers = carriers.flatMap((repository) => {
    const job = heldBack(shards.then((all) => carrierCatalog(catalog, settings, all, repository)));
    const byPullRequest = pullRequestCarriers.includes(repository);
    const common = { of: "carrier", repository, branch, byPullRequest, isOurs: isCarrierFile } as const;
    const script = job.then((known) => renderScript(known, bundle));
    const workflow = job.then((known) =>
      renderWorkflow(known, settings, (deployment) => runnerOf(deployment, repository)),
    );
    return [
      { ...common, path: SCRIPT_PATH, message: syncMessage(SCRIPT_PATH), content: heldBack(script) },
      { ...common, path: WORKFLOW_PATH, message: syncMessage(WORKFLOW_PATH), content: heldBack(workflow) },
    ];
  });
  const runtimes = readRuntimes(project);
  const ofApplications = catalog.applications.map((application) => ({
    of: { application: application.name },
    repository: application.repository,
    branch: application.branch ?? branch,
    path: application.path,
    content: Promise.resolve(renderApplication(catalog, settings, application, runtimes)),
    message: `Load secrets: ${application.path} from the catalog`,
    byPullRequest: application.pullRequest === true,
    isOurs: isGenerated,
  }));
  return [...ofCarriers, ...ofApplications];
}

function syncMessage(path: string): string {
  return `Sync secrets: ${path} from the catalog`;
}

/** The files of each branch of each repository. */
export function byBranch(files: readonly DeclaredFile[]): (readonly [DeclaredFile, ...DeclaredFile[]])[] {
  const groups = new Map<string, [DeclaredFile, ...DeclaredFile[]]>();
  for (const file of files) {
    const key = `${file.repository}/${file.branch}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [file]);
    else known.push(file);
  }
  return [...groups.values()];
}
