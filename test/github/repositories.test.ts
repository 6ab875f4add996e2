import { deepEqual, equal, rejects } from "node:assert/strict";
import { ORG, putSecret, refusal, repositoryId, type StartedGitHub, startGitHub } from "./started-github";

const READ_ONLY = "Repository was archived so is read-only.";

describe("repositories that people rename, transfer, archive and delete", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());
  const repo = { owner: ORG, repo: "carrier" };
  const rest = (token = "owner-token") => github.octokit(token).rest;
  const rename = (name: string) => rest().repos.update({ ...repo, name });
  const content = Buffer.from("text\n").toString("base64");
  const write = (path: string, place = repo) =>
    rest().repos.createOrUpdateFileContents({ ...place, path, message: "Add it", content });

  it("answer by the old name with 301 for reads and 307 for writes, both to their address by id", async () => {
    const id = await repositoryId(github.octokit(), "carrier");
    await rename("infrastructure");
    for (const prefix of ["", "/api/v3"])
      for (const [method, path, status] of [
        ["GET", "", 301],
        ["GET", "/contents/README.md?ref=main", 301],
        ["PUT", "/contents/a.md", 307],
        ["DELETE", "/environments/production", 307],
      ] as const) {
        const answer = await github.fetch(`${prefix}/repos/${ORG}/carrier${path}`, {
          method,
          ...(method === "PUT" ? { body: "{}" } : {}),
        });
        equal(answer.status, status, path);
        equal(answer.headers.get("location"), `${github.url}${prefix}/repositories/${id}${path}`);
      }
  });

  it("are found by octokit, which follows, with their name of today and their files", async () => {
    await rename("infrastructure");
    equal((await rest().repos.get(repo)).data.full_name, `${ORG}/infrastructure`);
    equal((await write("a.md")).status, 201);
    const { data } = await rest().repos.getContent({ ...repo, repo: "infrastructure", path: "a.md" });
    equal((data as { content: string }).content.trim(), content);
  });

  it("lead nobody there who may not see them, and nobody once another has the name", async () => {
    await rename("infrastructure");
    equal((await github.fetch(`/repos/${ORG}/carrier`, { token: "outsider-token" })).status, 404);
    await rest().repos.createInOrg({ org: ORG, name: "carrier", auto_init: true });
    equal((await rest().repos.get(repo)).data.full_name, `${ORG}/carrier`);
  });

  it("get no name that another has, and take back their own", async () => {
    const { status, data } = await refusal(rename("other"));
    deepEqual([status, data.message], [422, "Validation Failed"]);
    await rename("infrastructure");
    await rest().repos.update({ owner: ORG, repo: "infrastructure", name: "carrier" });
    equal((await github.fetch(`/repos/${ORG}/carrier`)).status, 200);
    equal((await github.fetch(`/repos/${ORG}/infrastructure`)).status, 301);
  });

  it("transferred, keep their id, and lose the organization's secrets", async () => {
    const id = await repositoryId(github.octokit(), "carrier");
    await putSecret(github.octokit(), "TOKEN", "t", {
      visibility: "selected",
      selected_repository_ids: [id],
    });
    equal((await rest().repos.transfer({ ...repo, new_owner: "small" })).status, 202);
    const { data } = await rest().repos.get(repo);
    deepEqual([data.full_name, data.id], ["small/carrier", id]);
    const secret = { org: ORG, secret_name: "TOKEN" };
    equal((await rest().actions.listSelectedReposForOrgSecret(secret)).data.total_count, 0);
    equal((await write("a.md", { owner: "small", repo: "carrier" })).status, 201);
    await rejects(rest().repos.transfer({ owner: "small", repo: "carrier", new_owner: "nobody" }), {
      status: 404,
    });
  });

  it("deleted, are gone with their access and their former names; the token needs the scope delete_repo", async () => {
    const id = await repositoryId(github.octokit(), "carrier");
    await putSecret(github.octokit(), "TOKEN", "t", {
      visibility: "selected",
      selected_repository_ids: [id],
    });
    await rename("infrastructure");
    const renamed = { owner: ORG, repo: "infrastructure" };
    await rejects(rest("owner-without-org").repos.delete(renamed), { status: 403 });
    equal((await rest().repos.delete(renamed)).status, 204);
    for (const name of ["carrier", "infrastructure"])
      await rejects(rest().repos.get({ owner: ORG, repo: name }), { status: 404 });
    const secret = { org: ORG, secret_name: "TOKEN" };
    equal((await rest().actions.listSelectedReposForOrgSecret(secret)).data.total_count, 0);
  });

  it("archived, can be read, unarchived and deleted, and not written", async () => {
    equal((await rest().repos.update({ ...repo, archived: true })).data.archived, true);
    equal((await rest().repos.getContent({ ...repo, path: "README.md" })).status, 200);
    const environment = { ...repo, environment_name: "production" };
    for (const refused of [
      write("a.md"),
      rest().repos.createOrUpdateEnvironment(environment),
      rest().actions.createWorkflowDispatch({ ...repo, workflow_id: "sync.yml", ref: "main" }),
      rename("infrastructure"),
    ]) {
      const { status, data } = await refusal(refused);
      deepEqual([status, data.message], [403, READ_ONLY]);
    }
    await rest().repos.update({ ...repo, archived: false });
    equal((await write("a.md")).status, 201);
    await rest().repos.update({ ...repo, archived: true });
    equal((await rest().repos.delete(repo)).status, 204);
  });

  it("are left to their administrators", async () => {
    for (const token of ["writer-token", "member-token"])
      await rejects(rest(token).repos.update({ ...repo, name: "mine" }), { status: 403 });
    await rejects(rest("outsider-token").repos.update({ ...repo, name: "mine" }), { status: 404 });
  });
});
