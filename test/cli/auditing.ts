import type { RunResult } from "../../sandbox/runner/run-request";
import { defineCatalog, resolveCatalog } from "../../src/catalog/entry";
import type { Context } from "../../src/operations/context";
import { RecordingRunner } from "../github/recording-runner";
import { type StartedGitHub, startGitHub, WORKFLOW } from "../github/started-github";
import { type CloudFixture, startCloud } from "../pulumi-cloud/cloud-fixture";
import { commandContext, type Heard, runCommand } from "./command-context";

export const CATALOG = defineCatalog({
  environments: ["staging", "production"],
  groups: {
    keys: { description: "Keys", rotationDays: 90, owner: "Platform" },
    databases: { description: "Databases", rotationDays: 180, owner: "Data" },
  },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys", aliases: ["OPENAI_KEY"] },
    { name: "POSTGRES_PASSWORD", group: "databases" },
  ],
});

/** GitHub and Pulumi Cloud side by side, with a carrier, and the clients that a command gets for them. */
export interface Auditing {
  github: StartedGitHub;
  cloud: CloudFixture;
  context: Context;
  /** A run of the sync that began and ended at these times. */
  ran(started: string, ended: string): RunResult;
  /** One command line: what it printed and said, and its exit code. */
  command(line: string, context?: Partial<Context>): Promise<Heard>;
  close(): Promise<void>;
}

export async function startAuditing(
  plans: { github?: "free" | "enterprise"; cloud?: "team" | "enterprise" } = {},
): Promise<Auditing> {
  let runner: RecordingRunner | undefined;
  const github = await startGitHub({
    now: () => new Date(),
    runner: (...given) => {
      runner = new RecordingRunner(...given);
      return runner;
    },
    seed: {
      organizations: [
        {
          login: "ai-cherry",
          plan: plans.github ?? "enterprise",
          members: [{ login: "owner", role: "admin" }],
          repositories: [
            { name: "carrier", private: true, files: { ".github/workflows/sync_secrets.yml": WORKFLOW } },
          ],
        },
      ],
      tokens: [{ token: "owner-token", login: "owner", scopes: ["admin:org", "repo", "workflow"] }],
    },
  });
  const cloud = await startCloud({ edition: plans.cloud ?? "enterprise" });
  const context = commandContext({ github, cloud }, { catalog: resolveCatalog(CATALOG) });
  return {
    github,
    cloud,
    context,
    ran: (started, ended) => {
      if (runner === undefined) throw new Error("no runner");
      const path = ".github/workflows/sync_secrets.yml";
      const event = {
        name: "workflow_dispatch",
        ref: "refs/heads/main",
        sha: "c0ffee",
        actor: "owner",
        inputs: {},
      };
      const run = runner.dispatch("ai-cherry/carrier", path, event as never);
      Object.assign(run, { createdAt: started, updatedAt: ended });
      runner.finish("ai-cherry/carrier", run, "success");
      return run;
    },
    command: (line, more = {}) => runCommand(line, { ...context, ...more }),
    close: async () => {
      await github.close();
      await cloud.close();
    },
  };
}
