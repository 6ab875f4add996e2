import assert from "node:assert/strict";
import { inFolder, ORG, refusal, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };

describe("issues", () => {
  it("are opened, listed, changed and closed, and outlast a restart", () =>
    inFolder(async (folder) => {
      const first = await startGitHub({}, folder);
      const { issues } = first.octokit().rest;
      const made = await issues.create({ ...REPO, title: "One", body: "text", labels: ["rotation"] });
      assert.deepEqual(
        [made.status, made.data.number, made.data.state, made.data.user?.login],
        [201, 1, "open", "owner"],
      );
      await issues.create({ ...REPO, title: "Two" });
      assert.deepEqual(
        (await issues.listForRepo(REPO)).data.map(({ number }) => number),
        [2, 1],
      );
      assert.equal((await issues.listForRepo({ ...REPO, labels: "rotation" })).data.length, 1);
      first.clock.forward(60);
      const closed = await issues.update({ ...REPO, issue_number: 1, state: "closed" });
      assert.deepEqual(
        [closed.data.state_reason, closed.data.closed_at, closed.data.body],
        ["completed", "2026-08-01T10:01:00Z", "text"],
      );
      assert.equal((await issues.listForRepo(REPO)).data.length, 1);
      assert.equal((await issues.listForRepo({ ...REPO, state: "all", per_page: 1 })).data.length, 1);
      await first.close();
      const second = await startGitHub({}, folder);
      const again = await second.octokit().rest.issues.get({ ...REPO, issue_number: 1 });
      assert.equal(again.data.title, "One");
      await second.close();
    }));

  it("drop the labels of who may not push, refuse new ones, and their changes to someone else's issues", async () => {
    const github = await startGitHub();
    try {
      const reader = github.octokit("member-token").rest.issues;
      const owner = github.octokit().rest.issues;
      assert.equal((await refusal(reader.create({ ...REPO, title: "x", labels: ["new"] }))).status, 403);
      await owner.create({ ...REPO, title: "x", labels: ["known"] });
      const made = await reader.create({ ...REPO, title: "y", labels: ["known"] });
      assert.deepEqual(made.data.labels, []);
      assert.equal((await refusal(reader.update({ ...REPO, issue_number: 1, state: "closed" }))).status, 403);
      assert.equal((await reader.update({ ...REPO, issue_number: 2, state: "closed" })).status, 200);
      assert.equal((await refusal(owner.create({ ...REPO, title: " " }))).status, 422);
      assert.equal((await refusal(owner.get({ ...REPO, issue_number: 7 }))).status, 404);
      const outsider = github.octokit("outsider-token").rest.issues;
      assert.equal((await refusal(outsider.create({ ...REPO, title: "x" }))).status, 404);
    } finally {
      await github.close();
    }
  });

  it("are written by a GITHUB_TOKEN that may", async () => {
    const github = await startGitHub();
    try {
      const host = github.service.hostOf(`${ORG}/carrier`);
      const may = github.octokit(host.issueToken({ issues: "write" }, 1).token).rest.issues;
      const made = await may.create({ ...REPO, title: "x", labels: ["rotation"] });
      assert.deepEqual([made.data.user?.login, made.data.labels.length], ["github-actions[bot]", 1]);
      const mayNot = github.octokit(host.issueToken({ issues: "read" }, 1).token).rest.issues;
      assert.equal((await refusal(mayNot.create({ ...REPO, title: "x" }))).status, 403);
    } finally {
      await github.close();
    }
  });
});
