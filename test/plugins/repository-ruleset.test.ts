import assert from "node:assert/strict";
import { gitHubProvider } from "../../toolchain/plugins/github/github-provider";
import { secret } from "../../toolchain/plugins/provider/wire";
import { ORG, type StartedGitHub, startGitHub } from "../github/started-github";
import { type Plugin, startPlugin } from "./plugin-client";

const TYPE = "github:index/repositoryRuleset:RepositoryRuleset";
const BRANCH = {
  repository: "carrier",
  name: "sync: branch",
  target: "branch",
  enforcement: "active",
  bypassActors: [{ actorType: "OrganizationAdmin", bypassMode: "always" }],
  conditions: { refName: { includes: ["refs/heads/main"], excludes: [] } },
  rules: {
    deletion: true,
    nonFastForward: true,
    pullRequest: {
      allowedMergeMethods: ["merge", "squash", "rebase"],
      dismissStaleReviewsOnPush: true,
      requireCodeOwnerReview: false,
      requireLastPushApproval: true,
      requiredApprovingReviewCount: 1,
      requiredReviewThreadResolution: false,
    },
  },
};
const FILES = {
  repository: "carrier",
  name: "sync: files",
  target: "push",
  enforcement: "active",
  bypassActors: [{ actorType: "OrganizationAdmin", bypassMode: "always" }],
  rules: { filePathRestriction: { restrictedFilePaths: ["scripts/ci/run.cjs"] } },
};

describe("a ruleset of the stand-in, on the sandbox's GitHub", () => {
  let github: StartedGitHub;
  let plugin: Plugin;
  beforeEach(async () => {
    github = await startGitHub();
    plugin = await startPlugin(gitHubProvider);
    const baseUrl = `${github.url}/`;
    await plugin.configure({ owner: ORG, token: secret("owner-token"), writeDelayMs: "0", baseUrl });
  });
  afterEach(async () => {
    await plugin.close();
    await github.close();
  });

  const listed = async () => {
    const answer = await github.fetch(`/repos/${ORG}/carrier/rulesets`);
    return ((await answer.json()) as { name: string }[]).map(({ name }) => name).sort();
  };

  for (const [kind, declared] of [
    ["a branch", BRANCH],
    ["files", FILES],
  ] as const)
    it(`of ${kind} is as declared after a refresh, and goes without those that others made`, async () => {
      const theirs = { name: "theirs", target: "branch", enforcement: "active", rules: [] };
      await github.fetch(`/repos/${ORG}/carrier/rulesets`, { method: "POST", body: JSON.stringify(theirs) });
      const { inputs, failures } = await plugin.check(TYPE, declared);
      assert.deepEqual(failures, []);
      const created = await plugin.create(TYPE, inputs);
      assert.deepEqual(await listed(), [declared.name, "theirs"].sort());
      const refreshed = await plugin.refresh(TYPE, created);
      assert.ok(refreshed);
      assert.deepEqual((await plugin.diff(TYPE, refreshed, inputs)).changed, []);
      const off = { ...inputs, enforcement: "disabled" };
      assert.deepEqual((await plugin.diff(TYPE, refreshed, off)).changed, ["enforcement"]);
      const updated = await plugin.update(TYPE, refreshed, off);
      await plugin.delete(TYPE, updated);
      assert.deepEqual(await listed(), ["theirs"]);
    });

  it("is refused with conditions of a push ruleset, and without those of a branch's", async () => {
    const { conditions, ...without } = BRANCH;
    assert.equal((await plugin.check(TYPE, without)).failures.length, 1);
    assert.equal((await plugin.check(TYPE, { ...FILES, conditions })).failures.length, 1);
  });
});
