import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ORG, refusal, type StartedGitHub, startGitHub } from "./started-github";

const REPO = { owner: ORG, repo: "carrier" };
const base64 = (text: string) => Buffer.from(text).toString("base64");

for (const prefix of ["", "/api/v3"]) {
  describe(`contents under ${prefix || "/"}`, () => {
    let github: StartedGitHub;
    beforeEach(async () => {
      github = await startGitHub();
    });
    afterEach(() => github.close());
    const octokit = () => github.octokit("owner-token", prefix);
    const put = (path: string, text: string, more: object = {}) =>
      octokit().rest.repos.createOrUpdateFileContents({
        ...REPO,
        path,
        message: `Write ${path}`,
        content: base64(text),
        ...more,
      });
    const get = async (path: string) => {
      const { data } = await octokit().rest.repos.getContent({ ...REPO, path });
      if (Array.isArray(data) || data.type !== "file" || !("content" in data)) throw new Error("no file");
      return { ...data, text: Buffer.from(data.content, "base64").toString() };
    };

    it("reads the seed's first commit", async () => {
      assert.equal((await get("README.md")).text, "# carrier\n");
      const { data } = await octokit().rest.repos.listCommits(REPO);
      assert.deepEqual(
        data.map((each) => each.commit.message),
        ["Initial commit"],
      );
    });

    it("answers 201 for a new file and 200 for its change, each a real commit", async () => {
      const made = await put("docs/a b/ü.md", "one");
      assert.equal(made.status, 201);
      const sha = made.data.content?.sha ?? "";
      const changed = await put("docs/a b/ü.md", "two", { sha });
      assert.equal(changed.status, 200);
      const gitDir = github.service.hostOf(`${ORG}/carrier`).repository.gitDir;
      const git = (...words: string[]) => execFileSync("git", ["--git-dir", gitDir, ...words]).toString();
      assert.equal(git("show", "main:docs/a b/ü.md"), "two");
      assert.equal(git("rev-parse", "main").trim(), changed.data.commit.sha);
      assert.equal(git("fsck", "--strict"), "");
    });

    it("answers with an address that has ?ref=, without which the Terraform provider dies", async () => {
      const { data } = await put(".github/workflows/other.yml", "on: push\n");
      for (const url of [data.content?.url, (await get("README.md")).url]) {
        assert.equal(new URL(url ?? "").searchParams.get("ref"), "main");
        assert.ok(url?.startsWith(`${github.url}${prefix}/repos/`));
        assert.equal(
          (await fetch(url ?? "", { headers: { authorization: "token owner-token" } })).status,
          200,
        );
      }
    });

    it("takes a path with plain slashes as well as an encoded one", async () => {
      for (const path of [".github/workflows/sync.yml", ".github%2Fworkflows%2Fsync.yml"]) {
        const answer = await github.fetch(`${prefix}/repos/${ORG}/carrier/contents/${path}?ref=main`);
        assert.equal(answer.status, 200, path);
        assert.equal(((await answer.json()) as { path: string }).path, ".github/workflows/sync.yml");
      }
    });

    it("answers 422 without a sha, 409 to someone else's, and takes no notice of one for a new file", async () => {
      const missing = await refusal(put("README.md", "x"));
      assert.equal(missing.status, 422);
      assert.equal(missing.data.message, 'Invalid request.\n\n"sha" wasn\'t supplied.');
      const wrong = await refusal(put("README.md", "x", { sha: "deadbeef" }));
      assert.equal(wrong.status, 409);
      assert.equal(wrong.data.message, "README.md does not match deadbeef");
      assert.equal((await get("README.md")).text, "# carrier\n");
      assert.equal((await put("new.md", "x", { sha: "deadbeef" })).status, 201);
    });

    it("gives back author and committer as they were sent", async () => {
      const author = { name: "A <b>", email: "a@example.com", date: "2026-02-03T04:05:06Z" };
      const committer = { name: "Bot", email: "bot@example.com", date: "2026-02-03T04:05:07Z" };
      const { data } = await put("x.md", "x", { author, committer });
      const { data: commit } = await octokit().rest.repos.getCommit({ ...REPO, ref: data.commit.sha ?? "" });
      assert.deepEqual(commit.commit.author, { ...author, name: "A b" });
      assert.deepEqual(commit.commit.committer, committer);
      assert.deepEqual(
        commit.files?.map(({ filename, status }) => [filename, status]),
        [["x.md", "added"]],
      );
    });

    it("commits as the token's user when nobody is named", async () => {
      const { data } = await put("x.md", "x");
      assert.equal(data.commit.committer?.email, "owner@users.noreply.github.com");
      assert.equal(data.commit.committer?.date, "2026-08-01T10:00:00Z");
    });

    it("deletes a file with its sha, and only then", async () => {
      const { sha } = await get("README.md");
      const file = { ...REPO, path: "README.md", message: "Delete" };
      assert.equal(
        (await refusal(octokit().rest.repos.deleteFile({ ...file, sha: "0".repeat(40) }))).status,
        409,
      );
      assert.equal((await octokit().rest.repos.deleteFile({ ...file, sha })).status, 200);
      assert.equal((await refusal(get("README.md"))).status, 404);
    });

    it("lists a folder", async () => {
      const { data } = await octokit().rest.repos.getContent({ ...REPO, path: ".github" });
      assert.deepEqual(Array.isArray(data) && data.map(({ type, path }) => [type, path]), [
        ["dir", ".github/workflows"],
      ]);
    });

    it("lists the commits of one file", async () => {
      await put("x.md", "x");
      await put("y.md", "y");
      const { data } = await octokit().rest.repos.listCommits({ ...REPO, path: "x.md" });
      assert.deepEqual(
        data.map((each) => each.commit.message),
        ["Write x.md"],
      );
    });

    it("answers with the bytes themselves when asked for raw", async () => {
      const headers = { accept: "application/vnd.github.raw+json" };
      const answer = await github.fetch(`${prefix}/repos/${ORG}/carrier/contents/README.md`, { headers });
      assert.equal(await answer.text(), "# carrier\n");
    });

    it("answers 404 for a branch that is not there", async () => {
      const { status, data } = await refusal(put("x.md", "x", { branch: "nope" }));
      assert.equal(status, 404);
      assert.equal(data.message, "Branch nope not found");
    });

    for (const path of ["../x", "a/../b", ".git/config", "a//b", "a/.GIT/hooks/x", "a/./b"]) {
      it(`refuses to write ${path}`, async () => {
        const answer = await github.fetch(
          `${prefix}/repos/${ORG}/carrier/contents/${encodeURIComponent(path)}`,
          {
            method: "PUT",
            body: JSON.stringify({ message: "m", content: "eA==" }),
          },
        );
        assert.equal(answer.status, 422);
      });
    }

    it("refuses content that is not Base64, and a file where a folder is", async () => {
      assert.equal((await refusal(put("x.md", "", { content: "not base64!" }))).status, 422);
      assert.equal((await refusal(put(".github", "x"))).status, 422);
    });
  });
}

describe("writing contents", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  it("needs the workflow scope under .github/workflows, and answers 404 without, as GitHub does", async () => {
    const write = (path: string) =>
      github
        .octokit("writer-token")
        .rest.repos.createOrUpdateFileContents({ ...REPO, path, message: "m", content: base64("x") });
    const { status, headers } = await refusal(write(".github/workflows/new.yml"));
    assert.equal(status, 404);
    assert.equal(headers["x-accepted-oauth-scopes"], "workflow");
    assert.equal((await write("new.md")).status, 201);
  });

  it("keeps a message of any letters, and neighbours apart from it", async () => {
    const { rest } = github.octokit();
    const message = 'a\u0001b\n\n"c" \u{1F511} %H';
    for (const [path, text] of [
      ["x", `${message}\u0000`],
      ["y", "next"],
    ] as const) {
      await rest.repos.createOrUpdateFileContents({ ...REPO, path, message: text, content: "eA==" });
    }
    const { data } = await rest.repos.listCommits(REPO);
    assert.deepEqual(
      data.map((each) => each.commit.message),
      ["next", message, "Initial commit"],
    );
  });

  it("keeps every one of 20 files that are written at once", async () => {
    const octokit = github.octokit();
    const paths = Array.from({ length: 20 }, (_, i) => `many/${i}.txt`);
    await Promise.all(
      paths.map((path) =>
        octokit.rest.repos.createOrUpdateFileContents({
          ...REPO,
          path,
          message: path,
          content: base64(path),
        }),
      ),
    );
    const { data } = await octokit.rest.repos.getContent({ ...REPO, path: "many" });
    assert.equal(Array.isArray(data) && data.length, 20);
  });

  it("lets exactly one of two writers win who saw the same sha", async () => {
    const octokit = github.octokit();
    const { data } = await octokit.rest.repos.getContent({ ...REPO, path: "README.md" });
    const sha = Array.isArray(data) ? "" : data.sha;
    const write = (text: string) =>
      octokit.rest.repos.createOrUpdateFileContents({
        ...REPO,
        path: "README.md",
        message: "m",
        content: base64(text),
        sha,
      });
    const outcomes = await Promise.allSettled([write("one"), write("two")]);
    assert.deepEqual(outcomes.map((each) => each.status).sort(), ["fulfilled", "rejected"]);
  });

  it("does not look at the git configuration or environment of whoever runs it", async () => {
    const before = process.env.GIT_DIR;
    process.env.GIT_DIR = "/nonexistent";
    process.env.GIT_AUTHOR_NAME = "Somebody else";
    try {
      const { data } = await github
        .octokit()
        .rest.repos.createOrUpdateFileContents({ ...REPO, path: "x", message: "m", content: base64("x") });
      assert.equal(data.commit.author?.name, "owner");
    } finally {
      if (before === undefined) delete process.env.GIT_DIR;
      else process.env.GIT_DIR = before;
      delete process.env.GIT_AUTHOR_NAME;
    }
  });
});
