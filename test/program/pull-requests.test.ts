import assert from "node:assert/strict";
import { ofType, TYPES } from "./declared";
import { committedConfig, runProgram } from "./run-program";

const stacks = {
  production: { ...committedConfig("production"), pullRequestCarriers: ["sophia-main"] },
  staging: committedConfig("staging"),
};
const BLOCKED = {
  "/rules/branches/main?per_page=100": [{ type: "pull_request", ruleset_id: 1 }],
  "/rulesets/1": { name: "reviews", current_user_can_bypass: "never" },
  "/rulesets?includes_parents=true&targets=push&per_page=100": [],
  "/branches/main": { protected: false },
  "/environments?per_page=100": { total_count: 0, environments: [] },
};

describe("files that people merge", function () {
  this.timeout(60_000);

  it("are no files that up commits, and are shown to the policy pack", async () => {
    const { resources, error } = await runProgram({ stacks, preview: true });
    assert.equal(error, undefined);
    const committed = ofType(resources, TYPES.file).map(({ name }) => name);
    assert.deepEqual(committed, ["sophia-main/backend/core/auto_esc_config.py"]);
    const proposed = ofType(resources, "sophia-secrets:github:ProposedFile");
    assert.deepEqual(
      proposed.map(({ inputs }) => inputs.file),
      [".github/workflows/sync_secrets.yml", "scripts/ci/sync_secrets.cjs"],
    );
    assert.match(String(proposed[0]?.inputs.content), /^# Written by `pulumi up`/);
    const [request] = ofType(resources, "sophia-secrets:github:PullRequest");
    assert.deepEqual(request?.hooks, {
      beforeCreate: ["propose-files"],
      beforeUpdate: ["propose-files"],
      others: [],
    });
    const order = resources.map(({ type }) => type);
    assert.ok(order.indexOf(String(request?.type)) > order.lastIndexOf("sophia-secrets:github:ProposedFile"));
  });

  it("need a token in an up, and are said to be unknown in a preview without one", async () => {
    const preview = await runProgram({ stacks, preview: true, env: { GITHUB_TOKEN: "" } });
    assert.match(preview.said.join("\n"), /\[pull-request-unknown\]/);
    const up = await runProgram({ stacks, env: { GITHUB_TOKEN: "" } });
    assert.match(String(up.error), /github-token-missing/);
    assert.deepEqual(ofType(up.resources, TYPES.slot), []);
  });

  it("that up committed before stay in the state, and nothing about them changes", async () => {
    const urn = (path: string) =>
      `urn:pulumi:production::sophia-secrets::sophia-secrets:github:Organization$sophia-secrets:github:Carrier$${TYPES.file}::sophia-main/${path}`;
    const state = { [urn("scripts/ci/sync_secrets.cjs")]: {} };
    const { resources } = await runProgram({ stacks, preview: true, state });
    const kept = ofType(resources, TYPES.file).find(
      ({ name }) => name === "sophia-main/scripts/ci/sync_secrets.cjs",
    );
    assert.deepEqual(kept?.ignoreChanges, ["*"]);
    assert.equal(kept?.retainOnDelete, true);
  });

  it("are refused of a repository that is not a carrier", async () => {
    const wrong = { ...stacks, production: { ...stacks.production, pullRequestCarriers: ["other"] } };
    const { error } = await runProgram({ stacks: wrong });
    assert.match(String(error), /config pullRequestCarriers: names other, which is not in carriers/);
  });
});

describe("a branch whose rules refuse the commits of up", function () {
  this.timeout(60_000);

  it("is named in a preview, with both ways out, and stops an up before anything is declared", async () => {
    const preview = await runProgram({ preview: true, protection: BLOCKED });
    const said = preview.said.join("\n");
    assert.match(said, /warning: \[commit-refused\] branch main of ai-cherry\/sophia-main/);
    assert.match(said, /the ruleset "reviews": changes need a pull request/);
    assert.match(said, /pulumi config set --path 'pullRequestCarriers\[0\]' sophia-main -s production/);
    assert.equal(preview.error, undefined);
    const up = await runProgram({ protection: BLOCKED });
    assert.match(String(up.error), /commit-refused/);
    assert.deepEqual(ofType(up.resources, TYPES.slot), []);
  });

  it("stops nothing once the branch has the files", async () => {
    const { resources } = await runProgram();
    const current = Object.fromEntries(
      ofType(resources, TYPES.file).map(({ inputs }) => [
        `/contents/${encodeURI(String(inputs.file))}?ref=main`,
        { content: Buffer.from(String(inputs.content)).toString("base64") },
      ]),
    );
    const { error } = await runProgram({ protection: { ...BLOCKED, ...current } });
    assert.equal(error, undefined);
  });
});
