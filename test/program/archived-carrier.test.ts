import assert from "node:assert/strict";
import { catalog as committed } from "../../secrets/catalog";
import { ofType, TYPES } from "./declared";
import { committedConfig, runProgram } from "./run-program";

describe("a carrier that people archived in GitHub", function () {
  this.timeout(60_000);

  for (const preview of [true, false]) {
    it(`stops ${preview ? "a preview" : "an up"} before anything is declared, with the command that undoes it`, async () => {
      const { resources, said, error } = await runProgram({ preview, archived: ["sophia-main"] });
      const told = [...said, error?.message ?? ""].join("\n");
      assert.match(told, /github-repository-archived.*gh repo unarchive ai-cherry\/sophia-main/);
      assert.deepEqual(ofType(resources, TYPES.slot), []);
    });
  }

  it("stops also where the sync trusts nobody, and the stack of another environment", async () => {
    const config = (stack: string) => ({ ...committedConfig(stack), syncAuthentication: "token" });
    const stacks = { production: config("production"), staging: config("staging") };
    for (const stack of ["production", "staging"]) {
      const { said, error } = await runProgram({ stack, stacks, archived: ["sophia-main"] });
      assert.match([...said, error?.message ?? ""].join("\n"), /github-repository-archived/);
    }
  });

  it("stops no stack when it is only given access", async () => {
    const catalog = {
      ...committed,
      secrets: committed.secrets.map((entry, index) =>
        index === 0 ? { ...entry, repositories: ["second-carrier"] } : entry,
      ),
    };
    const { error } = await runProgram({ catalog, archived: ["second-carrier"] });
    assert.equal(error, undefined);
  });
});
