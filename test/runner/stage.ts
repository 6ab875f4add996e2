import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type {
  DeploymentEnvironment,
  JobResult,
  RunnerHost,
  RunResult,
  Values,
  WorkflowEvent,
} from "../../sandbox/runner/run-request";
import { createRunner, type Runner } from "../../sandbox/runner/runner";

export const REPOSITORY = "ai-cherry/sophia";
export const WORKFLOW = ".github/workflows/sync.yml";

/** A bare repository, a GitHub that is only facts, and a runner between them. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "runner-test-"));
  readonly workFolder = join(this.folder, "work");
  readonly gitDir = join(this.folder, "repository.git");
  /** Every state of every run, in the order reported. */
  readonly changes: RunResult[] = [];
  readonly issued: { permissions: Record<string, string>; token: string; revoked: boolean }[] = [];
  readonly claims: Record<string, unknown>[] = [];
  organizationSecrets: Values = {};
  repositorySecrets: Values = {};
  organizationVariables: Values = {};
  repositoryVariables: Values = {};
  environments: Record<string, Partial<DeploymentEnvironment>> = {};
  machine: Values = {};
  immutableSubject = false;
  readonly runner: Runner;
  private readonly checkout = join(this.folder, "checkout");
  private lastId = 0;

  /** @param minute milliseconds of a minute of `timeout-minutes`. */
  constructor(minute = 60_000) {
    this.git(this.folder, "init", "--quiet", "--bare", "--initial-branch=main", this.gitDir);
    this.git(this.folder, "init", "--quiet", "--initial-branch=main", this.checkout);
    this.runner = createRunner({
      host: () => this.host(),
      workFolder: this.workFolder,
      onChange: (_repository, run) => this.changes.push(run),
      nextRunId: () => {
        this.lastId += 1;
        return this.lastId;
      },
      minute,
    });
  }

  /** Commits files on a branch, begun again from a commit if one is given, and gives the new commit back. */
  commit(files: Record<string, string>, branch = "main", from?: string): string {
    this.git(this.checkout, "checkout", "--quiet", "-B", branch, ...(from === undefined ? [] : [from]));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.checkout, path)), { recursive: true });
      writeFileSync(join(this.checkout, path), text);
    }
    this.git(this.checkout, "add", "--all");
    this.git(this.checkout, "commit", "--quiet", "--allow-empty", "--message", "change");
    this.git(this.checkout, "push", "--quiet", "--force", this.gitDir, branch);
    return this.git(this.checkout, "rev-parse", "HEAD").trim();
  }

  push(sha: string, branch = "main", changedPaths: string[] = []): WorkflowEvent {
    return { name: "push", ref: `refs/heads/${branch}`, sha, changedPaths, actor: "octo" };
  }

  /** Pushes one workflow and waits for its run. */
  async run(workflow: string, branch = "main"): Promise<RunResult> {
    const sha = this.commit({ [WORKFLOW]: workflow }, branch);
    const [queued] = this.runner.trigger(REPOSITORY, this.push(sha, branch));
    if (queued === undefined) throw new Error("The push started no run");
    await this.runner.idle();
    return this.result(queued.id);
  }

  /** Runs the steps of a job (YAML, indented by six) and gives the job back. */
  async job(steps: string, jobKeys = ""): Promise<JobResult> {
    const run = await this.run(jobWorkflow(steps, jobKeys));
    return first(run);
  }

  /** Last reported state of a run. */
  result(id: number): RunResult {
    const found = this.changes.findLast((run) => run.id === id);
    if (found === undefined) throw new Error(`No run ${id} was reported`);
    return found;
  }

  /** What jobs have left on the disk. */
  leftovers(): string[] {
    try {
      return readdirSync(this.workFolder);
    } catch {
      return [];
    }
  }

  async close(): Promise<void> {
    await this.runner.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private host(): RunnerHost {
    return {
      repository: {
        owner: "ai-cherry",
        ownerId: 11,
        name: "sophia",
        id: 22,
        defaultBranch: "main",
        gitDir: this.gitDir,
        immutableSubject: this.immutableSubject,
      },
      serverUrl: "http://127.0.0.1:1",
      apiUrl: "http://127.0.0.1:1/api/v3",
      isDisabled: () => false,
      machine: this.machine,
      organizationSecrets: () => ({ ...this.organizationSecrets }),
      repositorySecrets: () => ({ ...this.repositorySecrets }),
      organizationVariables: () => ({ ...this.organizationVariables }),
      repositoryVariables: () => ({ ...this.repositoryVariables }),
      environment: (name) => ({ name, secrets: {}, variables: {}, ...this.environments[name] }),
      admit: async () => undefined,
      issueToken: (permissions, runId) => {
        const issued = { permissions, token: `ghs_token${runId}x${this.issued.length}`, revoked: false };
        this.issued.push(issued);
        return {
          token: issued.token,
          revoke: () => {
            issued.revoked = true;
          },
        };
      },
      signIdToken: (claims) => {
        this.claims.push(claims);
        return `header.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.signature`;
      },
    };
  }

  private git(cwd: string, ...args: string[]): string {
    const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    return execFileSync("git", [...identity, ...args], { cwd, encoding: "utf8", stdio: "pipe" });
  }
}

/** A workflow with one job `work` made of the given steps. */
export function jobWorkflow(steps: string, jobKeys = ""): string {
  const keys = jobKeys === "" ? "" : `${indented(jobKeys, 4)}\n`;
  return `on: push\njobs:\n  work:\n    runs-on: ubuntu-latest\n${keys}    steps:\n${indented(steps, 6)}\n`;
}

function indented(text: string, by: number): string {
  const lines = text.replace(/^\n|\n\s*$/g, "").split("\n");
  const least = Math.min(...lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return lines.map((line) => " ".repeat(by) + line.slice(least)).join("\n");
}

export function first(run: RunResult): JobResult {
  const [job] = run.jobs;
  if (job === undefined) throw new Error("The run has no job");
  return job;
}

export function messages(job: JobResult): string[] {
  return job.annotations.map(({ message }) => message);
}

/** The log's lines without their times. */
export function logLines(job: JobResult): string[] {
  return job.log.split("\n").map((line) => line.replace(/^\S+Z /, ""));
}
