import assert from "node:assert/strict";
import { ORG, refusal, type StartedGitHub, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("branches and refs", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());
  const head = async (branch = "main") =>
    (await github.octokit().rest.repos.getBranch({ ...REPO, branch })).data.commit.sha;

  it("makes a branch with a slash in its name, finds it both ways, and writes to it alone", async () => {
    const { rest } = github.octokit();
    const sha = await head();
    const made = await rest.git.createRef({ ...REPO, ref: "refs/heads/sync/new", sha });
    assert.equal(made.status, 201);
    assert.equal((await rest.git.getRef({ ...REPO, ref: "heads/sync/new" })).data.object.sha, sha);
    const file = { ...REPO, path: "x.md", message: "m", content: base64("x"), branch: "sync/new" };
    await rest.repos.createOrUpdateFileContents(file);
    assert.notEqual(await head("sync/new"), sha);
    assert.equal(await head(), sha);
    const { data } = await rest.repos.listBranches(REPO);
    assert.deepEqual(
      data.map((each) => each.name),
      ["main", "sync/new"],
    );
  });

  it("refuses a ref that exists, a bad name, and a commit that is not there", async () => {
    const { rest } = github.octokit();
    const sha = await head();
    for (const [ref, at, message] of [
      ["refs/heads/main", sha, "Reference already exists"],
      ["refs/heads/a..b", sha, "Reference name is not valid"],
      ["refs/heads/new", "0".repeat(40), "Object does not exist"],
    ] as const) {
      const { status, data } = await refusal(rest.git.createRef({ ...REPO, ref, sha: at }));
      assert.deepEqual([status, data.message], [422, message]);
    }
  });

  it("moves a ref forward, and back only by force", async () => {
    const { rest } = github.octokit();
    const old = await head();
    const file = { ...REPO, path: "x.md", message: "m", content: base64("x") };
    const { data } = await rest.repos.createOrUpdateFileContents(file);
    const back = { ...REPO, ref: "heads/main", sha: old };
    assert.equal((await refusal(rest.git.updateRef(back))).data.message, "Update is not a fast forward");
    await rest.git.updateRef({ ...back, force: true });
    assert.equal(await head(), old);
    await rest.git.updateRef({ ...back, sha: data.commit.sha ?? "" });
    assert.equal(await head(), data.commit.sha);
  });

  it("deletes a branch but never the default one", async () => {
    const { rest } = github.octokit();
    await rest.git.createRef({ ...REPO, ref: "refs/heads/old", sha: await head() });
    assert.equal((await rest.git.deleteRef({ ...REPO, ref: "heads/old" })).status, 204);
    assert.equal((await refusal(head("old"))).data.message, "Branch not found");
    assert.equal((await refusal(rest.git.deleteRef({ ...REPO, ref: "heads/main" }))).status, 422);
  });

  it("answers 422 to a commit it does not have", async () => {
    const { status, data } = await refusal(github.octokit().rest.repos.getCommit({ ...REPO, ref: "nope" }));
    assert.deepEqual([status, data.message], [422, "No commit found for SHA: nope"]);
  });
});
