import { deepEqual, equal, match, ok } from "node:assert/strict";
import { WORKFLOW_PATH } from "../../src/catalog/layout";
import type { Runner } from "../../src/catalog/runners";
import { createGitHubCall } from "../../src/clients/github-call";
import { createGitHubRunners, type GitHubRunners, type UntakenJob } from "../../src/clients/github-runners";
import { createHttp } from "../../src/clients/http";
import { RemedyError } from "../../src/errors";
import { seeGitHub } from "../../src/operations/observation/environments";
import { checkRunnerGroups, waitingForRunner } from "../../src/operations/verification/check-runners";
import { Secret } from "../../src/secret";
import { RecordingRunner } from "../github/recording-runner";
import { ORG, type StartedGitHub, startGitHub } from "../github/started-github";
import { commandContext } from "./command-context";
import { CATALOG, SETTINGS } from "./small-organization";

/** The organization that is started has not every repository of the catalog. */
const catalog = { ...CATALOG, entries: CATALOG.entries.map((entry) => ({ ...entry, repositories: [] })) };

const settings = { ...SETTINGS, githubOrganization: ORG };
const OWN: Runner = { labels: ["self-hosted", "gpu"], group: "sync" };
const BEGUN = "2026-08-01T10:00:00Z";

describe("jobs of the sync that wait for a runner", () => {
  const job = (wanted: Partial<UntakenJob> = {}): UntakenJob => ({
    name: "Sync production",
    labels: ["self-hosted", "gpu"],
    since: BEGUN,
    until: undefined,
    run: 7,
    url: "https://job",
    ...wanted,
  });
  const look = async (
    now: string,
    {
      jobs = [job()],
      runner = OWN,
      underWay = [7],
      last,
    }: { jobs?: UntakenJob[]; runner?: Runner; underWay?: number[]; last?: number } = {},
  ) => {
    const asked: number[] = [];
    const runners = {
      underWay: async () => underWay,
      untaken: async (_: string, run: number) => {
        asked.push(run);
        return jobs.filter((each) => each.run === run);
      },
    };
    const declared = { repository: "carrier", settings, runnerOf: () => runner };
    const told = await waitingForRunner(declared, runners, last, new Date(now));
    return { asked, told };
  };

  it("are told by what they wait for, after half an hour", async () => {
    equal((await look("2026-08-01T10:29:59Z")).told, undefined);
    const { told } = await look("2026-08-01T10:30:00Z");
    equal(told?.code, "runner-missing");
    equal(
      told?.cause,
      `Sync production: no runner took it since ${BEGUN}; it wants self-hosted, gpu of the group sync: https://job`,
    );
    match(
      told?.remedy ?? "",
      /^start such a runner .*gh api --paginate orgs\/.*; gh run cancel 7 -R .*\/carrier$/,
    );
  });

  it("are told of the last run, which GitHub ended after a day, unless others wait behind it", async () => {
    const jobs = [job({ until: "2026-08-02T10:00:00Z" })];
    const { told } = await look("2026-08-02T11:00:00Z", { jobs, underWay: [], last: 7 });
    match(told?.cause ?? "", /from 2026-08-01T10:00:00Z to 2026-08-02T10:00:00Z, when it ended/);
    match(told?.remedy ?? "", /then gh run rerun 7 /);
    // It may have waited behind a review, and the next run ended it.
    deepEqual((await look("2026-08-02T11:00:00Z", { jobs, underWay: [8], last: 7 })).asked, [8]);
    const cancelled = [job({ until: "2026-08-01T12:00:00Z" })];
    const early = await look("2026-08-02T11:00:00Z", { jobs: cancelled, underWay: [], last: 7 });
    equal(early.told, undefined);
  });

  it("on GitHub's own machines have another reason", async () => {
    const { told } = await look("2026-08-01T11:00:00Z", {
      jobs: [job({ labels: ["ubuntu-latest"] })],
      runner: {},
    });
    match(told?.cause ?? "", /it wants ubuntu-latest:/);
    match(told?.remedy ?? "", /githubstatus\.com .* gh run cancel 7/);
    // The config may have changed since the workflow was committed.
    match((await look("2026-08-01T11:00:00Z", { runner: {} })).told?.remedy ?? "", /^start such a runner/);
  });

  it("are not known where the token may not see runs", async () => {
    const refused = async () => {
      throw new RemedyError({ code: "x", subject: "x", cause: "x", remedy: "x" });
    };
    const declared = { repository: "carrier", settings, runnerOf: () => OWN };
    const runners = { underWay: refused, untaken: refused };
    equal(await waitingForRunner(declared, runners, 7, new Date(BEGUN)), undefined);
  });
});

describe("runners, as GitHub tells of them", function () {
  this.timeout(30_000);
  let github: StartedGitHub;
  let runner: RecordingRunner;

  before(async () => {
    github = await startGitHub({
      runner: (host, onChange, nextRunId) => {
        runner = new RecordingRunner(host, onChange, nextRunId);
        return runner;
      },
    });
  });
  after(() => github.close());

  const client = (token = "owner-token"): GitHubRunners =>
    createGitHubRunners(
      createGitHubCall({ url: github.url, organization: ORG, token: new Secret(token), http: createHttp() }),
    );
  const groups = async (
    group: string,
    repository = "carrier",
    runners: Pick<GitHubRunners, "groups"> = client(),
  ) => {
    const declared = { repository, settings, runnerOf: () => ({ group }) };
    const [found] = await checkRunnerGroups(declared, ["staging", "production"], runners);
    ok(found);
    return found;
  };

  it("are a job that waits, by its labels, until one takes it", async () => {
    const path = `/repos/${ORG}/carrier/actions/workflows/sync.yml/dispatches`;
    await github.fetch(path, { method: "POST", body: JSON.stringify({ ref: "main" }) });
    const run = runner.runs.at(-1);
    ok(run);
    runner.hold(`${ORG}/carrier`, run, "Sync production", ["self-hosted", "gpu"]);
    deepEqual(await client().underWay("carrier", "sync.yml", "main"), [run.id]);
    const [waits, ...others] = await client().untaken("carrier", run.id);
    deepEqual(others, []);
    deepEqual(
      [waits?.name, waits?.labels, waits?.until],
      ["Sync production", ["self-hosted", "gpu"], undefined],
    );
    runner.start(`${ORG}/carrier`, run);
    deepEqual(await client().untaken("carrier", run.id), []);
    runner.finish(`${ORG}/carrier`, run, "failure");
    deepEqual(await client().underWay("carrier", "sync.yml", "main"), []);
    deepEqual(await client().untaken("carrier", run.id), []);
  });

  it("are in a group that admits the carrier, whatever its case", async () => {
    for (const name of ["Default", "default"]) equal((await groups(name)).code, "runner-group-admits");
  });

  it("are in no group of that name (runner-group-missing), until config names one that there is", async () => {
    const missing = await groups("Defualt");
    deepEqual([missing.code, missing.state], ["runner-group-missing", "wrong"]);
    const [, named = ""] =
      /name one that it has as group in Pulumi\.<stack>\.yaml: (\w+); /.exec(missing.remedy ?? "") ?? [];
    equal((await groups(named)).code, "runner-group-admits");
    match((await groups("it's")).remedy ?? "", /-f 'name=it'\\''s' -f/);
  });

  it("are in a group that does not admit the carrier", async () => {
    const closed = await groups("Default", "site");
    equal(closed.code, "runner-group-closed");
    match(closed.remedy ?? "", /the organization's Settings, Actions, Runner groups, Default$/);
    const all = [{ id: 9, name: "sync", visibility: "selected", isInherited: false, workflows: undefined }];
    const chosen = await groups("sync", "carrier", {
      groups: async (admitting) => (admitting === undefined ? all : []),
    });
    match(chosen.remedy ?? "", /^gh api -X PUT "orgs\/.*\/runner-groups\/9\/repositories\/\$\(gh api/);
  });

  it("are in a group that takes chosen workflows alone", async () => {
    const taking = (workflow: string) => ({
      groups: async () => [
        { id: 9, name: "sync", visibility: "all", isInherited: false, workflows: [workflow] },
      ],
    });
    const ours = `${ORG}/carrier/${WORKFLOW_PATH}@refs/heads/main`;
    equal((await groups("sync", "carrier", taking(ours))).code, "runner-group-admits");
    equal(
      (await groups("sync", "carrier", taking(`${ORG}/carrier/.github/workflows/other.yml@main`))).code,
      "runner-group-workflow-closed",
    );
  });

  it("without Node.js are quoted to status, for the secrets of that job alone", async () => {
    const ask = (method: string, path: string, body: object) =>
      github.fetch(`/repos/${ORG}/carrier/${path}`, { method, body: JSON.stringify(body) });
    const content = Buffer.from("on: workflow_dispatch\njobs: {}\n").toString("base64");
    await ask("PUT", `contents/${WORKFLOW_PATH}`, { message: "Add the sync", content });
    await ask("POST", "actions/workflows/sync_secrets.yml/dispatches", { ref: "main" });
    const run = runner.runs.at(-1);
    ok(run);
    Object.assign(run, { workflowPath: WORKFLOW_PATH });
    const said =
      "[node-missing] runner r1: has no Node.js 20 or newer, neither on PATH nor among the runner's own files. Remedy: install it there, then run the job again";
    runner.fail(`${ORG}/carrier`, run, "Sync production", said);
    const context = commandContext({ github: { url: github.url } }, { catalog });
    const [job, ...others] = (await seeGitHub(context)).unstarted;
    deepEqual(others, []);
    deepEqual(
      [job?.carrier, job?.environment, job?.problem?.code, job?.problem?.remedy],
      ["carrier", "production", "node-missing", "install it there, then run the job again"],
    );
    ok(job?.names.has("OPENAI_API_KEY"));
  });

  it("are unknown to a token that may not see them, and never taken for missing", async () => {
    const unknown = await groups("nowhere", "carrier", client("owner-without-org"));
    deepEqual([unknown.code, unknown.state], ["github-permission-denied", "unknown"]);
    match(
      unknown.remedy ?? "",
      /admin:org \(classic\) or the organization permission Self-hosted runners, read/,
    );
  });
});
