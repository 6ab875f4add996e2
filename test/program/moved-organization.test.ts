import assert from "node:assert/strict";
import { committedConfig, runProgram } from "./run-program";

const URN = "urn:pulumi:production::sophia-secrets::sophia-secrets:github:Organization::ai-cherry";

describe("a config that names another stack as the organization's", function () {
  this.timeout(60_000);
  const moved = (stack: string) => ({ ...committedConfig(stack), organizationStack: "staging" });
  const run = (state: Record<string, Record<string, unknown>>, preview: boolean) =>
    runProgram({
      stack: "production",
      stacks: { production: moved("production"), staging: moved("staging") },
      state,
      preview,
    });

  for (const preview of [true, false])
    it(`stops ${preview ? "a preview" : "an up"} of the stack that has its objects, before anything is declared`, async () => {
      const { error, said, resources } = await run({ [URN]: {} }, preview);
      const told = [...said, error?.message ?? ""].join("\n");
      assert.match(told, /organization-moved\] config organizationStack: names staging/);
      assert.match(told, /pulumi config set organizationStack production; to move them to staging/);
      // Nothing that a service has: providers and components alone.
      assert.deepEqual(
        resources.filter(({ type }) => /^(github|pulumiservice):/.test(type)).map(({ name }) => name),
        [],
      );
    });

  it("stops no stack that has none of them", async () => {
    const { error } = await run({}, false);
    assert.equal(error, undefined);
  });
});
