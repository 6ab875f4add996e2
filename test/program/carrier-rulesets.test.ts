import assert from "node:assert/strict";
import { catalog as sophia } from "../../secrets/catalog";
import type { Catalog } from "../../src/catalog/entry";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../src/catalog/layout";
import { ofType, TYPES } from "./declared";
import { committedConfig, runProgram } from "./run-program";

const RULESET = "github:index/repositoryRuleset:RepositoryRuleset";

/** GitHub environments come with values per deployment environment too; here none has any. */
const catalog: Catalog = {
  ...sophia,
  secrets: sophia.secrets.filter((entry) => !("perEnvironment" in entry)),
};

const run = async (change: Record<string, unknown> = {}) => {
  const stacks = {
    production: { ...committedConfig("production"), ...change },
    staging: committedConfig("staging"),
  };
  const { resources, error } = await runProgram({ stacks, catalog });
  return { error, rulesets: ofType(resources, RULESET).map(({ inputs }) => inputs), resources };
};
const OWNERS = { actorType: "OrganizationAdmin", bypassMode: "always" };

describe("the rulesets of carriers", function () {
  this.timeout(60_000);

  it("are none by default, and no GitHub environment comes with them", async () => {
    const { rulesets, resources } = await run();
    assert.deepEqual(rulesets, []);
    assert.deepEqual(ofType(resources, TYPES.repositoryEnvironment), []);
  });

  it("want a review of every change of the branch, which owners alone may pass", async () => {
    const { rulesets, resources } = await run({ protectCarriers: "branch" });
    assert.equal(rulesets.length, 1);
    const [branch] = rulesets;
    assert.deepEqual(branch?.bypassActors, [OWNERS]);
    assert.deepEqual(branch?.conditions, { refName: { includes: ["refs/heads/main"], excludes: [] } });
    const rules = branch?.rules as Record<string, unknown>;
    assert.deepEqual([rules.deletion, rules.nonFastForward], [true, true]);
    assert.deepEqual((rules.pullRequest as Record<string, unknown>).requiredApprovingReviewCount, 1);
    const [environment, ...others] = ofType(resources, TYPES.repositoryEnvironment);
    assert.deepEqual(others, []);
    assert.equal(environment?.inputs.environment, "production");
    // Switched off again, it stays in GitHub with what it holds, and no `up` fails.
    assert.deepEqual([environment?.retainOnDelete, environment?.protect], [true, false]);
  });

  it("also keep the two files from everyone else, where the config says so", async () => {
    const change = { protectCarriers: "branch-and-files", deployAppId: "4711" };
    const { rulesets } = await run(change);
    const files = rulesets.find(({ target }) => target === "push");
    assert.deepEqual(files?.rules, {
      filePathRestriction: { restrictedFilePaths: [WORKFLOW_PATH, SCRIPT_PATH] },
    });
    assert.equal(files?.conditions, undefined);
    for (const { bypassActors } of rulesets)
      assert.deepEqual(bypassActors, [
        OWNERS,
        { actorId: 4711, actorType: "Integration", bypassMode: "always" },
      ]);
  });

  it("are refused where CI's up could not commit any more", async () => {
    const { error } = await run({ protectCarriers: "branch", programRepository: "second-carrier" });
    assert.match(
      error?.message ?? "",
      /config protectCarriers: is set and deployAppId is not, .*Remedy: pulumi/,
    );
  });
});
