import assert from "node:assert/strict";
import { catalog } from "../../secrets/catalog";
import { SENTINEL } from "../../src/catalog/layout";
import { TYPES } from "./declared";
import { committedConfig, type ProgramRun, runProgram } from "./run-program";

const CANARY = "canary-7f3a-of-the-registry";
const TOKENS = { GITHUB_TOKEN: "ghp_canary-of-github", PULUMI_ACCESS_TOKEN: "pul-canary-of-pulumi" };

describe("secrecy", function () {
  this.timeout(60_000);
  let run: ProgramRun;

  before(async () => {
    const production = {
      ...committedConfig("production"),
      resolveImages: true,
      dockerUsername: "scoobyjava15",
    };
    const before = { ...process.env };
    Object.assign(process.env, TOKENS);
    run = await runProgram({
      stacks: { production, staging: committedConfig("staging") },
      secretConfig: { dockerPassword: CANARY },
    });
    process.env = before;
    assert.equal(run.error, undefined);
  });

  it("hands no token of the person who runs it to the state: the plugins read them themselves", () => {
    for (const each of run.resources) {
      for (const token of Object.values(TOKENS)) assert.ok(!each.wire.includes(token), each.name);
    }
  });

  it("marks the one value the program knows, the registry's password, secret wherever it goes", () => {
    const holders = run.resources.filter((each) => each.wire.includes(CANARY));
    assert.deepEqual(
      holders.map((each) => each.type),
      ["pulumi:providers:docker"],
    );
    for (const each of holders) assert.ok(each.wire.includes("1b47061264138c4ac30d75fd1eb44270"));
  });

  it("has the placeholder in slots, and in no ESC text and no file but loaders", () => {
    const holders = run.resources.filter((each) => {
      // The job's code and a loader know it to refuse it; the code is not what is looked at here.
      const isLoader = each.inputs.file === "backend/core/auto_esc_config.py";
      return !isLoader && JSON.stringify(each.inputs).includes(SENTINEL);
    });
    assert.deepEqual([...new Set(holders.map((each) => each.type))].sort(), [
      TYPES.environmentSecret,
      TYPES.slot,
    ]);
  });

  it("gives out names, counts and digests, never a value", () => {
    const { outputs } = run;
    assert.deepEqual(Object.keys(outputs).sort(), ["compositeEnvironments", "counts", "images", "workflows"]);
    const text = JSON.stringify(outputs);
    assert.ok(!text.includes(CANARY) && !text.includes(SENTINEL));
    assert.deepEqual(outputs.compositeEnvironments, { production: "default/sophia-ai-production" });
    assert.deepEqual(outputs.workflows, ["ai-cherry/sophia-main/.github/workflows/sync_secrets.yml"]);
    assert.deepEqual(outputs.images, { backend: "docker.io/scoobyjava15/sophia-ai@sha256:abc" });
    assert.deepEqual(outputs.counts, { secrets: catalog.secrets.length, groups: 5, environments: 1 });
  });
});
