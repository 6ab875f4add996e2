import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { RecordingRunner } from "./recording-runner";
import { Clock, inFolder, ORG, putSecret, refusal, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };
const names = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true });

describe("state of the sandbox's GitHub", () => {
  it("is there again after a restart: values, ids, keys, commits, tokens", () =>
    inFolder(async (folder) => {
      const first = await startGitHub({}, folder);
      await putSecret(first.octokit(), "KEY", "a value");
      const file = { ...REPO, path: "x.md", message: "m", content: "eA==" };
      const { data } = await first.octokit().rest.repos.createOrUpdateFileContents(file);
      const before = {
        repository: (await first.octokit().rest.repos.get(REPO)).data.id,
        key: (await first.octokit().rest.actions.getOrgPublicKey({ org: ORG })).data,
        jwks: await (await first.fetch("/_actions/.well-known/jwks")).json(),
      };
      await first.close();

      const second = await startGitHub({ seed: { organizations: [], tokens: [] } }, folder);
      try {
        assert.deepEqual(second.service.hostOf(`${ORG}/carrier`).organizationSecrets(), { KEY: "a value" });
        const branch = await second.octokit().rest.repos.getBranch({ ...REPO, branch: "main" });
        assert.equal(branch.data.commit.sha, data.commit.sha);
        assert.deepEqual(before, {
          repository: (await second.octokit().rest.repos.get(REPO)).data.id,
          key: (await second.octokit().rest.actions.getOrgPublicKey({ org: ORG })).data,
          jwks: await (await second.fetch("/_actions/.well-known/jwks")).json(),
        });
      } finally {
        await second.close();
      }
    }));

  it("holds no value and no token in any file, and no file that others may read", () =>
    inFolder(async (folder) => {
      const github = await startGitHub({}, folder);
      await putSecret(github.octokit(), "KEY", "a-very-secret-value");
      await github.close();
      const files = names(folder).filter((each) => each.isFile());
      for (const each of files) {
        const path = join(each.parentPath, each.name);
        const text = readFileSync(path, "latin1");
        assert.doesNotMatch(text, /a-very-secret-value|owner-token/, path);
        assert.doesNotMatch(text, new RegExp(Buffer.from("a-very-secret-value").toString("base64")), path);
      }
      for (const name of ["state.json", "keys.json", "runs.json"]) {
        assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
      }
    }));

  it("does not open a value that was moved to another secret's place", () =>
    inFolder(async (folder) => {
      const github = await startGitHub({}, folder);
      await putSecret(github.octokit(), "ONE", "one");
      await putSecret(github.octokit(), "TWO", "two");
      await github.close();
      const { readFileSync: read, writeFileSync: write } = await import("node:fs");
      const path = join(folder, "state.json");
      const state = JSON.parse(read(path, "utf8"));
      const { secrets } = state.organizations[0];
      secrets.ONE.ciphertext = secrets.TWO.ciphertext;
      write(path, JSON.stringify(state));
      const again = await startGitHub({}, folder);
      try {
        assert.throws(() => again.service.hostOf(`${ORG}/carrier`).organizationSecrets());
      } finally {
        await again.close();
      }
    }));

  it("goes back to the seed on reset, with new keys, ids and repositories", () =>
    inFolder(async (folder) => {
      const github = await startGitHub({}, folder);
      try {
        const octokit = github.octokit();
        await putSecret(octokit, "KEY", "v");
        await octokit.rest.repos.createOrUpdateFileContents({
          ...REPO,
          path: "x",
          message: "m",
          content: "eA==",
        });
        const before = (await octokit.rest.actions.getOrgPublicKey({ org: ORG })).data;
        const { token } = github.service.hostOf(`${ORG}/carrier`).issueToken({ contents: "read" }, 1);
        await github.reset();
        assert.deepEqual((await octokit.rest.actions.listOrgSecrets({ org: ORG })).data.secrets, []);
        assert.notDeepEqual((await octokit.rest.actions.getOrgPublicKey({ org: ORG })).data, before);
        assert.equal((await octokit.rest.repos.listCommits(REPO)).data.length, 1);
        assert.equal((await refusal(github.octokit(token).rest.repos.get(REPO))).status, 401);
      } finally {
        await github.close();
      }
    }));

  it("shows a run that was under way when the sandbox stopped as cancelled", () =>
    inFolder(async (folder) => {
      const first = await startGitHub({ runner: (...given) => new RecordingRunner(...given) }, folder);
      await first
        .octokit()
        .rest.actions.createWorkflowDispatch({ ...REPO, workflow_id: "sync.yml", ref: "main" });
      await first.close();
      const second = await startGitHub({}, folder, new Clock());
      try {
        const { data } = await second.octokit().rest.actions.listWorkflowRunsForRepo(REPO);
        assert.deepEqual(
          data.workflow_runs.map((run) => [run.status, run.conclusion]),
          [["completed", "cancelled"]],
        );
      } finally {
        await second.close();
      }
    }));

  it("removes its temporary repositories when it was kept in memory", async () => {
    const github = await startGitHub();
    const { gitDir } = github.service.hostOf(`${ORG}/carrier`).repository;
    assert.ok(existsSync(gitDir));
    await github.close();
    assert.ok(!existsSync(gitDir));
  });

  it("refuses a seed that names a repository twice", async () => {
    const twice = [
      { name: "a", private: true },
      { name: "A", private: true },
    ];
    const seed = { organizations: [{ login: "o", members: [], repositories: twice }], tokens: [] };
    await assert.rejects(startGitHub({ seed }), /o\/a twice/);
  });
});

describe("many requests at once", () => {
  it("keeps every one of 50 secrets that are written in parallel, in memory and on disk", () =>
    inFolder(async (folder) => {
      const github = await startGitHub({}, folder);
      const expected = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`KEY_${i}`, `value ${i}`]));
      await Promise.all(
        Object.entries(expected).map(([name, value]) => putSecret(github.octokit(), name, value)),
      );
      await github.close();
      const again = await startGitHub({}, folder);
      try {
        assert.deepEqual(again.service.hostOf(`${ORG}/carrier`).organizationSecrets(), expected);
      } finally {
        await again.close();
      }
    }));

  it("answers 201 to exactly one of 50 who create the same secret", async () => {
    const github = await startGitHub();
    try {
      const puts = Array.from({ length: 50 }, (_, i) => putSecret(github.octokit(), "KEY", `v${i}`));
      const statuses = await Promise.all(puts);
      assert.equal(statuses.filter((status) => status === 201).length, 1);
      assert.equal(statuses.filter((status) => status === 204).length, 49);
    } finally {
      await github.close();
    }
  });
});
