import assert from "node:assert/strict";
import {
  ORG,
  putSecret,
  refusal,
  repositoryId,
  type StartedGitHub,
  seal,
  startGitHub,
} from "./started-github";

for (const prefix of ["", "/api/v3"]) {
  describe(`organization secrets under ${prefix || "/"}`, () => {
    let github: StartedGitHub;
    beforeEach(async () => {
      github = await startGitHub();
    });
    afterEach(() => github.close());
    const octokit = () => github.octokit("owner-token", prefix);

    it("answers 201 for a new secret and 204 for a known one", async () => {
      assert.equal(await putSecret(octokit(), "OPENAI_API_KEY", "one"), 201);
      assert.equal(await putSecret(octokit(), "OPENAI_API_KEY", "two"), 204);
    });

    it("hands the runner exactly the value that was sealed, byte for byte", async () => {
      const value = 'é\n"quoted" $HOME \u{1F511} ';
      await putSecret(octokit(), "ODD", value);
      assert.equal(github.service.hostOf(`${ORG}/carrier`).organizationSecrets().ODD, value);
    });

    it("shows names, times and visibility, and no value anywhere", async () => {
      await putSecret(octokit(), "OPENAI_API_KEY", "sk-not-to-be-seen");
      const { data } = await octokit().rest.actions.getOrgSecret({ org: ORG, secret_name: "OPENAI_API_KEY" });
      assert.deepEqual(data, {
        name: "OPENAI_API_KEY",
        created_at: "2026-08-01T10:00:00Z",
        updated_at: "2026-08-01T10:00:00Z",
        visibility: "all",
      });
      assert.doesNotMatch(JSON.stringify(github.audit.list()), /not-to-be-seen/);
    });

    it("links to the repositories of a selected secret under the prefix the caller used", async () => {
      await putSecret(octokit(), "KEY", "v", { visibility: "selected" });
      const { data } = await octokit().rest.actions.getOrgSecret({ org: ORG, secret_name: "KEY" });
      const expected = `${github.url}${prefix}/orgs/${ORG}/actions/secrets/KEY/repositories`;
      assert.equal(data.selected_repositories_url, expected);
    });

    it("keeps the names of a PUT in upper case and finds them in any case", async () => {
      await putSecret(octokit(), "lower_case", "v");
      const { data } = await octokit().rest.actions.listOrgSecrets({ org: ORG });
      assert.deepEqual(
        data.secrets.map((each) => each.name),
        ["LOWER_CASE"],
      );
      const one = await octokit().rest.actions.getOrgSecret({ org: ORG, secret_name: "Lower_Case" });
      assert.equal(one.data.name, "LOWER_CASE");
    });

    it("deletes once, then knows nothing of it", async () => {
      await putSecret(octokit(), "KEY", "v");
      const gone = await octokit().rest.actions.deleteOrgSecret({ org: ORG, secret_name: "KEY" });
      assert.equal(gone.status, 204);
      const again = await refusal(octokit().rest.actions.deleteOrgSecret({ org: ORG, secret_name: "KEY" }));
      assert.equal(again.status, 404);
      assert.equal(again.data.message, "Not Found");
    });

    it("pages by Link headers that lead through every secret once", async () => {
      for (let i = 0; i < 7; i += 1) await putSecret(octokit(), `KEY_${i}`, "v");
      const all = await octokit().paginate(octokit().rest.actions.listOrgSecrets, { org: ORG, per_page: 3 });
      assert.deepEqual(
        all.map((each) => each.name),
        [0, 1, 2, 3, 4, 5, 6].map((i) => `KEY_${i}`),
      );
    });
  });
}

describe("visibility of organization secrets", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  const names = (repo: string) => Object.keys(github.service.hostOf(`${ORG}/${repo}`).organizationSecrets());
  const selectedOf = async (name: string) => {
    const { data } = await github
      .octokit()
      .rest.actions.listSelectedReposForOrgSecret({ org: ORG, secret_name: name });
    return data.repositories.map((each) => each.name);
  };

  it("gives `all` to every repository, `private` to private ones, `selected` to the list", async () => {
    const octokit = github.octokit();
    await putSecret(octokit, "FOR_ALL", "v");
    await putSecret(octokit, "FOR_PRIVATE", "v", { visibility: "private" });
    const ids = [await repositoryId(octokit, "carrier")];
    await putSecret(octokit, "FOR_SOME", "v", { visibility: "selected", selected_repository_ids: ids });
    assert.deepEqual(names("carrier"), ["FOR_ALL", "FOR_PRIVATE", "FOR_SOME"]);
    assert.deepEqual(names("other"), ["FOR_ALL", "FOR_PRIVATE"]);
    assert.deepEqual(names("site"), ["FOR_ALL"]);
  });

  it("clears the list when a PUT leaves it out, as GitHub does", async () => {
    const octokit = github.octokit();
    const ids = [await repositoryId(octokit, "carrier")];
    await putSecret(octokit, "KEY", "v", { visibility: "selected", selected_repository_ids: ids });
    await putSecret(octokit, "KEY", "v", { visibility: "selected" });
    assert.deepEqual(await selectedOf("KEY"), []);
  });

  it("resets visibility and list when `gh secret set` sends private", async () => {
    const octokit = github.octokit();
    const ids = [await repositoryId(octokit, "site")];
    await putSecret(octokit, "KEY", "v", { visibility: "selected", selected_repository_ids: ids });
    await putSecret(octokit, "KEY", "v", { visibility: "private" });
    assert.deepEqual(names("site"), []);
    assert.deepEqual(names("other"), ["KEY"]);
  });

  it("changes only the visibility when a PUT has no value", async () => {
    const octokit = github.octokit();
    await putSecret(octokit, "KEY", "kept");
    await octokit.rest.actions.createOrUpdateOrgSecret({
      org: ORG,
      secret_name: "KEY",
      visibility: "private",
    });
    assert.deepEqual(github.service.hostOf(`${ORG}/other`).organizationSecrets(), { KEY: "kept" });
    assert.deepEqual(names("site"), []);
  });

  it("sets, extends and shortens the list, and moves updated_at each time", async () => {
    const octokit = github.octokit();
    const [carrier, other] = [await repositoryId(octokit, "carrier"), await repositoryId(octokit, "other")];
    const secret = { org: ORG, secret_name: "KEY" };
    await putSecret(octokit, "KEY", "v", { visibility: "selected" });
    const seen: string[] = [];
    const step = async (work: Promise<{ status: number }>) => {
      assert.equal((await work).status, 204);
      seen.push((await octokit.rest.actions.getOrgSecret(secret)).data.updated_at);
      github.clock.forward(1);
    };
    github.clock.forward(1);
    await step(
      octokit.rest.actions.setSelectedReposForOrgSecret({ ...secret, selected_repository_ids: [carrier] }),
    );
    await step(octokit.rest.actions.addSelectedRepoToOrgSecret({ ...secret, repository_id: other }));
    assert.deepEqual(await selectedOf("KEY"), ["carrier", "other"]);
    await step(octokit.rest.actions.removeSelectedRepoFromOrgSecret({ ...secret, repository_id: carrier }));
    assert.deepEqual(await selectedOf("KEY"), ["other"]);
    assert.deepEqual(seen, ["2026-08-01T10:00:01Z", "2026-08-01T10:00:02Z", "2026-08-01T10:00:03Z"]);
  });

  it("answers 409 to a list for a secret that is not `selected`", async () => {
    const octokit = github.octokit();
    await putSecret(octokit, "KEY", "v");
    const secret = { org: ORG, secret_name: "KEY", selected_repository_ids: [] };
    const { status, data } = await refusal(octokit.rest.actions.setSelectedReposForOrgSecret(secret));
    assert.equal(status, 409);
    assert.match(String(data.errors), /when the visibility is not set to 'selected'/);
  });

  it("answers 404 to a list for a secret that is not there, 422 to a repository that is not", async () => {
    const octokit = github.octokit();
    const gone = { org: ORG, secret_name: "NOPE", selected_repository_ids: [] };
    assert.equal((await refusal(octokit.rest.actions.setSelectedReposForOrgSecret(gone))).status, 404);
    await putSecret(octokit, "KEY", "v", { visibility: "selected" });
    const wrong = { org: ORG, secret_name: "KEY", selected_repository_ids: [1] };
    assert.equal((await refusal(octokit.rest.actions.setSelectedReposForOrgSecret(wrong))).status, 422);
  });

  it("refuses a list together with another visibility", async () => {
    const octokit = github.octokit();
    const ids = [await repositoryId(octokit, "carrier")];
    const put = putSecret(octokit, "KEY", "v", { visibility: "all", selected_repository_ids: ids });
    assert.equal((await refusal(put)).status, 422);
  });

  it("gives a private repository of a Free organization no organization secret", async () => {
    const octokit = github.octokit();
    const { data } = await octokit.rest.actions.getOrgPublicKey({ org: "small" });
    const encrypted_value = await seal(data.key, "v");
    const secret = { org: "small", secret_name: "KEY", visibility: "all" as const };
    await octokit.rest.actions.createOrUpdateOrgSecret({ ...secret, key_id: data.key_id, encrypted_value });
    assert.deepEqual(github.service.hostOf("small/app").organizationSecrets(), {});
  });

  it("tells of a repository all it may read, granted by name or not, page by page, and no value", async () => {
    const octokit = github.octokit();
    const id = await repositoryId(octokit, "carrier");
    await putSecret(octokit, "FOR_ALL", "v", { visibility: "all" });
    await putSecret(octokit, "FOR_PRIVATE", "v", { visibility: "private" });
    await putSecret(octokit, "BY_NAME", "v", { visibility: "selected", selected_repository_ids: [id] });
    await putSecret(octokit, "NOT_HERE", "v", { visibility: "selected" });
    const list = async (page: number, per_page: number) =>
      (
        await octokit.rest.actions.listRepoOrganizationSecrets({
          owner: ORG,
          repo: "carrier",
          page,
          per_page,
        })
      ).data;
    const { total_count, secrets } = await list(1, 100);
    assert.equal(total_count, 3);
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ["BY_NAME", "FOR_ALL", "FOR_PRIVATE"],
    );
    assert.deepEqual(Object.keys(secrets[0] ?? {}).sort(), ["created_at", "name", "updated_at"]);
    assert.deepEqual(
      (await list(2, 2)).secrets.map(({ name }) => name),
      ["FOR_PRIVATE"],
    );
    const reader = { owner: ORG, repo: "carrier" };
    const asked = github.octokit("member-token").rest.actions.listRepoOrganizationSecrets(reader);
    assert.equal((await refusal(asked)).status, 403);
  });
});
