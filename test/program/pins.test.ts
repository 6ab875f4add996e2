import assert from "node:assert/strict";
import { parse } from "yaml";
import { ofType, TYPES } from "./declared";
import { committedConfig, runProgram } from "./run-program";

const pinned = (compositeTags: object) => ({
  stacks: {
    production: { ...committedConfig("production"), compositeTags },
    staging: committedConfig("staging"),
  },
});

describe("composites pinned to a tag", function () {
  this.timeout(60_000);

  it("import each group at it, those of audiences too, and every preview says what applications do not get", async () => {
    const run = await runProgram(pinned({ production: "run-123" }));
    assert.equal(run.error, undefined);
    const texts = ofType(run.resources, TYPES.environment).map(({ inputs }) => String(inputs.yaml));
    const imports = texts.flatMap((text) => (parse(text) as { imports?: string[] } | null)?.imports ?? []);
    assert.ok(imports.length >= 5);
    for (const each of imports) assert.match(each, /^default\/sophia-ai-production-[a-z-]+@run-123$/);
    assert.ok(
      run.said.some((text) =>
        /^warning: \[composites-pinned\] config compositeTags: pins production to run-123; applications there get no newer/.test(
          text,
        ),
      ),
      run.said.join("\n"),
    );
  });

  it("are refused for another stack's environment and at a revision's number, before anything is declared", async () => {
    const run = await runProgram(pinned({ staging: "run-1", production: "7" }));
    assert.match(
      run.error?.message ?? "",
      /config compositeTags\.staging: this stack does not own the environment/,
    );
    assert.match(
      run.error?.message ?? "",
      /config compositeTags\.production: is not a tag that all groups can have: 7/,
    );
    assert.deepEqual(run.calls, []);
  });
});
