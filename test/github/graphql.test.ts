import assert from "node:assert/strict";
import { ORG, type StartedGitHub, startGitHub, WORKFLOW } from "./started-github";

describe("GitHub's GraphQL", () => {
  let github: StartedGitHub;
  before(async () => {
    github = await startGitHub();
  });
  after(() => github.close());

  // biome-ignore lint/suspicious/noExplicitAny: tests look into the vendor's JSON
  type Answer = any;
  const ask = async (query: string, variables: object = {}, token = "owner-token", path = "/graphql") => {
    const body = JSON.stringify({ query, variables });
    const answer = await github.fetch(path, { method: "POST", token, body });
    return { ...((await answer.json()) as object), status: answer.status } as Answer;
  };
  const REPOSITORY =
    "query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { %s } }";
  const repository = (fields: string, name = "carrier", token?: string) =>
    ask(REPOSITORY.replace("%s", fields), { owner: ORG, name }, token);

  it("says who asks, a person or a job's App, at either server's path, and nobody without a token", async () => {
    const { token } = github.service.hostOf(`${ORG}/carrier`).issueToken({}, 1);
    const viewer = "{ viewer { login } }";
    assert.deepEqual((await ask(viewer, {}, "member-token")).data, { viewer: { login: "member" } });
    const app = await ask(viewer, {}, token, "/api/graphql");
    assert.deepEqual(app.data, { viewer: { login: "github-actions[bot]" } });
    assert.equal((await ask(viewer, {}, "")).status, 401);
  });

  it("gives a repository's id, branch and what the viewer may do there", async () => {
    const fields = "databaseId name visibility viewerPermission defaultBranchRef { name } parent { name }";
    const { data } = await repository(fields, "CARRIER");
    const id = (await github.octokit().rest.repos.get({ owner: ORG, repo: "carrier" })).data.id;
    assert.deepEqual(data.repository, {
      databaseId: id,
      name: "carrier",
      visibility: "PRIVATE",
      viewerPermission: "ADMIN",
      defaultBranchRef: { name: "main" },
      parent: null,
    });
    const other = await repository("viewerPermission", "carrier", "writer-token");
    assert.equal(other.data.repository.viewerPermission, "WRITE");
  });

  it("hides what the viewer may not see as if it were not there", async () => {
    for (const [name, token] of [
      ["nothing", "owner-token"],
      ["carrier", "outsider-token"],
    ] as const) {
      const { data, errors } = await repository("id", name, token);
      assert.equal(data.repository, null);
      assert.deepEqual([errors[0].type, errors[0].path], ["NOT_FOUND", ["repository"]]);
      assert.equal(errors[0].message, `Could not resolve to a Repository with the name '${ORG}/${name}'.`);
    }
  });

  it("lists an owner's repositories by page, and issues by state", async () => {
    const query =
      'query ($after: String) { repositoryOwner(login: "ai-cherry") { repositories(first: 2, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } } }';
    const first = (await ask(query)).data.repositoryOwner.repositories;
    assert.deepEqual([first.totalCount, first.nodes.length, first.pageInfo.hasNextPage], [3, 2, true]);
    const next = (await ask(query, { after: first.pageInfo.endCursor })).data.repositoryOwner.repositories;
    assert.deepEqual([next.nodes, next.pageInfo.hasNextPage], [[{ name: "site" }], false]);
    const { rest } = github.octokit();
    await rest.issues.create({ owner: ORG, repo: "carrier", title: "Expired", labels: ["secrets"] });
    const issues =
      "issues(first: 5, states: [OPEN]) { nodes { number title state labels(first: 1) { nodes { name } } } }";
    assert.deepEqual((await repository(issues)).data.repository.issues.nodes, [
      { number: 1, title: "Expired", state: "OPEN", labels: { nodes: [{ name: "secrets" }] } },
    ]);
  });

  it("knows GitHub's whole schema, refuses what it does not have, and makes nothing up", async () => {
    const { data } = await ask('{ __type(name: "Repository") { fields { name } } }');
    assert.ok(data.__type.fields.length > 100);
    assert.match((await repository("nothing")).errors[0].message, /Cannot query field "nothing"/);
    assert.match((await ask("{")).errors[0].message, /Syntax Error/);
    const empty = await repository(
      "forkCount isFork latestRelease { name } pullRequests(first: 1) { nodes { id } }",
    );
    assert.deepEqual(empty.data.repository, {
      forkCount: 0,
      isFork: false,
      latestRelease: null,
      pullRequests: { nodes: [] },
    });
    for (const query of [
      'mutation { closeIssue(input: { issueId: "x" }) { clientMutationId } }',
      '{ search(query: "x", type: ISSUE, first: 1) { issueCount } }',
    ])
      assert.equal((await ask(query)).errors[0].type, "NOT_IMPLEMENTED");
    assert.equal((await repository("projectsUrl")).errors[0].type, "NOT_IMPLEMENTED");
  });

  it("gives a folder's files with their texts, and null for what is not there", async () => {
    const entries = "... on Tree { entries { name object { ... on Blob { text isTruncated } } } }";
    const { data } = await repository(
      `isArchived object(expression: "HEAD:.github/workflows") { ${entries} } none: object(expression: "HEAD:none") { oid }`,
    );
    assert.deepEqual(data.repository, {
      isArchived: false,
      object: { entries: [{ name: "sync.yml", object: { text: WORKFLOW, isTruncated: false } }] },
      none: null,
    });
  });
});
