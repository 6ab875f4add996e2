import assert from "node:assert/strict";
import type { Declared } from "./declared";
import { committedConfig, type ProgramRun, runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

const GUARD = "sophia-secrets:stack:DestroyGuard";
const isProvider = ({ type }: Declared) => type.startsWith("pulumi:providers:");

describe("a stack", function () {
  this.timeout(60_000);
  let run: ProgramRun;

  before(async () => {
    run = await runProgram();
    assert.equal(run.error, undefined);
  });

  it("has one guard, which nothing protects and which comes after every other resource", () => {
    const [guard, ...others] = run.resources.filter(({ type }) => type === GUARD);
    assert.deepEqual(others, []);
    assert.deepEqual(guard?.hooks.others, ["refuse-to-destroy-stack"]);
    assert.deepEqual([guard?.protect, guard?.retainOnDelete], [false, false]);
    const missing = run.resources.filter(
      (each) =>
        each.custom &&
        !isProvider(each) &&
        !guard?.dependencies.some((urn) => urn.endsWith(`${each.type}::${each.name}`)),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });
});

describe("a stack that leaves", function () {
  this.timeout(60_000);
  let run: ProgramRun;

  before(async () => {
    const config = { ...committedConfig("production"), leaving: true, protectCarriers: "branch" };
    run = await runProgram({
      catalog: SMALL,
      stacks: { production: config, staging: committedConfig("staging") },
    });
    assert.equal(run.error, undefined);
  });

  it("says so", () => {
    assert.ok(run.said.some((line) => line.startsWith("warning: [stack-leaving] ")));
  });

  it("forgets everything but what the carriers hold of the sync", () => {
    const deleted = run.resources.filter((each) => each.custom && !each.retainOnDelete);
    assert.deepEqual(deleted.map(({ name }) => name).sort(), [
      "sophia-main/.github/workflows/sync_secrets.yml",
      "sophia-main/branch",
      "sophia-main/scripts/ci/sync_secrets.cjs",
    ]);
  });

  it("protects nothing and has no delete hook but the guard's, which lets it go", () => {
    for (const each of run.resources) {
      assert.equal(each.protect, false, each.name);
      if (each.type !== GUARD) assert.deepEqual(each.hooks.others, [], each.name);
    }
  });

  it("still overwrites no value", () => {
    const slots = run.resources.filter(({ type }) => type.endsWith(":ActionsOrganizationSecret"));
    assert.ok(slots.length > 0);
    for (const { hooks, name } of slots)
      assert.deepEqual([hooks.beforeCreate.length, hooks.beforeUpdate.length], [1, 1], name);
  });
});
