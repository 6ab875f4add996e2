import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import type { Settings } from "../../src/catalog/settings";
import type { GitHubCall } from "../../src/clients/github-call";
import type { GitHub } from "../../src/clients/github-secrets";
import { createHttp, type Http } from "../../src/clients/http";
import { RemedyError } from "../../src/errors";
import { buildJobCatalog } from "../../src/sync/job-catalog";
import { runSync } from "../../src/sync/sync";
import { type CloudFixture, env, open, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { answeringAt } from "../sync/sync-stage";
import { commandContext, type Heard, runCommand } from "./command-context";
import { AT_CLOUD } from "./small-organization";

export const GROUP = { keys: "default/app-production-keys", databases: "default/app-production-databases" };
export const LEDGER = "default/app-production-ledger";
export const COMPOSITE = "default/app-production";
const STAGING = ["default/app-staging-keys", "default/app-staging-databases", "default/app-staging-ledger"];

export const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: {
    keys: { description: "Keys", rotationDays: 90, owner: "Platform" },
    databases: { description: "Databases", rotationDays: 180, owner: "Platform" },
  },
  secrets: [
    { name: "ALPHA_KEY", group: "keys" },
    { name: "BETA_KEY", group: "keys", path: "beta.key", required: false },
    { name: "GAMMA_KEY", group: "keys", required: false },
    { name: "DB_PASSWORD", group: "databases" },
  ],
};

export const SETTINGS: Settings = { ...AT_CLOUD, syncAuthentication: "token" };

interface World {
  token?: string | null;
  now?: string;
  catalog?: Catalog;
  settings?: Settings;
  /** Environment variables of the process. */
  env?: Record<string, string>;
  /** The carrier that syncs, where several share the environment. */
  shard?: string;
  /** Wraps the HTTP client. */
  through?: (http: Http) => Http;
  /** Id of the newest run of the workflow, where the token may see runs. */
  newestRun?: number;
  /** Characters that a line of the terminal holds. */
  width?: number;
  /** Whether it shows symbols. */
  symbols?: boolean;
  /** GitHub's client, where the stage's own is not meant. */
  github?: () => GitHub;
  githubCall?: () => GitHubCall;
}

/** A Pulumi Cloud with two environments, sync runs that fill it, and commands to run against it. */
export class VersionsStage {
  private runs = 0;

  private constructor(readonly cloud: CloudFixture) {}

  static async start(): Promise<VersionsStage> {
    const stage = new VersionsStage(await startCloud());
    for (const path of [...Object.values(GROUP), LEDGER, ...STAGING])
      await stage.cloud.environment(path, "values: {}\n");
    await stage.cloud.environment(COMPOSITE, `imports:\n  - ${GROUP.databases}\n  - ${GROUP.keys}\n`);
    return stage;
  }

  close(): Promise<void> {
    return this.cloud.close();
  }

  /** A run of the sync job, numbered from 1; each printed line. */
  async sync(values: Record<string, string>, world: World = {}) {
    this.runs += 1;
    const printed: string[] = [];
    const http = createHttp({ waitMs: 1 });
    const code = await runSync({
      catalog: buildJobCatalog(
        resolveCatalog(world.catalog ?? CATALOG),
        world.settings ?? SETTINGS,
        world.shard,
      ),
      env: {
        SYNC_ENVIRONMENT: "production",
        SYNC_ALLOW_MANY_CHANGES: "true",
        PULUMI_ACCESS_TOKEN: TOKENS.admin,
        PULUMI_BACKEND_URL: this.cloud.url,
        GITHUB_RUN_ID: String(this.runs),
        ...values,
      },
      http: timed(world.through?.(http) ?? http, world.now),
      print: (line) => printed.push(line),
      now: () => new Date(world.now ?? Date.now()),
    });
    return { code, printed };
  }

  /** @param command words; the last may be a text with blanks of its own. */
  async run(command: string, world: World = {}, ...texts: string[]): Promise<Heard> {
    const { token, now, catalog = CATALOG, settings = SETTINGS, through, env: variables = {} } = world;
    const client = createHttp({ waitMs: 1, tries: 2, timeoutMs: 500 });
    const context = commandContext(
      { cloud: { url: this.cloud.url, token } },
      {
        catalog: resolveCatalog(catalog),
        project: { settings },
        http: timed(through?.(client) ?? client, now),
        // Every secret is there, older than any sync; its runs may not be seen.
        github:
          world.github ??
          (() => {
            const listed = catalog.secrets.map(({ name }) => ({ name, updatedAt: "2020-01-01T00:00:00Z" }));
            return seeingOnly({ listSecrets: async () => listed }) as unknown as GitHub;
          }),
        githubCall:
          world.githubCall ??
          (() =>
            seeingOnly({
              ofRepository: () => ({}),
              get: async (_: unknown, path: string) => {
                if (world.newestRun !== undefined && path.endsWith("/sync_secrets.yml/runs?per_page=1"))
                  return { workflow_runs: [{ id: world.newestRun }] };
                throw unseen();
              },
            }) as unknown as GitHubCall),
        now: () => new Date(now ?? Date.now()),
        env: variables,
        files: { "/nowhere/dist/sync_secrets.cjs": "" },
      },
    );
    return runCommand([...command.split(" "), ...texts], context, {
      width: world.width,
      ...(world.symbols === true ? { symbols: true } : {}),
    });
  }

  async requests(): Promise<string[]> {
    const answer = await fetch(`${this.cloud.url}/_sandbox/requests`, { method: "DELETE" });
    return (await answer.json()) as string[];
  }

  async text(path: string, rest = ""): Promise<string> {
    return (await this.cloud.call("GET", env(path, rest))).text;
  }

  async edit(path: string, text: string): Promise<void> {
    const answer = await this.cloud.call("PATCH", env(path), { body: text });
    if (answer.status !== 200) throw new Error(answer.text);
  }

  async revision(path: string): Promise<number> {
    return Number((await this.cloud.call("GET", env(path))).headers.get("pulumi-esc-revision"));
  }

  /** The environment variables an application gets. */
  async variables(path = COMPOSITE): Promise<Record<string, string>> {
    const { properties } = (await open(this.cloud, path)).json;
    const all: Record<string, { value: string }> = properties?.environmentVariables?.value ?? {};
    return Object.fromEntries(Object.entries(all).map(([name, { value }]) => [name, value]));
  }
}

/** The service's clock agrees with the one that a test gives. */
function timed(http: Http, now: string | undefined): Http {
  return now === undefined ? http : answeringAt(now, http);
}

/** A client whose token may see nothing else. */
function seeingOnly<Seen extends object>(seen: Seen): Seen {
  const get = (from: Seen, name: string) => Reflect.get(from, name) ?? (() => Promise.reject(unseen()));
  return new Proxy(seen, { get: (from, name) => (typeof name === "string" ? get(from, name) : undefined) });
}

function unseen(): RemedyError {
  return new RemedyError({
    code: "?",
    subject: "runs",
    cause: "the token may not see them",
    remedy: "another token",
  });
}
