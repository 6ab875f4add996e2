import assert from "node:assert/strict";
import { ORG, refusal, SEED, type StartedGitHub, seal, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };

async function putEnvironmentSecret(
  github: StartedGitHub,
  environment_name: string,
  secret_name: string,
  value: string,
) {
  const { rest } = github.octokit();
  const { data } = await rest.actions.getEnvironmentPublicKey({ ...REPO, environment_name });
  const encrypted_value = await seal(data.key, value);
  const secret = { ...REPO, environment_name, secret_name, key_id: data.key_id, encrypted_value };
  return (await rest.actions.createOrUpdateEnvironmentSecret(secret)).status;
}

async function putRepositorySecret(
  github: StartedGitHub,
  secret_name: string,
  value: string,
  token?: string,
) {
  const { rest } = github.octokit(token);
  const { data } = await rest.actions.getRepoPublicKey(REPO);
  const encrypted_value = await seal(data.key, value);
  const answer = await rest.actions.createOrUpdateRepoSecret({
    ...REPO,
    secret_name,
    key_id: data.key_id,
    encrypted_value,
  });
  return answer.status;
}

describe("environments", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());
  const put = (rules: object = {}, environment_name = "production") =>
    github.octokit().rest.repos.createOrUpdateEnvironment({ ...REPO, environment_name, ...rules });
  const host = () => github.service.hostOf(`${ORG}/carrier`);

  it("makes, shows, lists and deletes one, with a name that has a slash", async () => {
    const { rest } = github.octokit();
    assert.equal((await put({}, "eu/production")).data.name, "eu/production");
    const one = { ...REPO, environment_name: "eu/production" };
    assert.deepEqual((await rest.repos.getEnvironment(one)).data.protection_rules, []);
    assert.equal((await rest.repos.getAllEnvironments(REPO)).data.total_count, 1);
    assert.equal((await rest.repos.deleteAnEnvironment(one)).status, 204);
    assert.equal((await refusal(rest.repos.getEnvironment(one))).status, 404);
  });

  it("hands the runner the branches of a custom policy, and every branch without one", async () => {
    await put();
    assert.equal(host().environment("production").branches, undefined);
    const { rest } = github.octokit();
    const policy = { protected_branches: false, custom_branch_policies: true };
    await put({ deployment_branch_policy: policy });
    const one = { ...REPO, environment_name: "production" };
    assert.deepEqual(host().environment("production").branches, []);
    const { data } = await rest.repos.createDeploymentBranchPolicy({ ...one, name: "main" });
    await rest.repos.createDeploymentBranchPolicy({ ...one, name: "release/*" });
    assert.deepEqual(host().environment("production").branches, ["main", "release/*"]);
    await rest.repos.deleteDeploymentBranchPolicy({ ...one, branch_policy_id: data.id ?? 0 });
    assert.equal((await rest.repos.listDeploymentBranchPolicies(one)).data.total_count, 1);
    await put();
    assert.equal(host().environment("production").branches, undefined);
  });

  it("takes no branch pattern without custom policies", async () => {
    await put();
    const pattern = { ...REPO, environment_name: "production", name: "main" };
    assert.equal(
      (await refusal(github.octokit().rest.repos.createDeploymentBranchPolicy(pattern))).status,
      404,
    );
  });

  it("refuses a branch policy that is both or neither", async () => {
    for (const both of [true, false]) {
      const policy = { protected_branches: both, custom_branch_policies: both };
      assert.equal((await refusal(put({ deployment_branch_policy: policy }))).status, 422);
    }
  });

  it("shows reviewers and wait timer as protection rules", async () => {
    const { data: user } = await github.octokit().rest.users.getByUsername({ username: "writer" });
    const { data } = await put({ wait_timer: 30, reviewers: [{ type: "User", id: user.id }] });
    assert.deepEqual(
      data.protection_rules?.map((each) => each.type),
      ["wait_timer", "required_reviewers"],
    );
  });

  it("takes six reviewers and refuses seven", async () => {
    const reviewers = Array.from({ length: 7 }, (_, i) => ({ type: "User", id: i }));
    assert.equal((await put({ reviewers: reviewers.slice(1) })).status, 200);
    assert.equal((await refusal(put({ reviewers }))).status, 422);
  });

  it("is for administrators to change and for readers to see", async () => {
    await put();
    const { rest } = github.octokit("writer-token");
    const one = { ...REPO, environment_name: "production" };
    assert.equal((await rest.repos.getEnvironment(one)).status, 200);
    assert.equal((await refusal(rest.repos.createOrUpdateEnvironment(one))).status, 403);
    assert.equal((await refusal(rest.repos.deleteAnEnvironment(one))).status, 403);
  });

  it("is made without rules when a job names one that is not there", async () => {
    assert.deepEqual(host().environment("fresh"), { name: "fresh", secrets: {}, variables: {} });
    assert.equal((await github.octokit().rest.repos.getAllEnvironments(REPO)).data.total_count, 1);
  });
});

describe("plans", () => {
  const attempt = async (plan: "free" | "team" | "enterprise", repo: string, rules: object) => {
    const organizations = SEED.organizations.map((each) => ({ ...each, plan }));
    const github = await startGitHub({ seed: { ...SEED, organizations } });
    try {
      const environment = { owner: ORG, repo, environment_name: "production", ...rules };
      return (await github.octokit().rest.repos.createOrUpdateEnvironment(environment)).status;
    } catch (error) {
      return (error as { status: number }).status;
    } finally {
      await github.close();
    }
  };
  const reviewers = { reviewers: [{ type: "User", id: 1 }] };
  const branches = { deployment_branch_policy: { protected_branches: false, custom_branch_policies: true } };

  it("gives private repositories reviewers on Enterprise only, public ones on every plan", async () => {
    assert.equal(await attempt("enterprise", "carrier", reviewers), 200);
    assert.equal(await attempt("team", "carrier", reviewers), 422);
    assert.equal(await attempt("team", "carrier", { wait_timer: 5 }), 422);
    assert.equal(await attempt("free", "site", reviewers), 200);
  });

  it("gives private repositories branch rules from Team on", async () => {
    assert.equal(await attempt("team", "carrier", branches), 200);
    assert.equal(await attempt("free", "carrier", branches), 422);
  });
});

describe("secrets of repositories and environments", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
    await github.octokit().rest.repos.createOrUpdateEnvironment({ ...REPO, environment_name: "production" });
  });
  afterEach(() => github.close());

  it("keeps them apart from each other, and hands each to the runner", async () => {
    assert.equal(await putRepositorySecret(github, "key", "of the repository"), 201);
    assert.equal(await putRepositorySecret(github, "key", "of the repository"), 204);
    assert.equal(await putEnvironmentSecret(github, "production", "KEY", "of the environment"), 201);
    const host = github.service.hostOf(`${ORG}/carrier`);
    assert.deepEqual(host.repositorySecrets(), { KEY: "of the repository" });
    assert.deepEqual(host.environment("PRODUCTION").secrets, { KEY: "of the environment" });
    assert.deepEqual(github.service.hostOf(`${ORG}/other`).repositorySecrets(), {});
  });

  it("lists, shows and deletes them without their values", async () => {
    await putRepositorySecret(github, "KEY", "v");
    await putEnvironmentSecret(github, "production", "DEEP", "v");
    const { rest } = github.octokit();
    const times = { created_at: "2026-08-01T10:00:00Z", updated_at: "2026-08-01T10:00:00Z" };
    const repo = await rest.actions.listRepoSecrets(REPO);
    assert.deepEqual(repo.data, { total_count: 1, secrets: [{ name: "KEY", ...times }] });
    const deep = { ...REPO, environment_name: "production", secret_name: "DEEP" };
    assert.deepEqual((await rest.actions.getEnvironmentSecret(deep)).data, { name: "DEEP", ...times });
    await rest.actions.deleteEnvironmentSecret(deep);
    assert.equal((await refusal(rest.actions.getEnvironmentSecret(deep))).status, 404);
    assert.equal((await rest.actions.deleteRepoSecret({ ...REPO, secret_name: "KEY" })).status, 204);
  });

  it("takes 100 and refuses the 101st, each of them", async () => {
    for (let i = 0; i < 100; i += 1) {
      await putRepositorySecret(github, `KEY_${i}`, "v");
      await putEnvironmentSecret(github, "production", `KEY_${i}`, "v");
    }
    assert.equal((await refusal(putRepositorySecret(github, "MORE", "v"))).status, 422);
    assert.equal((await refusal(putEnvironmentSecret(github, "production", "MORE", "v"))).status, 422);
    assert.equal(await putRepositorySecret(github, "KEY_1", "v"), 204);
  });

  it("answers 404 for an environment that is not there", async () => {
    const nowhere = { ...REPO, environment_name: "nowhere" };
    assert.equal((await refusal(github.octokit().rest.actions.listEnvironmentSecrets(nowhere))).status, 404);
  });

  it("is found by the repository's id too, where the Terraform provider asks, with a body as well", async () => {
    const { data: repository } = await github.octokit().rest.repos.get(REPO);
    for (const prefix of ["", "/api/v3"]) {
      const base = `${prefix}/repositories/${repository.id}/environments/production/secrets`;
      const { key, key_id } = (await (await github.fetch(`${base}/public-key`)).json()) as Record<
        string,
        string
      >;
      const body = JSON.stringify({ key_id, encrypted_value: await seal(key ?? "", `by id ${prefix}`) });
      const put = await github.fetch(`${base}/KEY`, { method: "PUT", body });
      assert.ok(put.ok);
      const { secrets } = github.service.hostOf(`${ORG}/carrier`).environment("production");
      assert.deepEqual(secrets, { KEY: `by id ${prefix}` });
      assert.equal(
        (await github.fetch(`${base}/KEY`, { method: "PUT", body, token: "member-token" })).status,
        403,
      );
      assert.equal((await github.fetch(`${prefix}/repositories/1/environments`)).status, 404);
    }
  });

  it("is for writers of the repository", async () => {
    assert.equal(await putRepositorySecret(github, "KEY", "v", "writer-token"), 201);
    assert.equal((await refusal(putRepositorySecret(github, "KEY", "v", "member-token"))).status, 403);
  });

  it("refuses a name, a size and a box as it does for an organization", async () => {
    assert.equal((await refusal(putRepositorySecret(github, "GITHUB_X", "v"))).status, 422);
    assert.equal((await refusal(putRepositorySecret(github, "BIG", "x".repeat(49_153)))).status, 422);
    const bad = { ...REPO, secret_name: "KEY", key_id: "1", encrypted_value: "aaaa" };
    assert.equal((await refusal(github.octokit().rest.actions.createOrUpdateRepoSecret(bad))).status, 422);
  });

  it("records them under GitHub's own event names", async () => {
    await putRepositorySecret(github, "KEY", "v");
    await putEnvironmentSecret(github, "production", "KEY", "v");
    await putEnvironmentSecret(github, "production", "KEY", "v");
    const seen = github.audit.list().map(({ action, target }) => `${action} ${target}`);
    assert.deepEqual(seen, [
      "environment.create ai-cherry/carrier/production",
      "repo.create_actions_secret ai-cherry/carrier/KEY",
      "environment.create_actions_secret ai-cherry/carrier/production/KEY",
      "environment.update_actions_secret ai-cherry/carrier/production/KEY",
    ]);
  });
});
