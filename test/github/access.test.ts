import assert from "node:assert/strict";
import { ORG, putSecret, refusal, repositoryId, type StartedGitHub, startGitHub } from "./started-github";

describe("tokens", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  const secrets = (token: string) => refusal(github.octokit(token).rest.actions.listOrgSecrets({ org: ORG }));

  for (const [token, status, message] of [
    ["no-such-token", 401, "Bad credentials"],
    ["expired-token", 401, "Bad credentials"],
    ["owner-without-org", 403, "Must have admin rights to Repository."],
    ["writer-token", 403, "Must have admin rights to Repository."],
    ["outsider-token", 404, "Not Found"],
  ] as const) {
    it(`answers ${token} with ${status} for organization secrets`, async () => {
      const { status: got, data } = await secrets(token);
      assert.equal(got, status);
      assert.equal(data.message, message);
      assert.equal(data.status, String(status));
    });
  }

  it("says which scopes the token has and which the endpoint takes", async () => {
    const { headers } = await secrets("owner-without-org");
    assert.equal(headers["x-oauth-scopes"], "repo");
    assert.equal(headers["x-accepted-oauth-scopes"], "admin:org");
  });

  it("asks for a token where none was sent", async () => {
    const answer = await github.fetch(`/orgs/${ORG}/actions/secrets`, { token: "" });
    assert.equal(answer.status, 401);
    assert.equal(((await answer.json()) as { message: string }).message, "Requires authentication");
  });

  for (const scheme of ["Bearer", "token", "bearer", "TOKEN"]) {
    it(`takes Authorization: ${scheme}`, async () => {
      const headers = { authorization: `${scheme} owner-token` };
      assert.equal((await github.fetch("/user", { token: "", headers })).status, 200);
    });
  }

  it("takes a token where a password would stand, and no password", async () => {
    const status = async (login: string) => {
      const headers = { authorization: `Basic ${btoa(login)}` };
      return (await github.fetch("/user", { token: "", headers })).status;
    };
    assert.equal(await status("owner:owner-token"), 200);
    assert.equal(await status("owner:a password"), 401);
  });

  it("records refusals without the token", async () => {
    await secrets("no-such-token");
    const [record] = github.audit.list().filter((each) => each.outcome === "denied");
    assert.equal(record?.target, `/orgs/${ORG}/actions/secrets`);
    assert.doesNotMatch(JSON.stringify(github.audit.list()), /no-such-token/);
  });

  it("hides a private repository from whoever may not see it", async () => {
    for (const token of ["outsider-token", ""]) {
      assert.equal((await github.fetch(`/repos/${ORG}/carrier`, { token })).status, 404, token);
    }
    assert.equal((await github.fetch(`/repos/${ORG}/site`, { token: "" })).status, 200);
  });

  it("lists only the repositories a caller may see", async () => {
    const list = async (token: string) => {
      const answer = await github.fetch(`/orgs/${ORG}/repos`, { token });
      return ((await answer.json()) as { name: string }[]).map((each) => each.name);
    };
    assert.deepEqual(await list("owner-token"), ["carrier", "other", "site"]);
    assert.deepEqual(await list(""), ["site"]);
  });

  it("lets a member read a repository and not write it", async () => {
    const octokit = github.octokit("member-token");
    const file = { owner: ORG, repo: "carrier", path: "README.md" };
    assert.equal((await octokit.rest.repos.getContent(file)).status, 200);
    const write = octokit.rest.repos.createOrUpdateFileContents({ ...file, message: "m", content: "eA==" });
    assert.equal((await refusal(write)).status, 403);
  });
});

describe("requests", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  for (const version of ["2022-11-28", "2026-03-10"]) {
    it(`takes API version ${version} and says so`, async () => {
      const answer = await github.fetch("/user", { headers: { "x-github-api-version": version } });
      assert.equal(answer.headers.get("x-github-api-version-selected"), version);
      assert.equal(answer.status, 200);
    });
  }

  it("refuses an API version that does not exist", async () => {
    const answer = await github.fetch("/user", { headers: { "x-github-api-version": "v3" } });
    assert.equal(answer.status, 400);
    assert.match(((await answer.json()) as { message: string }).message, /"v3", is not a supported version/);
  });

  it("refuses a request without a user agent, as GitHub does", async () => {
    const answer = await github.fetch("/user", { headers: { "user-agent": "" } });
    assert.equal(answer.status, 403);
  });

  it("answers an unknown path in GitHub's shape, under both prefixes", async () => {
    for (const path of ["/nothing", "/api/v3/nothing", `/orgs/${ORG}/nothing`, "/orgs/nobody"]) {
      const answer = await github.fetch(path);
      assert.equal(answer.status, 404, path);
      const body = await answer.json();
      assert.deepEqual(body, {
        message: "Not Found",
        documentation_url: "https://docs.github.com/rest",
        status: "404",
      });
    }
  });

  it("answers 304 to a caller who has the newest, and does not count it", async () => {
    await putSecret(github.octokit(), "KEY", "v");
    const path = `/orgs/${ORG}/actions/secrets`;
    const first = await github.fetch(path);
    const etag = first.headers.get("etag") ?? "";
    const second = await github.fetch(path, { headers: { "if-none-match": etag } });
    assert.equal(second.status, 304);
    assert.equal(await second.text(), "");
    assert.equal(second.headers.get("x-ratelimit-used"), first.headers.get("x-ratelimit-used"));
    await putSecret(github.octokit(), "OTHER", "v");
    assert.equal((await github.fetch(path, { headers: { "if-none-match": etag } })).status, 200);
  });

  it("takes a strong ETag and a list of them", async () => {
    const etag = ((await github.fetch("/user")).headers.get("etag") ?? "").replace("W/", "");
    const answer = await github.fetch("/user", { headers: { "if-none-match": `"x", ${etag}` } });
    assert.equal(answer.status, 304);
  });

  it("never gives one token's cached answer to another", async () => {
    const etag = (await github.fetch("/user")).headers.get("etag") ?? "";
    const answer = await github.fetch("/user", { token: "member-token", headers: { "if-none-match": etag } });
    assert.equal(answer.status, 200);
  });

  it("tells who and where one is", async () => {
    const octokit = github.octokit();
    assert.equal((await octokit.rest.users.getAuthenticated()).data.login, "owner");
    assert.equal((await octokit.rest.orgs.get({ org: ORG })).data.login, ORG);
    const { data } = await octokit.rest.repos.get({ owner: ORG, repo: "carrier" });
    assert.equal(data.full_name, `${ORG}/carrier`);
    assert.equal(data.default_branch, "main");
    assert.equal(data.id, await repositoryId(octokit, "Carrier"));
    assert.equal(data.permissions?.admin, true);
  });

  it("reads the seed's variables in upper case", async () => {
    const { rest } = github.octokit();
    const org = await rest.actions.listOrgVariables({ org: ORG });
    assert.deepEqual(
      org.data.variables.map(({ name, value }) => [name, value]),
      [["STAGE", "test"]],
    );
    const repo = await rest.actions.getRepoVariable({ owner: ORG, repo: "carrier", name: "region" });
    assert.equal(repo.data.value, "eu");
  });
});
