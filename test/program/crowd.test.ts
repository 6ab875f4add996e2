import assert from "node:assert/strict";
import type { Catalog } from "../../src/catalog/entry";
import { ofType, TYPES } from "./declared";
import { committedConfig, REPOSITORY_IDS, runProgram } from "./run-program";

const CATALOG: Catalog = {
  environments: ["development", "staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: Array.from({ length: 12 }, (_, index) => ({ name: `KEY_${index}`, group: "keys" })),
};
const stacks = {
  production: { ...committedConfig("production"), carriers: ["sophia-main", "second-carrier"] },
  staging: committedConfig("staging"),
};
const undeclared = (count: number) => Array.from({ length: count }, (_, index) => `UNDECLARED_${index}`);
const readable = (main: string[], second: string[]) => ({
  "ai-cherry/sophia-main": main,
  "ai-cherry/second-carrier": second,
});

describe("someone else's secrets, with two carriers", function () {
  this.timeout(60_000);

  it("are counted whoever granted them, page by page: what has no place left goes to the other carrier", async () => {
    const run = await runProgram({
      catalog: CATALOG,
      stacks,
      readable: readable(undeclared(100), ["KEY_1"]),
    });
    assert.equal(run.error, undefined);
    const lists = ofType(run.resources, TYPES.slotRepositories);
    assert.equal(lists.length, 12);
    for (const { inputs } of lists)
      assert.deepEqual(inputs.selectedRepositoryIds, [REPOSITORY_IDS["second-carrier"]]);
    const asked = run.calls.filter(({ inputs }) => /organization-secrets/.test(String(inputs.endpoint)));
    assert.equal(asked.length, 3, "the full page is followed by another");
  });

  it("stop the run where they leave no place at all, with the remedy", async () => {
    const run = await runProgram({
      catalog: CATALOG,
      stacks,
      readable: readable(undeclared(95), undeclared(95)),
    });
    assert.match(
      run.error?.message ?? "",
      /and 2 of the catalog would lie beyond.*over 3 carriers: create 1 more/,
    );
  });

  it("are not guessed: a carrier that GitHub does not show stops the run by name", async () => {
    const run = await runProgram({ catalog: CATALOG, stacks, readable: { "ai-cherry/sophia-main": [] } });
    assert.match(
      run.error?.message ?? "",
      /repository ai-cherry\/second-carrier: GitHub does not list the secrets its workflows can use \(404\)\. Remedy: /,
    );
  });
});
