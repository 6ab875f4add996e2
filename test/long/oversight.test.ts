import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Octokit } from "@octokit/rest";
import { tokenMadeFrom } from "../../sandbox/sandbox-tokens";
import { type EngineProject, startProject } from "../engine/engine-project";
import {
  CARRIER,
  ORGANIZATION,
  otherOrganization,
  otherSeed,
  PULUMI_ORGANIZATION,
} from "../engine/other-organization";
import { receiveWebhooks, type WebhookReceiver } from "../engine/webhook-receiver";

const WATCHED = 3;
const REPO = { owner: ORGANIZATION, repo: CARRIER };

/** Its organizations on their largest plans. */
function options() {
  const given = otherSeed();
  const github = {
    ...given.github,
    organizations: given.github.organizations.map((each) => ({ ...each, plan: "enterprise" as const })),
  };
  const pulumi = {
    ...given.pulumi,
    organizations: given.pulumi.organizations.map((each) => ({
      ...each,
      edition: "business-critical" as const,
    })),
  };
  return { ...otherOrganization(), seed: { ...given, github, pulumi } };
}

describe("who watches and who approves, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;
  let receiver: WebhookReceiver;

  before(async () => {
    receiver = await receiveWebhooks("canary");
    project = await startProject(options());
    const team = await project.people.octokit.rest.teams.create({ org: ORGANIZATION, name: "security" });
    const place = { org: ORGANIZATION, team_slug: team.data.slug };
    await project.people.octokit.rest.teams.addOrUpdateMembershipForUserInOrg({
      ...place,
      username: "second-owner",
    });
    const set = (...args: string[]) => project.ok("config", "set", "-s", "live", ...args);
    await set("edition", "business-critical");
    await set("--secret", "webhookUrl", receiver.url);
    await set("webhookFormat", "raw");
    await set("--path", "approvers[0]", "guardians");
    await set("--path", "environmentReviewers[0]", "security");
    await set("auditBucket", "payready-audit");
    await set("auditRole", "arn:aws:iam::123456789012:role/audit");
    await cloud("POST", `/api/orgs/${PULUMI_ORGANIZATION}/teams/pulumi`, {
      name: "guardians",
      displayName: "",
      description: "",
    });
    await cloud("PATCH", `/api/orgs/${PULUMI_ORGANIZATION}/teams/guardians`, {
      memberAction: "add",
      member: "second-owner",
    });
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
  });
  after(async () => {
    await project?.close();
    receiver.close();
  });

  const tokenOf = (service: "github" | "pulumi", login?: string) => {
    const first = project.sandbox.tokens[service];
    return login === undefined ? first : tokenMadeFrom(first, login);
  };
  const cloud = async (method: string, path: string, body?: object, login?: string) => {
    const answer = await fetch(`${project.sandbox.pulumi.url}${path}`, {
      method,
      headers: { authorization: `token ${tokenOf("pulumi", login)}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      json: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined,
    };
  };

  it("is declared, and is as declared after a refresh", async () => {
    const preview = await project.pulumi(
      "preview",
      "-s",
      "live",
      "--refresh",
      "--expect-no-changes",
      "--diff",
    );
    assert.equal(preview.code, 0, preview.output);
    const hooks = `/api/esc/environments/${PULUMI_ORGANIZATION}/vault/shop-live/hooks`;
    assert.equal((await cloud("GET", hooks)).json.length, 1);
    assert.equal(
      (await cloud("GET", `/api/change-gates/${PULUMI_ORGANIZATION}`)).json.gates.length,
      WATCHED - 1,
    );
    const exported = await cloud("GET", `/api/orgs/${PULUMI_ORGANIZATION}/auditlogs/export/config`);
    assert.equal(exported.json.s3Config.s3BucketName, "payready-audit");
    const state = await project.ok("stack", "export", "-s", "live");
    for (const text of [state.output, ...project.printed]) assert.ok(!text.includes("/canary"));
  });

  it("takes two people until a value is in ESC: one for the job, one for the change", async () => {
    for (const name of ["STRIPE_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_PASSWORD"])
      await project.people.setSecret(name, `value-of-${name}`);
    const pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    await project.people.setSecret("PAYPAL_PEM", pem);
    const proposed = await reviewedRun();
    assert.equal(proposed.conclusion, "failure");
    assert.match(proposed.log, /the change was proposed and waits for approval/);
    const { json } = await cloud("GET", `/api/change-requests/${PULUMI_ORGANIZATION}`);
    const open = json.changeRequests as { id: string; status: string }[];
    assert.deepEqual(
      open.map(({ status }) => status),
      ["submitted", "submitted"],
    );
    for (const { id } of open) {
      const act = (what: string, body: object) =>
        cloud("POST", `/api/change-requests/${PULUMI_ORGANIZATION}/${id}/${what}`, body, "second-owner");
      assert.equal((await act("approve", { revisionNumber: 1 })).status, 204);
      assert.equal((await act("apply", {})).status, 200);
    }
    const done = await reviewedRun();
    assert.equal(done.conclusion, "success", done.log);
    const { heard } = receiver;
    assert.ok(heard.some((line) => line.startsWith("environment_revision ") && line.includes("shop-live")));
    assert.ok(!heard.join("\n").includes("value-of-"));
  });

  it("names at preview what a smaller edition lacks, and goes on", async () => {
    await project.ok("config", "set", "-s", "live", "edition", "enterprise");
    const { code, output } = await project.pulumi("preview", "-s", "live");
    assert.equal(code, 0, output);
    assert.match(output, /\[edition-too-small\] config auditBucket: the edition enterprise lacks it/);
  });

  /** A run of the sync in live, let through by the second owner. */
  async function reviewedRun(): Promise<{ conclusion: string | null; log: string }> {
    const { rest } = project.people.octokit;
    const reviewer = new Octokit({
      auth: tokenOf("github", "second-owner"),
      baseUrl: project.sandbox.github.url,
    }).rest;
    // The push of the workflow has started a run of its own: it waits as well.
    for (const { id } of (await rest.actions.listWorkflowRunsForRepo({ ...REPO, per_page: 100 })).data
      .workflow_runs)
      await rest.actions.cancelWorkflowRun({ ...REPO, run_id: id }).catch(() => undefined);
    const workflow = { ...REPO, workflow_id: "sync_secrets.yml" };
    const inputs = { environment: "live" };
    await rest.actions.createWorkflowDispatch({ ...workflow, ref: "main", inputs });
    const [newest] = (await rest.actions.listWorkflowRuns(workflow)).data.workflow_runs;
    const at = { ...REPO, run_id: newest?.id ?? 0 };
    for (;;) {
      const run = (await rest.actions.getWorkflowRun(at)).data;
      if (run.status === "completed") {
        const { jobs } = (await rest.actions.listJobsForWorkflowRun(at)).data;
        const logs = await Promise.all(
          jobs.map(async ({ id }) =>
            String((await rest.actions.downloadJobLogsForWorkflowRun({ ...REPO, job_id: id })).data),
          ),
        );
        return { conclusion: run.conclusion, log: logs.join("\n") };
      }
      const waiting = (await rest.actions.getPendingDeploymentsForRun(at)).data.map(
        ({ environment }) => environment.id ?? 0,
      );
      if (waiting.length > 0)
        await reviewer.actions.reviewPendingDeploymentsForRun({
          ...at,
          environment_ids: waiting,
          state: "approved",
          comment: "fine",
        });
      await sleep(200);
    }
  }
});
