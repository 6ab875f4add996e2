import assert from "node:assert/strict";
import { defineCatalog } from "../../src/catalog/entry";
import { ofType, TYPES } from "./declared";
import { committedConfig, runProgram } from "./run-program";

const CANARY = "canary-of-a-value";
const CATALOG = defineCatalog({
  environments: ["development", "staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: [
    { name: "WAREHOUSE", group: "keys", value: "config" },
    { name: "REGION", group: "keys", value: "config", visibility: "all" },
  ],
});
const VALUES = { values: JSON.stringify({ WAREHOUSE: CANARY, REGION: `${CANARY}-2` }) };

describe("slots whose value is the stack's", function () {
  this.timeout(60_000);

  it("take it from secret config, marked secret, and may be updated", async () => {
    const run = await runProgram({ catalog: CATALOG, secretConfig: VALUES });
    assert.equal(run.error, undefined);
    const [region, warehouse] = ofType(run.resources, TYPES.slot);
    assert.equal(warehouse?.inputs.value, CANARY);
    assert.equal(region?.inputs.value, `${CANARY}-2`);
    for (const slot of [region, warehouse]) {
      assert.match(slot?.wire ?? "", /"value":\{"4dabf18193072939515e22adb298388d":/);
      assert.deepEqual(slot?.ignoreChanges, ["remoteUpdatedAt"]);
      assert.deepEqual([slot?.protect, slot?.retainOnDelete], [true, true]);
      assert.deepEqual(slot?.hooks, {
        beforeCreate: ["refuse-to-overwrite-existing-secret"],
        beforeUpdate: ["refuse-to-update-value-of-person"],
        others: ["refuse-to-delete-slot"],
      });
    }
  });

  it("name their repositories themselves: each update would take the secret from those it does not name", async () => {
    const run = await runProgram({ catalog: CATALOG, secretConfig: VALUES });
    const [region, warehouse] = ofType(run.resources, TYPES.slot);
    assert.deepEqual(warehouse?.inputs.selectedRepositoryIds, [4711]);
    assert.equal(region?.inputs.selectedRepositoryIds, undefined);
    assert.deepEqual(ofType(run.resources, TYPES.slotRepositories), []);
  });

  it("stop the program when config has none, before anything is declared", async () => {
    const run = await runProgram({ catalog: CATALOG });
    assert.match(run.error?.message ?? "", /config values.REGION: .* is missing/);
    assert.match(run.error?.message ?? "", /pulumi config set --secret --path 'values.WAREHOUSE'/);
    assert.deepEqual(
      run.resources.filter((each) => each.custom),
      [],
    );
  });

  it("are no matter of a stack that does not own the organization", async () => {
    const run = await runProgram({ catalog: CATALOG, stack: "staging" });
    assert.equal(run.error, undefined);
  });

  it("are refused in plain text wherever they come from: an ESC environment or another file", async () => {
    const plainConfig = { ...VALUES, dockerPassword: CANARY, dockerUsername: "somebody" };
    const run = await runProgram({ catalog: CATALOG, plainConfig });
    const message = run.error?.message ?? "";
    assert.match(message, /config values: is not a secret where it comes from: an ESC environment/);
    assert.match(message, /config dockerPassword: is not a secret where it comes from/);
    assert.ok(!message.includes(CANARY));
    assert.deepEqual(
      run.resources.filter((each) => each.custom),
      [],
    );
  });

  it("are refused in plain text in the stack's file, as the registry's password is, and not quoted", async () => {
    const production = {
      ...committedConfig("production"),
      values: { WAREHOUSE: CANARY },
      dockerPassword: CANARY,
    };
    const stacks = { production, staging: committedConfig("staging") };
    const run = await runProgram({ catalog: CATALOG, stacks });
    assert.match(run.error?.message ?? "", /config values.WAREHOUSE: is in plain text/);
    assert.match(run.error?.message ?? "", /config dockerPassword: is in plain text/);
    assert.ok(!run.error?.message.includes(CANARY));
  });
});
