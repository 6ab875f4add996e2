import { Document, isPair, isScalar, type Scalar, visit } from "yaml";

import { jobIdOf, jobNameOf, RUN_NAMES, SCRIPT_PATH, WORKFLOW_PATH } from "../catalog/layout";
import { DEFAULT_LABEL, labelsOf, type Runner } from "../catalog/runners";

import type { Settings } from "../catalog/settings";
import { FETCH_SCRIPT, RUN_SCRIPT } from "./fetch-script";
import type { JobCatalog, JobTarget } from "./job-catalog";

/** Minutes before GitHub ends a hanging job; a run takes seconds. */
const TIMEOUT_MINUTES = 10;

/** What both files say of themselves. */
const OURS =
  "Written by `pulumi up` from the catalog of sophia-secrets. Do not edit: the next `up` puts it back.";

/** Whether a text is a workflow or a script of this program, of whichever version. */
export function isCarrierFile(text: string): boolean {
  return text.slice(0, 400).includes("Written by `pulumi up` from the catalog of sophia-secrets.");
}

/** Once a day, off the full hour, when GitHub delays scheduled runs most. */
const SCHEDULE = "17 5 * * *";

/** Whether a run is of every secret in every deployment environment, and writes. */
const WHOLE =
  "github.event_name != 'workflow_dispatch' || (inputs.environment == 'all' && inputs.names == '' && !inputs.dry-run)";

type StepSettings = Pick<Settings, "pulumiApiUrl" | "alertWebhook">;

/**
 * The sync workflow: one job per environment, so that each environment's own secrets override the organization's as
 * GitHub has it. Every secret is named: neither `toJSON(secrets)` nor `secrets: inherit`, which would hand over
 * whatever else the repository may read.
 *
 * @param runnerOf where the job of a deployment environment runs; undefined: where GitHub runs it by itself.
 * @returns the file's text, the same for equal catalogs.
 */
export function renderWorkflow(
  catalog: JobCatalog,
  settings: Pick<Settings, "branch" | "pulumiApiUrl" | "alertWebhook">,
  runnerOf: (deployment: string) => Runner | undefined = () => undefined,
): string {
  const environments = catalog.targets.map((target) => target.environment);
  const workflow = {
    name: "Sync secrets",
    "run-name": `\${{ (${WHOLE}) && '${RUN_NAMES.whole}' || '${RUN_NAMES.part}' }}`,
    on: {
      workflow_dispatch: { inputs: inputs(environments) },
      push: { branches: [settings.branch], paths: [WORKFLOW_PATH, SCRIPT_PATH] },
      schedule: [{ cron: SCHEDULE }],
    },
    permissions: {},
    jobs: Object.fromEntries(
      catalog.targets.map((target) => [
        jobIdOf(target.environment),
        job(target, catalog, settings, runnerOf(target.environment)),
      ]),
    ),
  };
  const document = new Document(workflow);
  document.commentBefore = ` ${OURS}`;
  visit(document, { Scalar: (_key, node, path) => annotate(node, path) });
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
    names: {
      description: "Sync these secrets alone: names separated by commas; empty: all",
      type: "string",
      default: "",
    },
    "all-or-nothing": {
      description: "Write nothing of an environment in which a secret is refused",
      type: "boolean",
      default: false,
    },
    "allow-many-changes": {
      description: "Replace an unusual number of values at once",
      type: "boolean",
      default: false,
    },
  };
}

function job(target: JobTarget, catalog: JobCatalog, settings: StepSettings, runner: Runner = {}): object {
  const { environment } = target;
  const usesOidc = catalog.syncAuthentication === "oidc";
  return {
    name: jobNameOf(environment),
    if: `\${{ github.event_name != 'workflow_dispatch' || inputs.environment == 'all' || inputs.environment == '${environment}' }}`,
    ...placeOf(runner),
    "timeout-minutes": TIMEOUT_MINUTES,
    environment,
    permissions: { contents: "read", actions: "read", ...(usesOidc ? { "id-token": "write" } : {}) },
    concurrency: { group: `sync-secrets-${environment}`, "cancel-in-progress": false },
    outputs: { changed: output("changed"), refused: output("refused"), paused: output("paused") },
    steps: [
      // A step of its own: git runs without a secret in its environment.
      { name: "Fetch the script of this commit", run: FETCH_SCRIPT, env: { GITHUB_TOKEN: JOB_TOKEN } },
      {
        name: "Sync",
        id: SYNC_STEP,
        run: RUN_SCRIPT,
        env: stepEnvironment(target, catalog, settings),
      },
    ],
  };
}

/** `runs-on` and `container` of a job. */
function placeOf(runner: Runner): object {
  const { group, container } = runner;
  const labels = labelsOf(runner);
  const chosen = labels.length === 1 ? labels[0] : labels;
  const runsOn = group === undefined ? chosen : { group, ...(labels.length === 0 ? {} : { labels: chosen }) };
  if (container === undefined) return { "runs-on": runsOn ?? DEFAULT_LABEL };
  const { image, credentials, options } = container;
  const secret = (name: string) => `\${{ secrets.${name} }}`;
  return {
    "runs-on": runsOn,
    container: {
      image,
      ...(credentials === undefined
        ? {}
        : {
            credentials: {
              username: secret(credentials.username),
              password: secret(credentials.password),
            },
          }),
      ...(options === undefined ? {} : { options }),
    },
  };
}

const SYNC_STEP = "sync";
const JOB_TOKEN = `\${{ github.token }}`;

function output(name: string): string {
  return `\${{ steps.${SYNC_STEP}.outputs.${name} }}`;
}

function stepEnvironment(
  target: JobTarget,
  catalog: JobCatalog,
  settings: StepSettings,
): Record<string, string> {
  const names = catalog.secrets
    .filter((secret) => secret.environments.includes(target.environment))
    .flatMap((secret) => [secret.name, ...secret.aliases]);
  if (catalog.syncAuthentication === "token") names.push("PULUMI_ACCESS_TOKEN");
  return {
    SYNC_ENVIRONMENT: target.environment,
    GITHUB_TOKEN: JOB_TOKEN,
    // Inputs reach the script as variables; in a command the shell would carry them out.
    SYNC_DRY_RUN: `\${{ inputs.dry-run || false }}`,
    SYNC_NAMES: `\${{ inputs.names }}`,
    SYNC_ALL_OR_NOTHING: `\${{ inputs.all-or-nothing || false }}`,
    SYNC_ALLOW_MANY_CHANGES: `\${{ inputs.allow-many-changes || false }}`,
    ...(settings.pulumiApiUrl === undefined ? {} : { PULUMI_BACKEND_URL: settings.pulumiApiUrl }),
    ...(settings.alertWebhook === undefined
      ? {}
      : { SYNC_ALERT_WEBHOOK: `\${{ secrets.${settings.alertWebhook} }}` }),
    ...Object.fromEntries(names.sort().map((name) => [name, `\${{ secrets.${name} }}`])),
  };
}

/** What each permission of a job is for. zizmor asks for it at the end of the line. */
const REASONS: Readonly<Record<string, string>> = {
  contents: "fetches the script",
  actions: "tells when this run was queued: what was set since is newer than what it brings",
  "id-token": "proves to Pulumi Cloud which job this is",
};

function annotate(node: Scalar, path: readonly unknown[]): void {
  const pair = path.at(-1);
  const reason =
    isPair(pair) && pair.value === node && isScalar(pair.key) ? REASONS[String(pair.key.value)] : undefined;
  if (reason !== undefined) node.comment = ` ${reason}`;
}

/**
 * The script a carrier gets: the job's bundle under the catalog as one constant. The bundle is the same for
 * everybody; adding a secret changes the constant alone.
 *
 * @param bundle dist/sync_secrets.cjs, as `make bundle` builds it from src/sync/main.ts.
 */
export function renderScript(catalog: JobCatalog, bundle: string): string {
  const header = [
    // The bundle's own directive counts for nothing behind other code.
    '"use strict";',
    `// ${OURS}`,
    "// Names, paths and rules only; values are never here.",
    `const JOB_CATALOG = ${JSON.stringify(catalog, null, 1)};`,
  ];
  return `${header.join("\n")}\n\n${bundle}`;
}
