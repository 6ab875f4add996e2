import assert from "node:assert/strict";
import { createGitHubCall } from "../../src/clients/github-call";
import { createHttp } from "../../src/clients/http";
import type { Creation } from "../../src/operations/recovery/creations";
import { differenceOf, IN_GITHUB } from "../../src/operations/recovery/find-in-github";
import { Secret } from "../../src/secret";
import { ORG, type StartedGitHub, startGitHub } from "../github/started-github";

const FILE = "github:index/repositoryFile:RepositoryFile";
const RULE = "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const MESSAGE = "Sync secrets: scripts/ci/sync.cjs from the catalog";
const INPUTS = {
  repository: "carrier",
  branch: "main",
  file: "scripts/ci/sync.cjs",
  content: "one\ntwo\n",
  commitMessage: MESSAGE,
};

describe("what an interrupted up left in GitHub", () => {
  let github: StartedGitHub;
  beforeEach(async () => {
    github = await startGitHub();
  });
  afterEach(() => github.close());

  const find = (type: string, inputs: Record<string, string>) => {
    const call = createGitHubCall({
      url: github.url,
      organization: ORG,
      token: new Secret("owner-token"),
      http: createHttp(),
    });
    const creation = { urn: "urn", type, inputs } as unknown as Creation;
    return IN_GITHUB[type]?.(call, creation);
  };
  const commit = (content: string, message: string) =>
    github.octokit().rest.repos.createOrUpdateFileContents({
      owner: ORG,
      repo: "carrier",
      path: INPUTS.file,
      message,
      content: Buffer.from(content).toString("base64"),
    });
  const ids = async (type: string, inputs: Record<string, string>) =>
    (await find(type, inputs))?.orphans.map(({ id }) => id);

  it("is not a file where there is none", async () => {
    assert.deepEqual(await find(FILE, INPUTS), { orphans: [], foreign: [] });
  });

  it("is a file with the content that up writes, whoever committed it", async () => {
    await commit(INPUTS.content, "By hand");
    assert.deepEqual(await ids(FILE, INPUTS), ["carrier:scripts/ci/sync.cjs:main"]);
  });

  it("is a file that the program committed last, from an earlier catalog", async () => {
    await commit("earlier\n", MESSAGE);
    assert.deepEqual(await ids(FILE, INPUTS), ["carrier:scripts/ci/sync.cjs:main"]);
  });

  it("is not a file that somebody changed: where it differs is told, not with what", async () => {
    const { data } = await commit(INPUTS.content, MESSAGE);
    await github.octokit().rest.repos.createOrUpdateFileContents({
      owner: ORG,
      repo: "carrier",
      path: INPUTS.file,
      message: "By hand",
      content: Buffer.from("one\ncanary\n").toString("base64"),
      ...(data.content?.sha === undefined ? {} : { sha: data.content.sha }),
    });
    assert.deepEqual(await find(FILE, INPUTS), {
      orphans: [],
      foreign: [
        {
          subject: `${ORG}/carrier: scripts/ci/sync.cjs`,
          cause: "has other content and differs from line 2 on (3 lines there, 3 in what up writes)",
          remedy: "move its content elsewhere and delete it in GitHub, then pulumi up",
        },
      ],
    });
  });

  it("is a branch rule of a GitHub environment, by the id that GitHub gave it", async () => {
    const inputs = { repository: "carrier", environment: "blue green", branchPattern: "main" };
    assert.deepEqual(await ids(RULE, inputs), []);
    const place = { owner: ORG, repo: "carrier", environment_name: "blue green" };
    const { repos } = github.octokit().rest;
    await repos.createOrUpdateEnvironment({
      ...place,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    assert.deepEqual(await ids(RULE, inputs), []);
    const { data } = await repos.createDeploymentBranchPolicy({ ...place, name: "main" });
    assert.deepEqual(await ids(RULE, inputs), [`carrier:blue green:${data.id}`]);
  });

  it("is a ruleset of this program's name, and no other", async () => {
    const ruleset = "github:index/repositoryRuleset:RepositoryRuleset";
    const inputs = { repository: "carrier", name: "app sync: branch" };
    const make = (name: string) =>
      github.octokit().rest.repos.createRepoRuleset({
        ...{ owner: ORG, repo: "carrier", name, enforcement: "active", rules: [{ type: "deletion" }] },
        conditions: { ref_name: { include: ["refs/heads/main"], exclude: [] } },
      });
    await make("theirs");
    assert.deepEqual(await ids(ruleset, inputs), []);
    const { data } = await make(inputs.name);
    assert.deepEqual(await ids(ruleset, inputs), [`carrier:${data.id}`]);
  });
});

describe("the difference between two texts", () => {
  it("is where the first of them ends, when the rest is missing", () => {
    assert.match(differenceOf("a", "a\nb"), /^differs from line 2 on/);
  });
});
