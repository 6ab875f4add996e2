import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Declared, ofType, TYPES } from "./declared";
import { type ProgramRun, runProgram } from "./run-program";

const GROUPS = [
  "api-keys",
  "database-credentials",
  "infrastructure-credentials",
  "integration-credentials",
  "security-tokens",
];

/** Composites: the whole one of each environment, and the one of Sophia's policy of one group. */
const composed = /-(composite|for-database-admin)$/;

describe("ESC environments", function () {
  this.timeout(60_000);
  let runs: ProgramRun[];
  let environments: Declared[];
  const named = (name: string) => {
    const found = environments.find((each) => each.inputs.name === name);
    assert.ok(found !== undefined, name);
    return found;
  };

  before(async () => {
    runs = [await runProgram(), await runProgram({ stack: "staging" })];
    environments = runs.flatMap((run) => ofType(run.resources, TYPES.environment));
    assert.equal(environments.length, 22);
  });

  for (const environment of ["development", "staging", "production"]) {
    it(`let the composite of ${environment} import its five groups and say nothing else`, () => {
      const composite = named(`sophia-ai-${environment}`);
      assert.deepEqual(parse(String(composite.inputs.yaml)), {
        imports: GROUPS.map((group) => `default/sophia-ai-${environment}-${group}`),
      });
      assert.equal(composite.inputs.organization, "scoobyjava-org");
      assert.deepEqual(composite.ignoreChanges, []);
    });

    it(`create the composite of ${environment} after what it imports`, () => {
      const waitsFor = named(`sophia-ai-${environment}`).dependencies;
      for (const group of GROUPS) {
        const found = waitsFor.some((urn) => urn.endsWith(`Environment::${environment}-${group}`));
        assert.ok(found, group);
      }
    });
  }

  it("are kept from deletion by Pulumi Cloud itself, except the composites of policies", () => {
    const kept = runs.flatMap((run) => ofType(run.resources, "pulumiservice:api/esc:EnvironmentSettings"));
    const places = kept.map(({ inputs }) => [inputs.envName, inputs.deletionProtected]);
    const expected = environments.filter((each) => !/-for-/.test(each.name));
    assert.deepEqual(
      new Map(places as [string, boolean][]),
      new Map(expected.map((each) => [String(each.inputs.name), true])),
    );
    assert.equal(places.length, 21);
    // A policy's own composite goes with the policy; while the catalog has it, a hook keeps it.
    for (const each of environments) {
      assert.equal(each.protect, !/-for-/.test(each.name), each.name);
      const hooks = composed.test(each.name) ? ["refuse-to-delete-composite"] : [];
      assert.deepEqual(each.hooks.others, hooks, each.name);
    }
  });

  it("leave to the sync what it writes: text ignored, protected, retained", () => {
    const synced = environments.filter((each) => !composed.test(each.name));
    assert.equal(synced.length, 18);
    for (const each of synced) {
      assert.deepEqual(each.ignoreChanges, ["yaml"], each.name);
      assert.deepEqual([each.protect, each.retainOnDelete], [true, true], each.name);
      assert.deepEqual(parse(String(each.inputs.yaml)), { values: {} }, each.name);
    }
  });
});
