import assert from "node:assert/strict";
import { ORG, type StartedGitHub, startGitHub } from "./started-github";

const REPO = `/repos/${ORG}/carrier`;
const PROTECTED = {
  required_status_checks: null,
  enforce_admins: true,
  required_pull_request_reviews: { required_approving_review_count: 1 },
  restrictions: null,
};

describe("protected branches and pull requests of the sandbox's GitHub", () => {
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
  const commit = (path: string, branch = "main", token?: string) =>
    ask("PUT", `${REPO}/contents/${path}`, { message: "m", content: "eA==", branch }, token);
  const branch = async (name: string) => {
    const { object } = (await ask("GET", `${REPO}/git/ref/heads/main`)).json;
    await ask("POST", `${REPO}/git/refs`, { ref: `refs/heads/${name}`, sha: object.sha });
  };
  const open = (head: string, token?: string) =>
    ask("POST", `${REPO}/pulls`, { title: "Change", head, base: "main" }, token);

  it("refuses a direct commit to a protected branch, with GitHub's words", async () => {
    await ask("PUT", `${REPO}/branches/main/protection`, PROTECTED);
    const { status, json } = await commit("a.txt");
    assert.equal(status, 409);
    assert.equal(json.message, "Could not update file: Changes must be made through a pull request.");
    await ask("PUT", `${REPO}/branches/main/protection`, { ...PROTECTED, enforce_admins: false });
    assert.equal((await commit("a.txt")).status, 201);
    assert.equal((await commit("b.txt", "main", "writer-token")).status, 409);
  });

  it("shows a protection to administrators alone", async () => {
    await ask("PUT", `${REPO}/branches/main/protection`, PROTECTED);
    const path = `${REPO}/branches/main/protection`;
    assert.equal((await ask("GET", path, undefined, "writer-token")).status, 403);
    assert.equal((await ask("GET", `${REPO}/branches/main`, undefined, "writer-token")).json.protected, true);
  });

  it("holds a ruleset of the organization against every repository that it names", async () => {
    await ask("POST", `/orgs/${ORG}/rulesets`, {
      name: "everywhere",
      target: "branch",
      enforcement: "active",
      conditions: {
        ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] },
        repository_name: { include: ["carr*"], exclude: [] },
      },
      rules: [{ type: "pull_request" }],
    });
    assert.match((await commit("a.txt")).json.message, /^Repository rule violations found/);
    assert.deepEqual((await ask("GET", `/repos/${ORG}/other/rules/branches/main`)).json, []);
  });

  it("merges a reviewed pull request, and no other", async () => {
    await ask("PUT", `${REPO}/branches/main/protection`, PROTECTED);
    await branch("change");
    await commit("a.txt", "change");
    const { number } = (await open("change")).json;
    const merge = () => ask("PUT", `${REPO}/pulls/${number}/merge`, {});
    assert.match((await merge()).json.message, /At least 1 approving review is required/);
    assert.equal((await ask("POST", `${REPO}/pulls/${number}/reviews`, { event: "APPROVE" })).status, 422);
    await ask("POST", `${REPO}/pulls/${number}/reviews`, { event: "APPROVE" }, "writer-token");
    // A later commit dismisses the review.
    await commit("b.txt", "change");
    assert.equal((await merge()).status, 405);
    await ask("POST", `${REPO}/pulls/${number}/reviews`, { event: "APPROVE" }, "writer-token");
    assert.equal((await merge()).status, 200);
    assert.equal((await ask("GET", `${REPO}/contents/b.txt`)).status, 200);
    assert.equal((await merge()).status, 405);
  });

  it("merges no branches that conflict", async () => {
    await branch("change");
    await commit("a.txt", "change");
    await ask("PUT", `${REPO}/contents/a.txt`, { message: "m", content: "eQ==" });
    const { number } = (await open("change")).json;
    assert.equal((await ask("GET", `${REPO}/pulls/${number}`)).json.mergeable, false);
    assert.equal((await ask("PUT", `${REPO}/pulls/${number}/merge`, {})).status, 405);
  });

  it("opens one pull request for a branch, and none without commits", async () => {
    await branch("change");
    assert.match(JSON.stringify((await open("change")).json), /No commits between main and change/);
    await commit("a.txt", "change");
    assert.equal((await open("change")).status, 201);
    assert.match(
      JSON.stringify((await open("change")).json),
      /A pull request already exists for ai-cherry:change/,
    );
    await ask("DELETE", `${REPO}/git/refs/heads/change`);
    const [pull] = (await ask("GET", `${REPO}/pulls?state=all`)).json;
    assert.equal(pull.state, "closed");
  });
});
