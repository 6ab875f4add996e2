import assert from "node:assert/strict";
import { catalog } from "../../secrets/catalog";
import type { Catalog } from "../../src/catalog/entry";
import { TYPES } from "./declared";
import { type ProgramRun, runProgram } from "./run-program";

/** What the engine keeps of a run, whatever order it came in. */
function kept(run: ProgramRun): string[] {
  assert.equal(run.error, undefined);
  return run.resources.map((each) => `${each.parent} ${each.type} ${each.name} ${each.wire}`).sort();
}

/** Another order of everything in the catalog that has one. */
function reordered(): Catalog {
  const secrets = [...catalog.secrets].reverse();
  const half = Math.floor(secrets.length / 2);
  return {
    environments: catalog.environments,
    accessPolicies: [...(catalog.accessPolicies ?? [])].reverse(),
    applications: [...(catalog.applications ?? [])].reverse(),
    groupings: Object.fromEntries(Object.entries(catalog.groupings ?? {}).reverse()),
    groups: Object.fromEntries(Object.entries(catalog.groups).reverse()),
    secrets: [...secrets.slice(half), ...secrets.slice(0, half)],
  };
}

describe("stability", function () {
  this.timeout(60_000);
  let first: ProgramRun;

  before(async () => {
    first = await runProgram();
  });

  it("keeps every name and every input when the catalog is reordered", async () => {
    const second = await runProgram({ catalog: reordered() });
    assert.deepEqual(kept(second), kept(first));
  });

  it("keeps every name and every input from one run to the next", async () => {
    assert.deepEqual(kept(await runProgram()), kept(first));
  });

  it("adds a slot and changes the files of carrier and application when one secret is added, and touches nothing else", async () => {
    const more = { ...catalog, secrets: [...catalog.secrets, { name: "ADDED_KEY", group: "api-keys" }] };
    const before = new Set(kept(first));
    const changed = (await runProgram({ catalog: more })).resources
      .filter((each) => !before.has(`${each.parent} ${each.type} ${each.name} ${each.wire}`))
      .map((each) => each.name);
    assert.deepEqual(changed.sort(), [
      "ADDED_KEY", // the component
      "ADDED_KEY", // the slot
      "ADDED_KEY", // its readers
      "sophia-main/.github/workflows/sync_secrets.yml",
      "sophia-main/backend/core/auto_esc_config.py",
      "sophia-main/scripts/ci/sync_secrets.cjs",
    ]);
  });

  it("makes no alias of a resource but the lists of repositories, which had another type", () => {
    for (const each of first.resources)
      assert.equal(each.aliases, each.type === TYPES.slotRepositories ? 1 : 0, each.name);
  });
});
