import { appendFileSync } from "node:fs";
import type { Http } from "../clients/http";
import { exchangeToken, requestIdToken } from "../clients/oidc";
import { createPulumiCloud } from "../clients/pulumi-cloud";
import { RemedyError } from "../errors";
import { Secret } from "../secret";
import { describeError } from "./describe-error";
import type { JobCatalog, JobTarget } from "./job-catalog";
import { headline, logLines, outcomeOf, renderSummary } from "./report";
import { syncEnvironment } from "./sync-environment";

/** Seconds the job's Pulumi token lives: longer than the job may take (its timeout), and no more. */
const TOKEN_SECONDS = 900;

/** Everything the job takes from outside. */
export interface SyncDoors {
  catalog: JobCatalog;
  /** Environment variables of the process: secrets by their names, GitHub's and the workflow's own settings. */
  environment: Readonly<Record<string, string | undefined>>;
  http: Http;
  print: (line: string) => void;
  now: () => Date;
}

/**
 * One run of the sync job.
 *
 * @returns the exit code: 0 when everything is as declared, 1 when something was refused or failed. What is right has
 *   been written all the same.
 */
export async function runSync(doors: SyncDoors): Promise<0 | 1> {
  const { environment, print } = doors;
  const inActions = environment.GITHUB_ACTIONS === "true";
  const complain = (text: string) =>
    print(inActions ? `::error title=sync_secrets::${escapeCommand(text)}` : `error: ${text}`);
  try {
    const target = targetOf(doors);
    const dryRun = isDryRun(environment.SYNC_DRY_RUN);
    const token = await authenticate(doors, target);
    const cloud = createPulumiCloud({
      url: backendOf(doors),
      organization: doors.catalog.pulumiOrganization,
      token,
      http: doors.http,
    });
    const identity = {
      run: environment.GITHUB_RUN_ID ?? "by-hand",
      commit: environment.GITHUB_SHA ?? "none",
      now: doors.now().toISOString(),
    };
    const report = await syncEnvironment(
      { target, catalog: doors.catalog, input: environment, identity, dryRun },
      cloud,
    );
    for (const line of [headline(report, dryRun), ...logLines(report)]) print(line);
    const { failures } = outcomeOf(report);
    for (const failure of failures) complain(failure);
    summarize(environment.GITHUB_STEP_SUMMARY, renderSummary(report, dryRun));
    return failures.length === 0 ? 0 : 1;
  } catch (error) {
    complain(describeError(error));
    return 1;
  }
}

function targetOf({ catalog, environment }: SyncDoors): JobTarget {
  const wanted = environment.SYNC_ENVIRONMENT ?? "";
  const target = catalog.targets.find((each) => each.environment === wanted);
  if (target !== undefined) return target;
  const known = catalog.targets.map((each) => each.environment).join(", ");
  throw new RemedyError(
    "SYNC_ENVIRONMENT",
    `names no environment of the catalog: ${wanted || "(nothing)"}`,
    `set it to one of ${known}`,
  );
}

/** Whoever writes 1 or TRUE by hand means a dry run, and must not get a real one. */
function isDryRun(text = ""): boolean {
  if (["", "true", "false"].includes(text)) return text === "true";
  throw new RemedyError("SYNC_DRY_RUN", "is neither true nor false", "set it to one of them");
}

function backendOf({ catalog, environment }: SyncDoors): string {
  return (environment.PULUMI_BACKEND_URL || catalog.pulumiApiUrl).replace(/\/+$/, "");
}

/** The job's token of Pulumi Cloud: traded for GitHub's id token, or the stored one where the stack's config says so. */
async function authenticate(doors: SyncDoors, target: JobTarget): Promise<Secret> {
  const { catalog, environment, http } = doors;
  if (catalog.syncAuthentication === "token") {
    const stored = environment.PULUMI_ACCESS_TOKEN ?? "";
    if (stored !== "") return new Secret(stored);
    throw new RemedyError(
      "PULUMI_ACCESS_TOKEN",
      "is not set, and the stack's config asks for a stored token",
      "set it in GitHub, or set syncAuthentication to oidc",
    );
  }
  const url = environment.ACTIONS_ID_TOKEN_REQUEST_URL ?? "";
  const token = environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN ?? "";
  if (url === "" || token === "") {
    throw new RemedyError(
      "GitHub's id token",
      "this process may not ask for one",
      "run it in a GitHub Actions job with permissions: id-token: write",
    );
  }
  const organization = catalog.pulumiOrganization;
  const idToken = await requestIdToken(
    { url, token: new Secret(token) },
    `urn:pulumi:org:${organization}`,
    http,
  );
  mask(doors, idToken);
  const traded = await exchangeToken(
    { url: backendOf(doors), organization, team: target.team, idToken, expiration: TOKEN_SECONDS },
    http,
  );
  mask(doors, traded);
  return traded;
}

/** Tells the runner to hide a token from here on. Only ever printed to a runner: to anything else it would be a leak. */
function mask({ environment, print }: SyncDoors, token: Secret): void {
  if (environment.GITHUB_ACTIONS === "true") print(`::add-mask::${token.unwrap()}`);
}

/** Workflow commands end at a line end, and take %0A for one inside. */
function escapeCommand(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function summarize(file: string | undefined, text: string): void {
  if (file !== undefined && file !== "") appendFileSync(file, text);
}
