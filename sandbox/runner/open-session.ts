import { randomUUID } from "node:crypto";
import { resolveTexts, type Value } from "./expression";
import { eventPayload, githubContext } from "./github-context";
import { idTokenClaims } from "./id-token-claims";
import { type IdTokenEndpoint, serveIdTokens } from "./id-token-endpoint";
import type { JobFolder } from "./job-folder";
import type { JobLog } from "./job-log";
import type { JobRequest } from "./job-request";
import type { JobSession } from "./job-session";
import type { Permissions } from "./permissions";
import type { DeploymentEnvironment, Values } from "./run-request";

/**
 * Gathers what a job starts with. Every secret is known to the masker before the first line can be written.
 *
 * @param environment the job's deployment environment, just read: its secrets are those of this moment.
 * @param token the job's GITHUB_TOKEN.
 * @throws when an expression in `env` cannot be evaluated.
 */
export async function openSession(
  request: JobRequest,
  environment: DeploymentEnvironment | undefined,
  log: JobLog,
  folder: JobFolder,
  token: string,
  permissions: Permissions,
): Promise<JobSession> {
  const { facts, definition } = request;
  // Nearest wins: environment, then repository, then organization.
  const secrets = upperCased(facts.organizationSecrets, facts.repositorySecrets, environment?.secrets ?? {});
  secrets.github_token = token; // so written in GitHub's toJSON(secrets); found under any case
  for (const value of Object.values(secrets)) log.masker.addSecret(value);
  const github: Record<string, Value> = {
    ...githubContext(facts),
    token,
    job: definition.id,
    workspace: folder.workspace,
    event_path: folder.writeEvent(eventPayload(facts)),
  };
  const vars = upperCased(facts.variables, environment?.variables ?? {});
  const contexts = { ...request.scope.contexts, github, secrets, vars, runner: runnerContext(folder) };
  const jobEnvironment: Values = {};
  for (const owner of [facts.workflow.root, definition.token]) {
    Object.assign(jobEnvironment, resolveTexts(owner.find("env"), { contexts }));
  }
  return {
    facts,
    definition,
    log,
    folder,
    stop: request.stop,
    contexts,
    environment: jobEnvironment,
    addedPaths: [],
    steps: {},
    failed: false,
    idTokens: await idTokenEndpoint(request, environment?.name, log, permissions),
    trackingId: `github_${randomUUID()}`,
    minute: request.minute,
  };
}

/** Only a job with `id-token: write` can ask for tokens; the bearer and every token it gets are masked. */
async function idTokenEndpoint(
  { facts }: JobRequest,
  environment: string | undefined,
  log: JobLog,
  permissions: Permissions,
): Promise<IdTokenEndpoint | undefined> {
  if (permissions["id-token"] !== "write") return undefined;
  const endpoint = await serveIdTokens((audience) => {
    const token = facts.host.signIdToken(idTokenClaims(facts, audience, environment));
    log.masker.addSecret(token);
    return token;
  });
  log.masker.addSecret(endpoint.bearer);
  return endpoint;
}

function runnerContext(folder: JobFolder): Record<string, Value> {
  return {
    name: "Sandbox",
    os: "Linux",
    arch: process.arch === "arm64" ? "ARM64" : "X64",
    environment: "github-hosted",
    temp: folder.temp,
    tool_cache: folder.toolCache,
  };
}

/** Merged, the last source winning; names are upper-case and case-insensitive on GitHub. */
function upperCased(...sources: Values[]): Values {
  const entries = sources.flatMap((source) => Object.entries(source));
  return Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), value]));
}
