import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import * as state from "@pulumi/pulumi/runtime/state";
import { parse } from "yaml";
import { catalog as committed } from "../../secrets/catalog";
import type { Catalog } from "../../src/catalog/entry";
import { readStack } from "../../src/resources/read-stack";
import { type Declared, declaredOf, type Hook } from "./declared";

/** The SDK's own way to give each program of one process a state of its own; the automation API uses it so. */
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage<Result>(work: () => Result): Result;
  getStore(): { callbacks?: { shutdown(): void } };
};

const PROJECT = resolve(__dirname, "..", "..");
const NAME = "sophia-secrets";

/** One stack's config, as Pulumi.<stack>.yaml spells it, without the project's name before the keys. */
export type StackConfig = Record<string, unknown>;

/** The committed config of one stack. */
export function committedConfig(stack: string): StackConfig {
  const file = parse(readFileSync(join(PROJECT, `Pulumi.${stack}.yaml`), "utf8")) as { config: StackConfig };
  return Object.fromEntries(
    Object.entries(file.config).map(([key, value]) => [key.slice(NAME.length + 1), value]),
  );
}

export interface ProgramOptions {
  /** Stack to run. Default: production. */
  stack?: string;
  /** Config of every stack of the project, by name. Default: the committed ones. */
  stacks?: Record<string, StackConfig>;
  /** Default: the committed catalog. */
  catalog?: Catalog;
  /** What GitHub shows of how a carrier is protected, by path below its address. Default: nothing is open. */
  protection?: Record<string, unknown>;
  /** Texts that ledgers hold by now, by ESC name. */
  ledgers?: Record<string, string>;
  /** Organization secrets that a repository may read, by `owner/name`; one that is not here is not shown. */
  readable?: Record<string, string[]>;
  /** Config that is not in the stack's file: from an ESC environment, `--config-file` or `-c`; not secret. */
  plainConfig?: Record<string, string>;
  /** Organization secrets that GitHub lists. Default: none. */
  organizationSecrets?: readonly string[];
  /** What GitHub calls a repository today, `owner/name`, by the name it is asked for by. */
  renamed?: Record<string, string>;
  /** Names of repositories that are archived. */
  archived?: readonly string[];
  /** Names of repositories that everyone may read. */
  open?: readonly string[];
  /** Whether it is a preview. Default: no. */
  preview?: boolean;
  /** Whether it ends once config and catalog are read and checked. Default: no. */
  readsOnly?: boolean;
  /** Environment variables; of Pulumi's own none else is there. */
  env?: Record<string, string>;
  /** Outputs of what the stack has in its state, by URN. Default: nobody tells. */
  state?: Record<string, Record<string, unknown>>;
  /** The time by GitHub's clock. Default: the machine's. */
  gitHubTime?: Date;
  /** What is in plain text in config by `pulumi config set --secret`, by key. */
  secretConfig?: Record<string, string>;
}

/** What one run of index.ts declared, or why it refused to. */
export interface ProgramRun {
  resources: Declared[];
  hooks: Hook[];
  /** Functions of providers that were called: token and arguments. */
  calls: { token: string; inputs: Record<string, unknown> }[];
  outputs: Record<string, unknown>;
  /** What it said by the log: `info: ...`, `warning: ...`, `error: ...`; by the last a preview fails. */
  said: string[];
  error?: Error;
}

/** Bundle of the job as the tests' carriers get it: the real one is built by esbuild and has tests of its own. */
export const BUNDLE = "// the job's bundle\n";

/** Ids of GitHub's repositories under the mocks. */
export const REPOSITORY_IDS: Readonly<Record<string, number>> = {
  "sophia-main": 4711,
  "second-carrier": 4712,
};

/** Logins that Pulumi Cloud knows under the mocks. */
const MEMBERS = ["platform-engineer", "developer", "database-admin", "auditor"];

/** Runs the whole program under mocks: a store, a config, a working folder and modules of its own each time. */
export async function runProgram(options: ProgramOptions = {}): Promise<ProgramRun> {
  const { stack = "production" } = options;
  const stacks = options.stacks ?? {
    production: committedConfig("production"),
    staging: committedConfig("staging"),
  };
  const folder = projectFolder(stacks);
  const before = { folder: process.cwd(), stackTraceLimit: Error.stackTraceLimit };
  // The SDK takes a stack trace for every promise, and ts-node maps each: three quarters of a run's time.
  Error.stackTraceLimit = 0;
  process.chdir(folder);
  // Whoever runs the tests may be logged in: a mocked program must not ask their Pulumi Cloud.
  const restore = setVariables({
    PULUMI_ACCESS_TOKEN: undefined,
    GITHUB_TOKEN: "ghp_of-the-tests",
    PULUMI_CREDENTIALS_PATH: folder,
    ...options.env,
  });
  try {
    return await withLocalStorage(() => run(stack, stacks[stack] ?? {}, options));
  } finally {
    process.chdir(before.folder);
    Error.stackTraceLimit = before.stackTraceLimit;
    restore();
    // A refused preview's, not that of the tests.
    process.exitCode = undefined;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param variables undefined takes one away. @returns what brings back those that were there. */
function setVariables(variables: Record<string, string | undefined>): () => void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return () => void setVariables(before);
}

/** What the program reads from its working folder: the stacks' files and the bundle. */
function projectFolder(stacks: Record<string, StackConfig>): string {
  const folder = mkdtempSync(join(tmpdir(), "program-"));
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist", "sync_secrets.cjs"), BUNDLE);
  for (const [name, config] of Object.entries(stacks)) {
    const keys = Object.entries(config).map(([key, value]) => [`${NAME}:${key}`, value]);
    writeFileSync(
      join(folder, `Pulumi.${name}.yaml`),
      JSON.stringify({ config: Object.fromEntries(keys) }), // JSON is YAML
    );
  }
  return folder;
}

async function run(stack: string, config: StackConfig, options: ProgramOptions): Promise<ProgramRun> {
  const result: ProgramRun = { resources: [], hooks: [], calls: [], outputs: {}, said: [] };
  const { preview = false } = options;
  await pulumi.runtime.setMocks(mocks(result, options), NAME, stack, preview, "scoobyjava-org");
  observe(result);
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const all = { ...defaults(), ...config, ...options.plainConfig, ...options.secretConfig };
  const pairs = Object.entries(all).map(([key, value]) => [`${NAME}:${key}`, text(value)]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(pairs),
    Object.keys(options.secretConfig ?? {}).map((key) => `${NAME}:${key}`),
  );
  const stopListening = listen(result.said);
  try {
    const { catalog = committed } = options;
    const outputs = await pulumi.runtime.runInPulumiStack(async () => {
      if (options.readsOnly !== true) return importProgram(catalog);
      readStack(catalog, new Date().toISOString().slice(0, 10));
      return {};
    });
    result.outputs = await settled(outputs);
    await pulumi.runtime.disconnect();
  } catch (error) {
    result.error = error as Error;
    // What is under way still fails of the same: it must not end the worker, nor fall into the next run.
    await pulumi.runtime.disconnect().catch(() => undefined);
    // Where a promise was rejected, that ends before it closes the server of the hooks, which would keep the worker.
    getStore().callbacks?.shutdown();
  } finally {
    stopListening();
  }
  return result;
}

let heard: string[] | undefined;

/** Without an engine the log goes to the console; what is said after a run's end, to nobody. @returns what ends it. */
function listen(said: string[]): () => void {
  const log = pulumi.log as { info: unknown; warn: unknown; error: unknown };
  log.info = async (message: string) => void heard?.push(`info: ${message}`);
  log.warn = async (message: string) => void heard?.push(`warning: ${message}`);
  log.error = async (message: string) => void heard?.push(`error: ${message}`);
  heard = said;
  return () => {
    heard = undefined;
  };
}

function settled(outputs: unknown): Promise<Record<string, unknown>> {
  const all = pulumi.output(outputs as Record<string, unknown>);
  return new Promise((done) => all.apply((each) => done(each)));
}

/** The engine hands over every default that Pulumi.yaml has. */
function defaults(): StackConfig {
  const file = parse(readFileSync(join(PROJECT, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const given = Object.entries(file.config).filter(([, each]) => each.default !== undefined);
  return Object.fromEntries(given.map(([key, each]) => [key, each.default]));
}

/** index.ts, run again; with another catalog in the place of the committed one. Only it has a run's state. */
function importProgram(catalog: Catalog): unknown {
  const file = require.resolve(join(PROJECT, "secrets", "catalog"));
  const loaded = require.cache[file];
  if (loaded === undefined) throw new Error("the catalog is not loaded");
  const original = loaded.exports;
  const index = join(PROJECT, "index.ts");
  delete require.cache[index];
  try {
    loaded.exports = { catalog };
    return require(index);
  } finally {
    // A worker of mocha loads the next test file after this one has run: it must find the committed catalog.
    loaded.exports = original;
  }
}

/** The mock monitor tells its mocks nothing of options and knows no resource hooks: both are seen here. */
function observe(result: ProgramRun): void {
  const register = MockMonitor.prototype.registerResource;
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor & {
    registerResourceHook(request: HookRequest, done: (error: null, answer: object) => void): void;
  };
  monitor.registerResource = async (request, done) => {
    result.resources.push(await declaredOf(request));
    return register.call(monitor, request, done);
  };
  monitor.registerResourceHook = (request, done) => {
    result.hooks.push({ name: request.getName(), onDryRun: request.getOnDryRun() });
    done(null, {});
  };
}

interface HookRequest {
  getName(): string;
  getOnDryRun(): boolean;
}

/** GitHub's answer to the list of what a repository may read, a hundred a page. */
function pageOf(readable: Record<string, string[]>, endpoint: string): Record<string, unknown> {
  // The carriers have no secrets of their own.
  if (/\/actions\/secrets\?/.test(endpoint)) return { code: 200, body: '{"secrets":[]}' };
  const [, repository = "", page] =
    /^repos\/(.+)\/actions\/organization-secrets\?per_page=100&page=(\d+)$/.exec(endpoint) ?? [];
  const names = readable[repository]?.slice(100 * Number(page) - 100, 100 * Number(page));
  if (names === undefined) return { code: 404, body: '{"message":"Not Found"}' };
  return { code: 200, body: JSON.stringify({ secrets: names.map((name) => ({ name })) }) };
}

/** A carrier that people with `write` can change only with a review. */
const PROTECTED: Record<string, unknown> = {
  "/rules/branches/main?per_page=100": [
    {
      type: "pull_request",
      ruleset_id: 1,
      parameters: {
        required_approving_review_count: 1,
        required_reviewers: [{ file_patterns: ["**/*"], minimum_approvals: 1 }],
      },
    },
    { type: "non_fast_forward" },
  ],
  "/rulesets/1": { name: "reviews", current_user_can_bypass: "always" },
  "/rulesets?includes_parents=true&targets=push&per_page=100": [],
  "/branches/main": { protected: false },
  "/environments?per_page=100": {
    total_count: 1,
    environments: [
      {
        name: "production",
        protection_rules: [{ type: "required_reviewers", reviewers: [{}] }],
        deployment_branch_policy: { custom_branch_policies: true },
      },
    ],
  },
};

/** GitHub's answer to what the program asks of its REST API. */
function restAnswer(
  endpoint: string,
  {
    readable,
    protection,
    gitHubTime = new Date(),
  }: {
    readable: Record<string, string[]>;
    protection: Record<string, unknown>;
    gitHubTime: Date | undefined;
  },
): Record<string, unknown> {
  if (endpoint === "rate_limit") {
    return { code: 200, headers: JSON.stringify({ Date: [gitHubTime.toUTCString()] }) };
  }
  const shown = protection[endpoint.replace(/^repos\/[^/]+\/[^/]+/, "")];
  if (shown !== undefined) return { code: 200, body: JSON.stringify(shown) };
  return pageOf(readable, endpoint);
}

const NOBODY_ELSES = { "ai-cherry/sophia-main": [], "ai-cherry/second-carrier": [] };

const listed = (name: string) => ({ name, visibility: "selected", createdAt: "", updatedAt: "" });

/** GitHub answers a name in any case, with its own spelling. */
function shownRepository(name: string, renamed: Record<string, string>): Record<string, unknown> {
  const repoId = REPOSITORY_IDS[name.toLowerCase()];
  if (repoId === undefined) throw new Error(`404 ${name}`);
  return { repoId, fullName: renamed[name] ?? `ai-cherry/${name.toLowerCase()}`, defaultBranch: "main" };
}

function shownTeam(slug: unknown): Record<string, unknown> {
  if (slug !== "security") throw new Error(`404 ${slug}`);
  return { id: "77" };
}

function mocks(
  result: ProgramRun,
  {
    ledgers = {},
    readable = NOBODY_ELSES,
    protection = PROTECTED,
    state: inState,
    organizationSecrets = [],
    gitHubTime,
    renamed = {},
    archived = [],
    open = [],
  }: ProgramOptions,
): pulumi.runtime.Mocks {
  return {
    newResource: ({ type, name, inputs }) => {
      const isEnvironment = type === "pulumiservice:index:Environment";
      const ledger = isEnvironment ? ledgers[String(inputs.name)] : undefined;
      const yaml = ledger === undefined ? {} : { yaml: new pulumi.asset.StringAsset(ledger) };
      const state = isEnvironment ? { ...inputs, ...yaml, revision: 1 } : inputs;
      const path = isEnvironment ? `${inputs.organization}/${inputs.project}/${inputs.name}` : `${name}-id`;
      return { id: path, state };
    },
    call: ({ token, inputs }) => {
      result.calls.push({ token, inputs });
      if (token === "github:index/getActionsOrganizationSecrets:getActionsOrganizationSecrets")
        return { secrets: organizationSecrets.map(listed) };
      if (token === "github:index/getRepository:getRepository")
        return {
          ...shownRepository(String(inputs.name), renamed),
          archived: archived.includes(String(inputs.name)),
          visibility: open.includes(String(inputs.name)) ? "public" : "private",
        };
      if (token === "github:index/getRestApi:getRestApi")
        return restAnswer(String(inputs.endpoint), { readable, protection, gitHubTime });
      if (token === "github:index/getTeam:getTeam") return shownTeam(inputs.slug);
      if (token === "pulumiservice:index:getOrganizationMembers") {
        if (inputs.organizationName === "unlisted")
          throw Object.assign(new Error("refused"), { details: "403 API error: Forbidden" }); // as gRPC says it
        return { members: MEMBERS.map((username) => ({ username, virtualAdmin: false })) };
      }
      if (token === "pulumi:pulumi:readStackResourceOutputs" && inState !== undefined) {
        const outputs = Object.entries(inState).map(([urn, each]) => [urn, { outputs: each }]);
        return { outputs: Object.fromEntries(outputs) };
      }
      return token === "docker:index/getRegistryImage:getRegistryImage" ? { sha256Digest: "sha256:abc" } : {};
    },
  };
}
