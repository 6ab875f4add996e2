import assert from "node:assert/strict";
import { ofType, TYPES } from "./declared";
import { runProgram } from "./run-program";

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
});
