import type { RunResult } from "../../sandbox/runner/run-request";
import { defineCatalog } from "../../secrets/entry";
import { parseSettings, type Settings } from "../../secrets/settings";
import type { Doors } from "../../src/cli/command";
import { runProgram } from "../../src/cli/program";
import { createGitHub } from "../../src/clients/github";
import { createGitHubCall } from "../../src/clients/github-call";
import { createHttp } from "../../src/clients/http";
import { createPulumiCall } from "../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { RemedyError } from "../../src/errors";
import { Secret } from "../../src/secret";
import { RecordingRunner } from "../github/recording-runner";
import { type StartedGitHub, startGitHub, WORKFLOW } from "../github/started-github";
import { ORG as CLOUD_ORG, type CloudFixture, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { heardTerminal } from "./heard-terminal";

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

export const SETTINGS = parseSettings({
  githubOrganization: "ai-cherry",
  pulumiOrganization: CLOUD_ORG,
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
}).settings as Settings;

/** GitHub and Pulumi Cloud side by side, with a carrier, and the doors that a command gets to them. */
export interface Auditing {
  github: StartedGitHub;
  cloud: CloudFixture;
  doors: Doors;
  /** A run of the sync that began and ended at these times. */
  ran(started: string, ended: string): RunResult;
  /** One command line: what it printed and said, and its exit code. */
  command(line: string, doors?: Partial<Doors>): Promise<{ stdout: string; stderr: string; code: number }>;
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
  const doors = doorsTo(github.url, cloud.url);
  return {
    github,
    cloud,
    doors,
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
    command: async (line, more = {}) => {
      const heard = { stdout: "", stderr: "" };
      const terminal = heardTerminal(heard);
      const argv = line.split(" ");
      const code = await runProgram(argv, async () => ({ ...doors, ...more, terminal }), terminal);
      return { ...heard, code };
    },
    close: async () => {
      await github.close();
      await cloud.close();
    },
  };
}

function doorsTo(githubUrl: string, cloudUrl: string): Doors {
  const http = createHttp({ waitMs: 1, tries: 2, patienceMs: 100 });
  const atGitHub = { url: githubUrl, organization: "ai-cherry", token: new Secret("owner-token"), http };
  const atCloud = { url: cloudUrl, organization: CLOUD_ORG, token: new Secret(TOKENS.admin), http };
  const nobody = (): never => {
    throw new RemedyError("the terminal", "nobody is there to ask", "none");
  };
  return {
    project: { dir: "/nowhere", name: "sophia-secrets", stack: "production", settings: SETTINGS },
    catalog: CATALOG,
    http,
    terminal: {
      print: nobody,
      say: nobody,
      progress: nobody,
      mask: nobody,
      canAsk: false,
      askHidden: nobody,
      readStdin: nobody,
    },
    github: () => createGitHub(atGitHub),
    githubCall: () => createGitHubCall(atGitHub),
    cloud: () => createPulumiCloud(atCloud),
    cloudCall: () => createPulumiCall(atCloud),
    pulumi: { run: nobody },
    now: () => new Date(),
    env: {},
    readFile: nobody,
  };
}
