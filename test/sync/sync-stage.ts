import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttp, type Http } from "../../src/clients/http";
import type { JobCatalog } from "../../src/sync/job-catalog";
import { runSync } from "../../src/sync/sync";
import { type CloudFixture, env, open, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { GROUPS, LEDGER } from "./small-job";

export interface Run {
  code: 0 | 1;
  /** What the job printed, line by line. */
  printed: string[];
  /** What it wrote for the run's page. */
  summary: string;
  /** What it wrote for later steps. */
  outputs: string;
  /** `METHOD path` of each request to Pulumi Cloud, in order. */
  requests: string[];
}

interface RunOptions {
  catalog: JobCatalog;
  /** Values by name, as the workflow hands them over. */
  input: Record<string, string>;
  dryRun?: boolean;
  token?: string;
  environment?: Record<string, string>;
  /** The runner's clock, RFC 3339. */
  now?: string;
  /** The service's; as the runner's when left out. */
  serviceNow?: string;
  /** Milliseconds a request may take. */
  timeoutMs?: number;
  /** Wraps the HTTP client. */
  through?: (http: Http) => Http;
}

/** The sandbox's Pulumi Cloud with empty values environments and an empty ledger, and sync jobs to run against it. */
export class SyncStage {
  private runs = 41;

  private constructor(
    readonly cloud: CloudFixture,
    private readonly folder: string,
  ) {}

  static async start(...settings: Parameters<typeof startCloud>): Promise<SyncStage> {
    const stage = new SyncStage(await startCloud(...settings), mkdtempSync(join(tmpdir(), "sync-test-")));
    for (const path of [...Object.values(GROUPS), LEDGER])
      await stage.cloud.environment(path, "values: {}\n");
    return stage;
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.cloud.close();
  }

  /** One run of the job, with a stored token. The first is run 42. */
  async run(options: RunOptions): Promise<Run> {
    const { catalog, input, dryRun = false, token = TOKENS.admin, environment = {}, through } = options;
    const now = options.now ?? "2026-01-02T03:04:05Z";
    const client = answeringAt(
      options.serviceNow ?? now,
      createHttp({ waitMs: 5, timeoutMs: options.timeoutMs ?? 30_000 }),
    );
    const printed: string[] = [];
    const files = mkdtempSync(join(this.folder, "run-"));
    const [page, outputs] = [join(files, "summary.md"), join(files, "outputs")];
    await this.requests();
    this.runs += 1;
    const code = await runSync({
      catalog,
      env: {
        SYNC_ENVIRONMENT: "production",
        SYNC_DRY_RUN: String(dryRun),
        PULUMI_ACCESS_TOKEN: token,
        PULUMI_BACKEND_URL: this.cloud.url,
        GITHUB_STEP_SUMMARY: page,
        GITHUB_OUTPUT: outputs,
        GITHUB_RUN_ID: String(this.runs),
        GITHUB_SHA: "abc123",
        ...input,
        ...environment,
      },
      http: through === undefined ? client : through(client),
      print: (line) => printed.push(line),
      now: () => new Date(now),
    });
    const requests = await this.requests();
    return { code, printed, summary: textOf(page), outputs: textOf(outputs), requests };
  }

  /** Requests since the last call. */
  async requests(): Promise<string[]> {
    const answer = await fetch(`${this.cloud.url}/_sandbox/requests`, { method: "DELETE" });
    return (await answer.json()) as string[];
  }

  async revision(path: string): Promise<number> {
    const answer = await this.cloud.call("GET", env(path));
    return Number(answer.headers.get("pulumi-esc-revision"));
  }

  /** An environment's text, secrets as ciphertext. */
  async text(path: string): Promise<string> {
    return (await this.cloud.call("GET", env(path))).text;
  }

  /** An environment's text, secrets in plain text. */
  async clear(path: string): Promise<string> {
    return (await this.cloud.call("GET", env(path, "/decrypt"))).text;
  }

  /** Writes an environment's text as a person would, over whatever stands. */
  async edit(path: string, text: string): Promise<void> {
    const answer = await this.cloud.call("PATCH", env(path), { body: text });
    if (answer.status !== 200) throw new Error(answer.text);
  }

  /** The environment variables an application gets. */
  async variables(path: string): Promise<Record<string, string>> {
    const { properties } = (await open(this.cloud, path)).json;
    const variables: Record<string, { value: string }> = properties?.environmentVariables?.value ?? {};
    return Object.fromEntries(Object.entries(variables).map(([name, each]) => [name, each.value]));
  }
}

/** Answers as at another time. */
export function answeringAt(now: string, http: Http): Http {
  return async (request) => {
    const answer = await http(request);
    return { ...answer, headers: { ...answer.headers, date: new Date(now).toUTCString() } };
  };
}

/** Writes among requests. */
export function writes(run: Run): string[] {
  return run.requests.filter((request) => !request.startsWith("GET "));
}

/** Writes that make a new revision: all but tags. */
export function revisionsMade(run: Run): string[] {
  return writes(run).filter((request) => !request.includes("/versions/tags"));
}

/** An HTTP client that does something before requests of a kind; `times` of them. */
export function ahead(
  method: string,
  path: string,
  action: (count: number) => Promise<void>,
  times = 1,
): (http: Http) => Http {
  let count = 0;
  return (http) => async (request) => {
    if (request.method === method && request.url.endsWith(path) && count < times) {
      count += 1;
      await action(count);
    }
    return http(request);
  };
}

/** An HTTP client that does something after requests of a kind were answered, before the job gets the answer; `times` of them. */
export function behind(
  method: string,
  path: string,
  action: (count: number) => Promise<void>,
  times = 1,
): (http: Http) => Http {
  let count = 0;
  return (http) => async (request) => {
    const answer = await http(request);
    if (request.method === method && request.url.endsWith(path) && count < times) {
      count += 1;
      await action(count);
    }
    return answer;
  };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
