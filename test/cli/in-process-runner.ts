import type { RunnerHost, RunResult } from "../../sandbox/runner/run-request";
import { createHttp } from "../../src/clients/http";
import type { JobCatalog } from "../../src/sync/job-catalog";
import { runSync } from "../../src/sync/sync";
import { RecordingRunner } from "../github/recording-runner";

type Dispatch = Parameters<RecordingRunner["dispatch"]>;

/** A runner that carries out the sync's own code in this process: what a run does, without a run's seconds. */
export class InProcessRunner extends RecordingRunner {
  catalog: JobCatalog | undefined;

  override dispatch(...[repository, file, event]: Dispatch): RunResult {
    const run = super.dispatch(repository, file, event);
    const inputs = event.name === "workflow_dispatch" ? event.inputs : {};
    void this.sync(this.host(repository), inputs, run).then((conclusion) =>
      this.finish(repository, run, conclusion),
    );
    return run;
  }

  override async idle(): Promise<void> {
    while (this.runs.some(({ status }) => status !== "completed"))
      await new Promise((done) => setTimeout(done, 5));
  }

  private async sync(
    host: RunnerHost,
    inputs: Record<string, string>,
    run: RunResult,
  ): Promise<"success" | "failure"> {
    const { catalog } = this;
    if (catalog === undefined) throw new Error("the runner was given no catalog");
    const asked = inputs.environment ?? "all";
    const targets = catalog.targets.filter(({ environment }) => ["all", environment].includes(asked));
    const codes = targets.map(({ environment }) =>
      runSync({
        catalog,
        env: {
          ...host.organizationSecrets(),
          ...host.repositorySecrets(),
          ...host.environment(environment).secrets,
          SYNC_ENVIRONMENT: environment,
          SYNC_NAMES: inputs.names ?? "",
          GITHUB_RUN_ID: String(run.id),
          GITHUB_SHA: run.headSha,
        },
        http: createHttp({ waitMs: 5 }),
        print: () => undefined,
        now: () => new Date(),
      }),
    );
    return (await Promise.all(codes)).every((code) => code === 0) ? "success" : "failure";
  }
}
