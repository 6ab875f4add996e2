import { Document, isScalar, type Scalar, visit } from "yaml";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../secrets/layout";
import type { Settings } from "../../secrets/settings";
import type { JobCatalog, JobTarget } from "./job-catalog";

/** actions/checkout at a full commit id: a tag can be moved to other code. The comment is what Dependabot reads. */
const CHECKOUT = { action: "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8", version: "v5.0.0" };

/** Minutes before GitHub ends a hanging job; a run takes seconds. */
const TIMEOUT_MINUTES = 10;

/** Once a day, off the full hour, when GitHub delays scheduled runs most. */
const SCHEDULE = "17 5 * * *";

/**
 * The sync workflow: one job per environment, so that each environment's own secrets override the organization's as
 * GitHub has it. Every secret is named: neither `toJSON(secrets)` nor `secrets: inherit`, which would hand over
 * whatever else the repository may read.
 *
 * @returns the file's text, the same for equal catalogs.
 */
export function renderWorkflow(
  catalog: JobCatalog,
  settings: Pick<Settings, "branch" | "pulumiApiUrl">,
): string {
  const environments = catalog.targets.map((target) => target.environment);
  const workflow = {
    name: "Sync secrets",
    on: {
      workflow_dispatch: { inputs: inputs(environments) },
      push: { branches: [settings.branch], paths: [WORKFLOW_PATH, SCRIPT_PATH] },
      schedule: [{ cron: SCHEDULE }],
    },
    permissions: {},
    jobs: Object.fromEntries(
      catalog.targets.map((target) => [jobId(target.environment), job(target, catalog, settings)]),
    ),
  };
  const document = new Document(workflow);
  document.commentBefore =
    " Written by `pulumi up` from the catalog of sophia-secrets. Do not edit: the next `up` puts it back.";
  visit(document, { Scalar: (_, node) => annotate(node) });
  return document.toString({ lineWidth: 0 });
}

function inputs(environments: readonly string[]): object {
  return {
    environment: {
      description: "Environment to sync",
      type: "choice",
      options: ["all", ...environments],
      default: "all",
    },
    "dry-run": { description: "Show the plan and write nothing", type: "boolean", default: false },
  };
}

/** An environment may be named 2.eu; a job's id begins with a letter or _ and has no dot (docs.github.com, workflow syntax). */
function jobId(environment: string): string {
  return environment.replace(/^(?=[0-9])/, "_").replaceAll(".", "_");
}

function job(target: JobTarget, catalog: JobCatalog, settings: Pick<Settings, "pulumiApiUrl">): object {
  const { environment } = target;
  const usesOidc = catalog.syncAuthentication === "oidc";
  return {
    name: `Sync ${environment}`,
    if: `\${{ github.event_name != 'workflow_dispatch' || inputs.environment == 'all' || inputs.environment == '${environment}' }}`,
    "runs-on": "ubuntu-latest",
    "timeout-minutes": TIMEOUT_MINUTES,
    environment,
    permissions: { contents: "read", ...(usesOidc ? { "id-token": "write" } : {}) },
    concurrency: { group: `sync-secrets-${environment}`, "cancel-in-progress": false },
    steps: [
      { name: "Check out this commit", uses: CHECKOUT.action, with: { "persist-credentials": false } },
      { name: "Sync", run: `node ${SCRIPT_PATH}`, env: stepEnvironment(target, catalog, settings) },
    ],
  };
}

function stepEnvironment(
  target: JobTarget,
  catalog: JobCatalog,
  settings: Pick<Settings, "pulumiApiUrl">,
): Record<string, string> {
  const names = catalog.secrets
    .filter((secret) => secret.environments.includes(target.environment))
    .flatMap((secret) => [secret.name, ...secret.aliases]);
  if (catalog.syncAuthentication === "token") names.push("PULUMI_ACCESS_TOKEN");
  return {
    SYNC_ENVIRONMENT: target.environment,
    SYNC_DRY_RUN: `\${{ inputs.dry-run || false }}`,
    ...(settings.pulumiApiUrl === undefined ? {} : { PULUMI_BACKEND_URL: settings.pulumiApiUrl }),
    ...Object.fromEntries(names.sort().map((name) => [name, `\${{ secrets.${name} }}`])),
  };
}

function annotate(node: Scalar): void {
  if (isScalar(node) && node.value === CHECKOUT.action) node.comment = ` ${CHECKOUT.version}`;
}
