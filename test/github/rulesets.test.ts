import assert from "node:assert/strict";
import { ORG, type StartedGitHub, startGitHub } from "./started-github";

const REPO = `/repos/${ORG}/carrier`;
const REVIEWED = {
  name: "reviewed",
  target: "branch",
  enforcement: "active",
  conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
  rules: [
    { type: "pull_request", parameters: { required_approving_review_count: 1 } },
    { type: "deletion" },
    { type: "non_fast_forward" },
  ],
};
const OWNERS = [{ actor_id: 1, actor_type: "OrganizationAdmin", bypass_mode: "always" }];

describe("rulesets of the sandbox's GitHub", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  const ask = async (method: string, path: string, body?: unknown, token = "owner-token") => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await github.fetch(path, { method, token, ...sent });
    const text = await answer.text();
    return { status: answer.status, json: text === "" ? undefined : JSON.parse(text) };
  };
  const commit = (path: string, token?: string, branch = "main") =>
    ask("PUT", `${REPO}/contents/${path}`, { message: "m", content: "eA==", branch }, token);

  it("refuses a direct commit to the branch, with GitHub's words, and takes one elsewhere", async () => {
    await ask("POST", `${REPO}/rulesets`, REVIEWED);
    const { status, json } = await commit("a.txt", "writer-token");
    assert.equal(status, 409);
    assert.match(json.message, /^Repository rule violations found\n\nChanges must be made through a pull/);
    const head = (await ask("GET", `${REPO}/git/ref/heads/main`)).json.object.sha;
    await ask("POST", `${REPO}/git/refs`, { ref: "refs/heads/other", sha: head }, "writer-token");
    assert.equal((await commit("a.txt", "writer-token", "other")).status, 201);
    const moved = await ask(
      "PATCH",
      `${REPO}/git/refs/heads/main`,
      { sha: head, force: true },
      "writer-token",
    );
    assert.equal(moved.status, 409);
  });

  it("lets those pass who are in its list, and nobody where it has none", async () => {
    const { json } = await ask("POST", `${REPO}/rulesets`, REVIEWED);
    assert.equal((await commit("a.txt")).status, 409);
    await ask("PUT", `${REPO}/rulesets/${json.id}`, { ...REVIEWED, bypass_actors: OWNERS });
    assert.equal((await commit("a.txt")).status, 201);
    assert.equal((await commit("b.txt", "writer-token")).status, 409);
  });

  it("shows the active rules of a branch, and who may pass to administrators alone", async () => {
    const { json } = await ask("POST", `${REPO}/rulesets`, { ...REVIEWED, bypass_actors: OWNERS });
    const rules = (await ask("GET", `${REPO}/rules/branches/main`, undefined, "member-token")).json;
    assert.deepEqual(
      rules.map(({ type }: { type: string }) => type),
      ["pull_request", "deletion", "non_fast_forward"],
    );
    assert.equal(rules[0].parameters.required_approving_review_count, 1);
    const path = `${REPO}/rulesets/${json.id}`;
    assert.deepEqual((await ask("GET", path)).json.bypass_actors, OWNERS);
    assert.equal((await ask("GET", path, undefined, "member-token")).json.bypass_actors, undefined);
    await ask("PUT", path, { ...REVIEWED, enforcement: "evaluate" });
    assert.deepEqual((await ask("GET", `${REPO}/rules/branches/main`)).json, []);
  });

  it("keeps restricted files out of every branch", async () => {
    const rule = { type: "file_path_restriction", parameters: { restricted_file_paths: ["scripts/**"] } };
    const push = { name: "files", target: "push", enforcement: "active", rules: [rule] };
    assert.equal((await ask("POST", `${REPO}/rulesets`, push)).status, 201);
    assert.equal((await commit("scripts/ci/run.cjs", "writer-token")).status, 409);
    assert.equal((await commit("src/run.cjs", "writer-token")).status, 201);
    assert.equal((await ask("POST", `/repos/${ORG}/site/rulesets`, push)).status, 422);
  });

  it("has none for private repositories of the free plan", async () => {
    const refused = await ask("POST", "/repos/small/app/rulesets", REVIEWED);
    assert.equal(refused.status, 403);
    assert.match(refused.json.message, /^Upgrade to GitHub Pro or make this repository public/);
  });

  it("takes a name once", async () => {
    await ask("POST", `${REPO}/rulesets`, REVIEWED);
    assert.equal((await ask("POST", `${REPO}/rulesets`, REVIEWED)).status, 422);
  });
});
