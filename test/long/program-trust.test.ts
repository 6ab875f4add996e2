import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EngineProject, startProject } from "../engine/engine-project";
import {
  ORGANIZATION,
  otherOrganization,
  otherSeed,
  PULUMI_ORGANIZATION,
  STACK_FILES,
} from "../engine/other-organization";

const PROGRAM = "another-reader";
/** GitHub environments that exist before the program: one without a branch rule, one that it declares a rule for. */
const STANDING = ["program-preview", "program-test"];
const STACKS = `/api/stacks/${PULUMI_ORGANIZATION}/sophia-secrets`;

/** The stacks' files with the program's own repository in them. */
const files = Object.fromEntries(
  Object.entries(STACK_FILES).map(([file, text]) => {
    const { config } = JSON.parse(text) as { config: Record<string, unknown> };
    return [file, JSON.stringify({ config: { ...config, "sophia-secrets:programRepository": PROGRAM } })];
  }),
);

const PACK = resolve(__dirname, "..", "..", "policies");
const UP = `pulumi up --yes --non-interactive --policy-pack ${PACK} --policy-pack-config policies.json`;

/** A workflow file with jobs as the shipped ones are: each in its environment, with one command under its identity. */
const workflow = (script: string, jobs: readonly [id: string, environment: string, command: string][]) => `
name: Program
on: workflow_dispatch
permissions: {}
jobs:
${jobs
  .map(
    ([id, environment, command]) => `  ${id}:
    runs-on: ubuntu-latest
    environment: ${environment}
    permissions:
      id-token: write
    steps:
      - run: bash ${script} ${command}
`,
  )
  .join("")}`;

/** This organization's administrators, and its one secret that is for all on purpose. */
const PACK_CONFIG = {
  "no-admin-permission": { administrators: ["program-live", "program-test"] },
  "organization-secrets-not-for-all": { allowed: ["SMTP_PASSWORD"] },
};

/** The files that are trusted, and one that is not. */
const WORKFLOWS: Readonly<Record<string, Parameters<typeof workflow>[1]>> = {
  "deploy.yml": [
    ["up", "program-live", `up -- ${UP}`],
    ["sync-that-updates", "live", `up -- ${UP}`],
  ],
  "nightly.yml": [
    ["audit", "program-audit", "audit -- node look.js"],
    ["audit-that-updates", "program-audit", `up -- ${UP}`],
  ],
  "outsider.yml": [
    ["outsider-that-updates", "program-live", `up -- ${UP}`],
    ["outsider-that-looks", "program-audit", "audit -- node look.js"],
  ],
};

/** What the audit's token may do with a values environment, and with the trust: its answers' status codes. */
const LOOK = `
  const { PULUMI_ACCESS_TOKEN: token, PULUMI_BACKEND_URL: url } = process.env;
  const values = "/api/esc/environments/${PULUMI_ORGANIZATION}/vault/shop-live-payments";
  const organization = "/api/orgs/${PULUMI_ORGANIZATION}";
  const send = (method, path, body) =>
    fetch(url + path, { method, body, headers: { authorization: "token " + token } });
  const ask = async (...request) => (await send(...request)).status;
  (async () => {
    const answers = [
      await ask("GET", values), await ask("POST", values + "/open"), await ask("PATCH", values, "values: {}"),
    ];
    const [{ id }] = (await (await send("GET", organization + "/oidc/issuers")).json()).oidcIssuers;
    const policy = organization + "/auth/policies/oidcissuers/" + id;
    answers.push(await ask("GET", policy), await ask("DELETE", organization + "/oidc/issuers/" + id));
    console.log("answers " + answers.join(" "));
  })();
`;

describe("the program under its own trust, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;

  before(async () => {
    const seed = otherSeed();
    const [organization] = seed.pulumi.organizations;
    assert.ok(organization);
    organization.defaultStackPermission = "none";
    for (const each of seed.github.organizations) each.plan = "enterprise"; // Reviewers, in private repositories.
    project = await startProject({ ...otherOrganization(files), seed });
    // A person made these before, as docs/ci.md says that a first deployment needs them.
    for (const environment of STANDING) await protect(environment);
    standing = await Promise.all(STANDING.map(rulesOf));
    for (const stack of ["test", "live"]) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
    const script = join(project.folder, "job.sh");
    const names = ["PATH", "PULUMI_HOME", "GITHUB_BASE_URL", "GITHUB_TOKEN", "NODE_OPTIONS"];
    const exported = names.map((name) => `export ${name}='${project.env[name] ?? ""}'`);
    const main = "node -r ts-node/register/transpile-only src/cli/main.ts run-as --stack live";
    writeFileSync(script, [...exported, `cd '${project.folder}'`, `exec ${main} "$@"`].join("\n"));
    writeFileSync(join(project.folder, "look.js"), LOOK);
    writeFileSync(join(project.folder, "policies.json"), JSON.stringify(PACK_CONFIG));
    for (const [file, jobs] of Object.entries(WORKFLOWS)) {
      await project.people.octokit.rest.repos.createOrUpdateFileContents({
        owner: ORGANIZATION,
        repo: PROGRAM,
        path: `.github/workflows/${file}`,
        message: file,
        content: Buffer.from(workflow(script, jobs)).toString("base64"),
      });
    }
  });
  after(async () => {
    await project?.close();
  });

  let standing: string[];
  const place = (environment_name: string) => ({ owner: ORGANIZATION, repo: PROGRAM, environment_name });
  /** As a person does in the settings of a GitHub environment. */
  const protect = async (environment: string) => {
    const { repos, users } = project.people.octokit.rest;
    const { id } = (await users.getAuthenticated()).data;
    const reviewers = [{ type: "User" as const, id }];
    const rules = { reviewers, wait_timer: 5, prevent_self_review: true };
    await repos.createOrUpdateEnvironment({ ...place(environment), ...rules });
  };
  const rulesOf = async (environment: string) => {
    const { data } = await project.people.octokit.rest.repos.getEnvironment(place(environment));
    const rules = (data.protection_rules ?? []).filter(({ type }) => type !== "branch_policy");
    return JSON.stringify(rules.map(({ id: _id, node_id: _node, ...rule }) => rule));
  };

  it("keeps the reviewers and the timer of environments that a person made before the first up", async () => {
    for (const rules of standing)
      assert.match(rules, /required_reviewers.*wait_timer|wait_timer.*required_rev/);
    assert.deepEqual(await Promise.all(STANDING.map(rulesOf)), standing);
  });

  /** Conclusions and logs of all jobs of all files, by name. */
  const dispatch = async (ref: string) => {
    const all: Awaited<ReturnType<typeof dispatchFile>> = {};
    for (const file of Object.keys(WORKFLOWS)) Object.assign(all, await dispatchFile(file, ref));
    return all;
  };
  const dispatchFile = async (file: string, ref: string) => {
    const { actions } = project.people.octokit.rest;
    const place = { owner: ORGANIZATION, repo: PROGRAM };
    await actions.createWorkflowDispatch({ ...place, workflow_id: file, ref });
    for (;;) {
      const [run] = (await actions.listWorkflowRunsForRepo(place)).data.workflow_runs;
      assert.ok(run);
      if (run.status !== "completed") {
        await sleep(200);
        continue;
      }
      const { jobs } = (await actions.listJobsForWorkflowRun({ ...place, run_id: run.id })).data;
      const pairs = jobs.map(async ({ id, name, conclusion }) => {
        const log = await actions.downloadJobLogsForWorkflowRun({ ...place, job_id: id });
        return [name, { conclusion, log: String(log.data) }] as const;
      });
      return Object.fromEntries(await Promise.all(pairs));
    }
  };
  const cloud = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${project.sandbox.pulumi.url}${path}`, {
      method,
      headers: {
        authorization: `token ${project.sandbox.tokens.pulumi}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  };

  it("has nothing left to do after up and a refresh, thumbprints included", async () => {
    await project.ok("preview", "-s", "live", "--diff", "--expect-no-changes");
    await project.ok("up", "-s", "live", "--yes", "--refresh", "--skip-preview");
    await project.ok("preview", "-s", "live", "--diff", "--expect-no-changes");
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
  });

  it("updates from its branch under the policy pack, audits without opening or writing, and takes no job for another", async () => {
    const jobs = await dispatch("main");
    assert.equal(jobs.up?.conclusion, "success", jobs.up?.log);
    assert.match(jobs.up?.log ?? "", /unchanged/);
    assert.match(jobs.up?.log ?? "", /✅ sophia-secrets@/);
    assert.match(jobs.audit?.log ?? "", /answers 200 403 403 200 403/);
    for (const name of ["audit-that-updates", "sync-that-updates", "outsider-that-updates"]) {
      assert.equal(jobs[name]?.conclusion, "failure");
      assert.match(jobs[name]?.log ?? "", /trust in this job \(administrator of corner-shop-cloud\)/);
    }
    assert.match(jobs["outsider-that-looks"]?.log ?? "", /claim "workflow_ref" did not match/);
    for (const { log } of Object.values(jobs)) assert.doesNotMatch(log, /pul-[0-9a-f]{40}/);
  });

  it("lets no other branch into its environments", async () => {
    const { git } = project.people.octokit.rest;
    const place = { owner: ORGANIZATION, repo: PROGRAM };
    const { object } = (await git.getRef({ ...place, ref: "heads/main" })).data;
    await git.createRef({ ...place, ref: "refs/heads/other", sha: object.sha });
    const jobs = await dispatch("other");
    for (const { conclusion } of Object.values(jobs)) assert.equal(conclusion, "failure");
  });

  it("leaves the reviewers and the timer that a person set on an environment, through a refresh and an up", async () => {
    await protect("program-audit");
    const before = await rulesOf("program-audit");
    assert.match(before, /required_reviewers/);
    assert.match(before, /wait_timer/);
    const { output } = await project.ok("up", "-s", "live", "--yes", "--refresh", "--skip-preview", "--diff");
    assert.equal(await rulesOf("program-audit"), before, output);
    assert.deepEqual(await Promise.all(STANDING.map(rulesOf)), standing);
  });

  it("previews with a token that cannot update", async () => {
    const tokens = `/api/orgs/${PULUMI_ORGANIZATION}/teams/shop-program-preview/tokens`;
    const { tokenValue } = await cloud("POST", tokens, { name: "by-hand" });
    const before = (await cloud("GET", `${STACKS}/live`)).version;
    const person = project.env.PULUMI_ACCESS_TOKEN;
    project.env.PULUMI_ACCESS_TOKEN = String(tokenValue);
    try {
      const stack = `${PULUMI_ORGANIZATION}/live`;
      await project.ok("preview", "-s", stack, "--expect-no-changes");
      const up = await project.pulumi("up", "-s", stack, "--yes", "--skip-preview");
      assert.notEqual(up.code, 0);
      assert.match(up.output, /needs the permission 'write' on the stack, you have 'read'/);
    } finally {
      project.env.PULUMI_ACCESS_TOKEN = person;
    }
    assert.equal((await cloud("GET", `${STACKS}/live`)).version, before);
  });
});
