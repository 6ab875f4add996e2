import { join } from "node:path";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { Service, ServiceContext } from "../core/serve";
import { Store } from "../core/store";
import type { RunnerHost, Values } from "../runner/run-request";
import { findRepository } from "./access";
import { accountRoutes } from "./account-routes";
import { auditRoutes } from "./audit-routes";
import { branchProtectionRoutes } from "./branch-protection";
import { contentsRoutes } from "./contents-routes";
import { environmentRoutes } from "./environment-routes";
import { GitRepositories } from "./git-repositories";
import { gitTransportRoutes } from "./git-transport-routes";
import type { GitHubEnv, GitHubParts } from "./github-app";
import { errorResponse, notFound } from "./github-error";
import type { GitHubSeed } from "./github-seed";
import { type GitHubState, initialState } from "./github-state";
import { graphqlRoutes } from "./graphql-routes";
import { InstallationTokens } from "./installation-tokens";
import { issueRoutes } from "./issue-routes";
import { KeyRing } from "./key-ring";
import { limitRoutes } from "./limit-routes";
import { LogTickets } from "./log-tickets";
import { movedRepositories } from "./moved-repositories";
import { discoveryRoutes, oidcRoutes } from "./oidc-routes";
import { organizationRulesetRoutes } from "./organization-ruleset-routes";
import { organizationSecretRoutes } from "./organization-secret-routes";
import { pendingDeploymentRoutes } from "./pending-deployment-routes";
import { PendingReviews } from "./pending-reviews";
import { pullRoutes } from "./pull-routes";
import { type Limits, RateLimits, SANDBOX_LIMITS } from "./rate-limits";
import { refRoutes } from "./ref-routes";
import { repositoryAlias } from "./repository-alias";
import { repositoryRoutes } from "./repository-routes";
import { repositorySecretRoutes } from "./repository-secret-routes";
import { requestMiddleware } from "./request-middleware";
import { rulesetRoutes } from "./ruleset-routes";
import { runRoutes } from "./run-routes";
import { runnerGroupRoutes } from "./runner-group-routes";
import { runnerHost } from "./runner-hosts";
import { teamRoutes } from "./team-routes";
import { variableRoutes } from "./variable-routes";
import { webRoutes } from "./web-routes";
import { workflowRoutes } from "./workflow-routes";
import { type RunnerFactory, WorkflowRuns } from "./workflow-runs";

export interface GitHubOptions {
  seed: GitHubSeed;
  /** Left out: pushes start nothing, and a dispatch is refused. */
  runner?: RunnerFactory;
  /** `iss` of id tokens. Default: github.com's own issuer. */
  issuer?: string;
  /** Changes to `SANDBOX_LIMITS`; null switches a limit off. */
  limits?: Partial<Limits>;
  /** Environment variables that the runner's machine has by itself. */
  machine?: () => Values;
  /** The clock, for tests. */
  now?: () => Date;
}

/** What the sandbox's GitHub offers besides HTTP. */
export interface GitHubService extends Service {
  /** What a runner is given for `owner/name`. @throws when there is no such repository. */
  hostOf(repository: string): RunnerHost;
}

const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/**
 * GitHub on this machine: the API under `/` and `/api/v3`, the pages that commands name, real git repositories, real
 * sealed boxes, GitHub's limits, and the runner it is given. The seed counts on the first start and after `reset`; in
 * between the state in `context.folder` does.
 *
 * @throws when git is not installed, or the folder holds something that is not this service's state.
 */
export function createGitHubService(context: ServiceContext, options: GitHubOptions): GitHubService {
  const now = options.now ?? (() => new Date());
  const parts = partsOf(context, options.seed, now);
  const rates = new RateLimits({ ...SANDBOX_LIMITS, ...options.limits }, now);
  const issuer = options.issuer ?? GITHUB_ISSUER;
  let origin = "http://127.0.0.1";
  const surroundings = { issuer, machine: options.machine ?? (() => ({})), origin: () => origin };
  const hostOf = (name: string) => runnerHost(parts, surroundings, name);
  parts.runner = options.runner?.(
    hostOf,
    (name, run) => recordRun(parts, name, run),
    () => nextRunId(parts),
  );

  const app = new Hono<GitHubEnv>();
  // Its own clock, by which it also dates what it keeps.
  app.use("*", async (c, next) => {
    await next();
    c.res.headers.set("date", now().toUTCString());
  });
  addRoutes(app, parts, rates, issuer);
  return {
    name: "github",
    app: app as unknown as Hono<{ Bindings: HttpBindings }>,
    hostOf,
    // Jobs ask there, whatever address somebody else asked at.
    listening: (url) => {
      origin = url;
    },
    reset: () => reset(parts, rates),
    close: async () => {
      await parts.runner?.close();
      parts.git.close();
    },
  };
}

function partsOf(context: ServiceContext, seed: GitHubSeed, now: () => Date): GitHubParts {
  const file = (name: string) => (context.folder === undefined ? undefined : join(context.folder, name));
  const git = new GitRepositories(context.folder);
  const seeded = () => {
    const state = initialState(seed, now());
    git.clear();
    git.seed(state.repositories, seed);
    return state;
  };
  return {
    store: new Store<GitHubState>(file("state.json"), seeded),
    keys: KeyRing.open(file("keys.json")),
    audit: context.audit,
    git,
    runs: new WorkflowRuns(file("runs.json"), context.audit),
    installationTokens: new InstallationTokens(),
    reviews: new PendingReviews(),
    runner: undefined,
    now,
  };
}

async function reset(parts: GitHubParts, rates: RateLimits): Promise<void> {
  await stopRuns(parts);
  parts.installationTokens.clear();
  parts.runs.reset();
  parts.keys.reset();
  parts.store.reset();
  rates.reset();
}

function addRoutes(app: Hono<GitHubEnv>, parts: GitHubParts, rates: RateLimits, issuer: string): void {
  const tickets = new LogTickets(parts.now);
  limitRoutes(app, rates);
  discoveryRoutes(app, parts, issuer);
  app.get("/_actions/logs/:ticket", (c) => {
    const download = tickets.find(c.req.param("ticket"));
    if (download === undefined) return c.body(null, 404);
    return c.body(new Uint8Array(download.bytes), 200, { "content-type": download.type });
  });
  repositoryAlias(app, parts);
  gitTransportRoutes(app, parts);
  webRoutes(app, parts);
  const api = apiRoutes(parts, rates, tickets);
  // The same root with a slash, as the GitHub CLI asks.
  app.get("/api/v3/", (c) => app.fetch(new Request(c.req.url.replace(/\/$/, ""), c.req.raw), c.env));
  app.route("/api/v3", api);
  app.route("/", api);
}

function apiRoutes(parts: GitHubParts, rates: RateLimits, tickets: LogTickets): Hono<GitHubEnv> {
  const api = new Hono<GitHubEnv>();
  api.onError(errorResponse);
  api.use("*", requestMiddleware(parts, rates));
  api.use("/repos/:owner/:repo/*", movedRepositories(parts));
  accountRoutes(api, parts, rates);
  repositoryRoutes(api, parts);
  organizationSecretRoutes(api, parts);
  repositorySecretRoutes(api, parts);
  variableRoutes(api, parts);
  runnerGroupRoutes(api, parts);
  environmentRoutes(api, parts);
  rulesetRoutes(api, parts);
  organizationRulesetRoutes(api, parts);
  branchProtectionRoutes(api, parts);
  contentsRoutes(api, parts);
  refRoutes(api, parts);
  pullRoutes(api, parts);
  workflowRoutes(api, parts);
  runRoutes(api, parts, tickets);
  pendingDeploymentRoutes(api, parts);
  oidcRoutes(api, parts);
  teamRoutes(api, parts);
  auditRoutes(api, parts);
  issueRoutes(api, parts);
  graphqlRoutes(api, parts);
  api.all("*", () => {
    throw notFound();
  });
  return api;
}

function nextRunId(parts: GitHubParts): number {
  parts.store.state.nextRunId += 1;
  parts.store.save();
  return parts.store.state.nextRunId;
}

type RunReport = Parameters<Parameters<RunnerFactory>[1]>[1];

/** A run of a repository that a reset has removed meanwhile is nobody's any more. */
function recordRun(parts: GitHubParts, name: string, run: RunReport): void {
  const repository = findRepository(parts.store.state, name);
  if (repository !== undefined)
    parts.runs.record(repository.id, `${repository.owner}/${repository.name}`, run);
}

async function stopRuns(parts: GitHubParts): Promise<void> {
  const runner = parts.runner;
  if (runner === undefined) return;
  for (const repository of parts.store.state.repositories) {
    for (const run of parts.runs.of(repository.id)) {
      if (run.status !== "completed") runner.cancel(run.id);
    }
  }
  await runner.idle();
}
