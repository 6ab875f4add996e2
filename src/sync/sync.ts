import { WORKFLOW_FILE } from "../catalog/layout";
import type { Http } from "../clients/http";
import { createPulumiCall } from "../clients/pulumi-call";
import { createPulumiCloud } from "../clients/pulumi-cloud";
import { checkedAddress } from "../clients/pulumi-login";
import { RemedyError } from "../errors";
import { handRun } from "../ledger/ledger";
import { Secret } from "../secret";
import { createAlert } from "./advance-ledger";
import { masksOf, readRunOptions } from "./given-values";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { authenticate } from "./job-identity";
import { proposingCloud, syncProposer } from "./proposing-cloud";
import { headline, logLines, outcomeOf } from "./report";
import { createRunner, describeError } from "./runner";
import { queueTime } from "./since-queued";
import { renderSummary } from "./summary";
import { type EnvironmentJob, syncEnvironment } from "./sync-environment";
import { tightStep } from "./tight-sizes";

/** Everything the job takes from outside. */
export interface SyncDependencies {
  catalog: JobCatalog;
  /** Environment variables of the process: secrets by their names, GitHub's and the workflow's own settings. */
  env: Readonly<Record<string, string | undefined>>;
  http: Http;
  print: (line: string) => void;
  now: () => Date;
}

/**
 * One run of the sync job.
 *
 * @returns the exit code: 0 when everything is as declared, or somebody has paused the environment; 1 when something
 *   was refused, failed or waits for approval. What is right has been written all the same, unless all or nothing was asked for.
 */
export async function runSync(context: SyncDependencies): Promise<0 | 1> {
  const { catalog, env, http, now } = context;
  const runner = createRunner(env, context.print);
  try {
    runner.mask(masksOf(secretsIn(context)));
    const target = targetOf(context);
    const options = readRunOptions(env, catalog);
    const url = checkedAddress("PULUMI_BACKEND_URL", env.PULUMI_BACKEND_URL || catalog.pulumiApiUrl);
    const mask = (token: Secret) => runner.mask([token.unwrap()]);
    const token = await authenticate({ catalog, env, url, http, mask }, target);
    const at = { url, organization: catalog.pulumiOrganization, token, http };
    const { GITHUB_RUN_ID: run } = env;
    const direct = createPulumiCloud(at);
    const proposer = syncProposer(run === undefined ? "by hand" : `run ${run}`, target, direct);
    const cloud = proposingCloud(target, direct, () => createPulumiCall(at), proposer);
    const job = {
      target,
      catalog,
      // Who may write the ledger may write what runs believe: once a day, and where a person asks, it is not believed.
      compares: ["schedule", "workflow_dispatch"].includes(env.GITHUB_EVENT_NAME ?? ""),
      input: env,
      identity: identityOf(context),
      queued: once(() => queueTime(env, http)),
      options,
    };
    const synced = await syncEnvironment({ ...job, ...alertOf(context) }, cloud);
    const tight = tightStep(catalog, env);
    const report = tight === undefined ? synced : { ...synced, sizes: [tight, ...(synced.sizes ?? [])] };
    for (const line of [headline(report, options.dryRun), ...logLines(report)]) runner.print(line);
    const { counts, failures, awaiting, warnings, notices } = outcomeOf(report);
    for (const notice of notices) runner.remark("notice", notice);
    for (const warning of warnings) runner.remark("warning", warning);
    for (const failure of [...failures, ...awaiting]) runner.complain(failure);
    runner.summarize(renderSummary(report, { dryRun: options.dryRun, now: now() }));
    const changed = counts.create + counts.update + counts.delete;
    const paused = report.paused === undefined ? {} : { paused: true };
    runner.output({ changed, refused: counts.refused, ...paused });
    return failures.length + awaiting.length === 0 ? 0 : 1;
  } catch (error) {
    runner.complain(describeError(error));
    return 1;
  }
}

/** The name under which the workflow passes the alert's address. */
const WEBHOOK = "SYNC_ALERT_WEBHOOK";

/** Every value that was handed to this process. */
function secretsIn({ catalog, env }: SyncDependencies): string[] {
  const names = catalog.secrets.flatMap((secret) => [secret.name, ...secret.aliases]);
  return ["PULUMI_ACCESS_TOKEN", WEBHOOK, ...names].flatMap((name) => env[name] ?? []);
}

/** Asks once, when it is first wanted. */
function once<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let asked: Promise<Result> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}

function identityOf({ env, now }: SyncDependencies): EnvironmentJob["identity"] {
  const page = pageOf(env);
  return {
    run: env.GITHUB_RUN_ID ?? handRun(),
    attempt: env.GITHUB_RUN_ATTEMPT ?? "1",
    commit: env.GITHUB_SHA ?? "none",
    now: now().toISOString(),
    ...(page === undefined ? {} : { page }),
    allowMany: `start it with gh workflow run ${WORKFLOW_FILE} -R ${env.GITHUB_REPOSITORY ?? "OWNER/REPOSITORY"} -f allow-many-changes=true`,
  };
}

/** The page of this run, on a runner of GitHub's. */
function pageOf(env: SyncDependencies["env"]): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  return server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined;
}

function targetOf({ catalog, env }: SyncDependencies): JobTarget {
  return findTarget(catalog, env.SYNC_ENVIRONMENT ?? "", "SYNC_ENVIRONMENT");
}

/** @param asked who names the environment, for the error. @throws RemedyError with the environments there are. */
export function findTarget(catalog: JobCatalog, wanted: string, asked: string): JobTarget {
  const target = catalog.targets.find((each) => each.environment === wanted);
  if (target !== undefined) return target;
  const known = catalog.targets.map((each) => each.environment).join(", ");
  const reason = `names no environment of the catalog: ${wanted || "(nothing)"}`;
  throw new RemedyError({
    code: "environment-unknown",
    subject: asked,
    cause: reason,
    remedy: `set it to one of ${known}`,
  });
}

function alertOf({ env, http }: SyncDependencies): Pick<EnvironmentJob, "alert"> {
  const url = env[WEBHOOK] ?? "";
  if (url === "") return {};
  return { alert: createAlert(new Secret(url), pageOf(env), http) };
}
