import assert from "node:assert/strict";
import { RecordingRunner } from "../github/recording-runner";
import { ORG, type StartedGitHub, seal, startGitHub } from "../github/started-github";
import { gitHubContract } from "./github-contract";
import { servedRoutes } from "./served-routes";

const REPO = `/repos/${ORG}/carrier`;
const OWN = /^[A-Z]+ (\/_|\/(api\/)?graphql$|\/:owner|\/organizations\/)/;

describe("the sandbox's GitHub, held to GitHub's own description", function () {
  this.timeout(60_000);
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

  /** One request to the API; gives the answer's body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the vendor's JSON
  const ask = async (method: string, path: string, body?: unknown, headers = {}): Promise<any> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await github.fetch(path, { method, headers, ...sent });
    const text = await answer.text();
    assert.ok(answer.status < 400, `${method} ${path}: ${answer.status} ${text}`);
    return answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text;
  };

  it("describes every route that is served, but for the sandbox's own, pages and GitHub's other addresses", () => {
    const served = servedRoutes(github.service.app, /^\/api\/v3/).filter((route) => !OWN.test(route.name));
    assert.ok(served.length > 60);
    const unknown = served.filter(
      ({ method, sample }) => gitHubContract().operationOf(method, sample) === undefined,
    );
    assert.deepEqual(
      unknown.map(({ name }) => name),
      [],
    );
  });

  it("answers what people and organizations are", async () => {
    for (const path of [
      `/orgs/${ORG}`,
      `/orgs/${ORG}/members`,
      `/orgs/${ORG}/repos`,
      "/user",
      "/users/owner",
    ])
      await ask("GET", path);
    await ask("POST", `/orgs/${ORG}/repos`, { name: "made", private: true, auto_init: true });
    for (const path of [`/users/${ORG}`, REPO, "/rate_limit", "/meta", "/api/v3/meta", "/", "/api/v3/"])
      await ask("GET", path);
  });

  it("answers what becomes of a repository, and by its former name", async () => {
    const made = `/repos/${ORG}/short-lived`;
    await ask("POST", `/orgs/${ORG}/repos`, { name: "short-lived", private: true, auto_init: true });
    await ask("PATCH", made, { name: "renamed" });
    await ask("GET", made);
    await ask("PATCH", `/repos/${ORG}/renamed`, { archived: true });
    await ask("POST", `/repos/${ORG}/renamed/transfer`, { new_owner: "small", new_name: "moved" });
    await ask("DELETE", "/repos/small/moved");
  });

  it("answers organization secrets", async () => {
    const base = `/orgs/${ORG}/actions/secrets`;
    const { id } = await ask("GET", REPO);
    await put(base, "KEY", { visibility: "selected", selected_repository_ids: [id] });
    await put(base, "KEY", { visibility: "selected", selected_repository_ids: [id] });
    for (const path of [base, `${base}/KEY`, `${base}/KEY/repositories`]) await ask("GET", path);
    await ask("PUT", `${base}/KEY/repositories`, { selected_repository_ids: [] });
    await ask("PUT", `${base}/KEY/repositories/${id}`);
    await ask("GET", `${REPO}/actions/organization-secrets`);
    await ask("DELETE", `${base}/KEY/repositories/${id}`);
    await ask("DELETE", `${base}/KEY`);
  });

  it("answers environments, secrets and variables of a repository", async () => {
    const environment = `${REPO}/environments/production`;
    const { id } = await ask("GET", "/user");
    await ask("PUT", environment, {
      wait_timer: 5,
      reviewers: [{ type: "User", id }],
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    for (const path of [`${REPO}/environments`, environment]) await ask("GET", path);
    const policies = `${environment}/deployment-branch-policies`;
    const policy = await ask("POST", policies, { name: "main" });
    for (const path of [policies, `${policies}/${policy.id}`]) await ask("GET", path);
    await ask("PUT", `${policies}/${policy.id}`, { name: "release/*" });
    await ask("DELETE", `${policies}/${policy.id}`);
    for (const base of [`${REPO}/actions/secrets`, `${environment}/secrets`]) {
      await put(base, "KEY", {});
      await put(base, "KEY", {});
      for (const path of [base, `${base}/KEY`]) await ask("GET", path);
      await ask("DELETE", `${base}/KEY`);
    }
    await ask("DELETE", environment);
    for (const base of [`${REPO}/actions/variables`, `/orgs/${ORG}/actions/variables`]) {
      const { variables } = await ask("GET", base);
      await ask("GET", `${base}/${variables[0].name}`);
    }
  });

  it("answers runner groups, and those that admit a repository", async () => {
    const groups = `/orgs/${ORG}/actions/runner-groups`;
    const names = async (query: string): Promise<string[]> =>
      (await ask("GET", `${groups}${query}`)).runner_groups.map(({ name }: { name: string }) => name);
    assert.deepEqual(await names(""), ["Default"]);
    assert.deepEqual(await names("?visible_to_repository=carrier&per_page=100&page=1"), ["Default"]);
    assert.deepEqual(await names("?visible_to_repository=nowhere"), []);
  });

  it("answers files, branches, refs and commits", async () => {
    const path = `${REPO}/contents/docs/a.md`;
    const content = Buffer.from("# a\n").toString("base64");
    const made = await ask("PUT", path, { message: "Add a", content });
    await ask("PUT", path, { message: "Change a", content: "", sha: made.content.sha });
    for (const folder of ["", "/", "/docs", "/README.md"]) await ask("GET", `${REPO}/contents${folder}`);
    await ask("GET", `${REPO}/readme`);
    const { sha } = await ask("GET", path);
    await ask("DELETE", path, { message: "Delete a", sha });
    for (const list of [
      "branches",
      "branches/main",
      "commits",
      "git/ref/heads/main",
      "git/matching-refs/heads/ma",
    ])
      await ask("GET", `${REPO}/${list}`);
    const head = made.commit.sha;
    await ask("GET", `${REPO}/commits/${head}`);
    await ask("POST", `${REPO}/git/refs`, { ref: "refs/heads/try", sha: head });
    await ask("PATCH", `${REPO}/git/refs/heads/try`, { sha: head, force: true });
    await ask("DELETE", `${REPO}/git/refs/heads/try`);
  });

  it("answers workflows, runs and their logs", async () => {
    const workflow = `${REPO}/actions/workflows/sync.yml`;
    await ask("POST", `${workflow}/dispatches`, { ref: "main" });
    const started = { ref: "main", return_run_details: true };
    const { workflow_run_id: id } = await ask("POST", `${workflow}/dispatches`, started);
    const run = runner.runs.at(-1);
    assert.ok(run);
    runner.hold(`${ORG}/carrier`, run, "sync / production", ["self-hosted"]);
    await ask("GET", `${REPO}/actions/runs/${id}/jobs`);
    runner.start(`${ORG}/carrier`, run);
    await ask("GET", `${REPO}/actions/runs/${id}/jobs`);
    for (const path of ["cancel", "force-cancel"]) await ask("POST", `${REPO}/actions/runs/${id}/${path}`);
    runner.finish(`${ORG}/carrier`, run, "failure");
    for (const path of [`${REPO}/actions/workflows`, workflow, `${workflow}/runs`, `${REPO}/actions/runs`])
      await ask("GET", path);
    const ofRun = ["", "/jobs", "/logs", "/pending_deployments", "/artifacts"];
    for (const path of [...ofRun, "/attempts/1", "/attempts/1/jobs", "/attempts/1/logs"])
      await ask("GET", `${REPO}/actions/runs/${id}${path}`);
    const job = run.jobs[0]?.id;
    for (const path of ["", "/logs"]) await ask("GET", `${REPO}/actions/jobs/${job}${path}`);
    const annotations = await ask("GET", `${REPO}/check-runs/${job}/annotations`);
    assert.equal(annotations[0].annotation_level, "failure");
    for (const path of [`runs/${id}/rerun`, `runs/${id}/rerun-failed-jobs`, `jobs/${job}/rerun`]) {
      await ask("POST", `${REPO}/actions/${path}`);
      await ask("GET", `${REPO}/actions/runs/${id}`);
      runner.finish(`${ORG}/carrier`, runner.runs.at(-1) ?? run, "failure");
    }
    await ask("DELETE", `${REPO}/actions/runs/${id}`);
    for (const verb of ["disable", "enable"]) await ask("PUT", `${workflow}/${verb}`);
  });

  it("answers reviews of jobs that wait", async () => {
    const { id: user } = await ask("GET", "/user");
    const { id } = await ask("PUT", `${REPO}/environments/gated`, {
      reviewers: [{ type: "User", id: user }],
    });
    const { workflow_run_id: run } = await ask("POST", `${REPO}/actions/workflows/sync.yml/dispatches`, {
      ref: "main",
      return_run_details: true,
    });
    const admitted = runner.host(`${ORG}/carrier`).admit("gated", run, new AbortController().signal);
    const path = `${REPO}/actions/runs/${run}/pending_deployments`;
    await ask("GET", path);
    await ask("POST", path, { environment_ids: [id], state: "approved", comment: "" });
    assert.equal(await admitted, undefined);
  });

  it("answers templates of subjects, teams, issues and the audit log", async () => {
    for (const owner of [`/orgs/${ORG}`, REPO]) {
      const path = `${owner}/actions/oidc/customization/sub`;
      await ask("PUT", path, { use_default: false, include_claim_keys: ["repo", "context"] });
      await ask("GET", path);
    }
    const teams = `/orgs/${ORG}/teams`;
    await ask("POST", teams, { name: "Ops" });
    await ask("PUT", `${teams}/ops/memberships/writer`, { role: "maintainer" });
    for (const path of ["", "/ops", "/ops/members", "/ops/memberships/writer"])
      await ask("GET", teams + path);
    await ask("PATCH", `${teams}/ops`, { name: "Ops", description: "Operations" });
    await ask("DELETE", `${teams}/ops/memberships/writer`);
    await ask("DELETE", `${teams}/ops`);
    const issue = await ask("POST", `${REPO}/issues`, { title: "Expired", labels: ["secrets"] });
    await ask("PATCH", `${REPO}/issues/${issue.number}`, { state: "closed" });
    for (const path of ["?state=all", `/${issue.number}`]) await ask("GET", `${REPO}/issues${path}`);
    await ask("GET", `/orgs/${ORG}/audit-log?per_page=100`);
  });

  it("answers rulesets", async () => {
    const ruleset = {
      name: "main",
      target: "branch",
      enforcement: "active",
      bypass_actors: [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" }],
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
      rules: [
        { type: "pull_request", parameters: { required_approving_review_count: 1 } },
        { type: "deletion" },
        { type: "non_fast_forward" },
      ],
    };
    const made = await ask("POST", `${REPO}/rulesets`, ruleset);
    for (const path of ["rulesets", "rulesets?targets=push", `rulesets/${made.id}`, "rules/branches/main"])
      await ask("GET", `${REPO}/${path}`);
    await ask("PUT", `${REPO}/rulesets/${made.id}`, { ...ruleset, enforcement: "disabled" });
    await ask("DELETE", `${REPO}/rulesets/${made.id}`);
  });

  it("answers rulesets of an organization, and what may bypass them", async () => {
    const ruleset = {
      name: "everywhere",
      target: "branch",
      enforcement: "active",
      bypass_actors: [{ actor_id: 5, actor_type: "RepositoryRole", bypass_mode: "pull_request" }],
      conditions: {
        ref_name: { include: ["~ALL"], exclude: [] },
        repository_name: { include: ["carrier"], exclude: [] },
      },
      rules: [{ type: "update" }],
    };
    const made = await ask("POST", `/orgs/${ORG}/rulesets`, ruleset);
    await ask("GET", `/orgs/${ORG}/rulesets`);
    const [rule] = await ask("GET", `${REPO}/rules/branches/main`);
    assert.equal(rule.ruleset_source_type, "Organization");
    const shown = await ask("GET", `${REPO}/rulesets/${made.id}`);
    assert.equal(shown.current_user_can_bypass, "pull_requests_only");
    await ask("DELETE", `/orgs/${ORG}/rulesets/${made.id}`);
  });

  it("answers classic protections of branches", async () => {
    const path = `${REPO}/branches/main/protection`;
    await ask("PUT", path, {
      required_status_checks: { strict: true, contexts: ["build"] },
      enforce_admins: true,
      required_pull_request_reviews: {
        required_approving_review_count: 2,
        bypass_pull_request_allowances: { users: ["writer"], teams: [], apps: [] },
      },
      restrictions: { users: ["writer"], teams: [] },
    });
    await ask("GET", path);
    assert.equal((await ask("GET", `${REPO}/branches/main`)).protection.enabled, true);
    await ask("DELETE", path);
  });

  it("answers pull requests, their reviews and their merges", async () => {
    const { object } = await ask("GET", `${REPO}/git/ref/heads/main`);
    await ask("POST", `${REPO}/git/refs`, { ref: "refs/heads/change", sha: object.sha });
    const content = Buffer.from("changed\n").toString("base64");
    await ask("PUT", `${REPO}/contents/changed.md`, { message: "Change", content, branch: "change" });
    const pulls = `${REPO}/pulls`;
    const { number } = await ask("POST", pulls, { title: "Change", head: "change", base: "main" });
    await ask("PATCH", `${pulls}/${number}`, { body: "Why" });
    await ask("POST", `${pulls}/${number}/reviews`, { event: "COMMENT", body: "Hm" });
    for (const path of ["?state=all", `/${number}`, `/${number}/reviews`])
      await ask("GET", `${pulls}${path}`);
    await ask("PUT", `${pulls}/${number}/merge`, { merge_method: "squash" });
    assert.equal((await ask("GET", `${pulls}/${number}`)).merged, true);
  });

  it("was asked all that it serves", () => {
    const served = servedRoutes(github.service.app, /^\/api\/v3/).filter((route) => !OWN.test(route.name));
    assert.deepEqual(
      served.map(({ name }) => name).filter((name) => !github.answered.has(name)),
      [],
    );
  });

  async function put(base: string, name: string, body: object): Promise<void> {
    const { key, key_id } = await ask("GET", `${base}/public-key`);
    await ask("PUT", `${base}/${name}`, { key_id, encrypted_value: await seal(key, "value"), ...body });
  }
});
