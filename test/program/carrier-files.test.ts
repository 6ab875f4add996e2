import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Declared, ofType, TYPES } from "./declared";
import { BUNDLE, committedConfig, runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

const CARRIER = "sophia-secrets:github:Carrier";
const production = committedConfig("production");
const staging = committedConfig("staging");

async function files(change: Record<string, unknown> = {}): Promise<Declared[]> {
  const stacks = { production: { ...production, ...change }, staging: { ...staging, ...change } };
  const run = await runProgram({ stacks, catalog: SMALL });
  assert.equal(run.error, undefined);
  return ofType(run.resources, TYPES.file);
}

interface Job {
  environment: string;
  permissions: Record<string, string>;
  steps: { run?: string; uses?: string; env?: Record<string, string> }[];
}

describe("files of a carrier", function () {
  this.timeout(60_000);
  let workflow: Declared;
  let script: Declared;

  before(async () => {
    const [first, second] = await files();
    assert.ok(first !== undefined && second !== undefined);
    [workflow, script] = [first, second];
  });

  it("are said in a preview to start by pushes alone, where their branch is not the repository's default", async () => {
    const said = async (branch: string, preview = true) => {
      const change = { branch };
      const stacks = { production: { ...production, ...change }, staging: { ...staging, ...change } };
      const run = await runProgram({ stacks, catalog: SMALL, preview });
      return run.said.filter((line) => line.includes("default branch"));
    };
    assert.deepEqual(await said("release"), [
      "warning: [carrier-branch-differs] carrier ai-cherry/sophia-main: its default branch is main, and the workflow is committed to release: GitHub starts it there neither daily nor by hand. Remedy: set branch to main in every stack's config, or make release the repository's default branch",
    ]);
    assert.deepEqual([await said("main"), await said("release", false)], [[], []]);
  });

  it("are the workflow and the one script it runs, on the config's branch", () => {
    const place = ({ inputs }: Declared) => [inputs.repository, inputs.branch, inputs.file];
    assert.deepEqual(place(workflow), ["sophia-main", "main", ".github/workflows/sync_secrets.yml"]);
    assert.deepEqual(place(script), ["sophia-main", "main", "scripts/ci/sync_secrets.cjs"]);
  });

  it("are committed in the order that a push needs: script, then workflow", () => {
    assert.ok(workflow.dependencies.some((urn) => urn.endsWith("scripts/ci/sync_secrets.cjs")));
  });

  it("are committed after the environments that a run writes to", async () => {
    const { resources } = await runProgram({ catalog: SMALL });
    const carrier = resources.find((each) => each.type === CARRIER);
    const environments = ofType(resources, TYPES.environment).map((each) => each.name);
    assert.equal(environments.length, 4);
    for (const name of environments) {
      const found = carrier?.dependencies.some((urn) => urn.endsWith(`${TYPES.environment}::${name}`));
      assert.ok(found, name);
    }
  });

  it("never take the place of a file that people put there, and never commit again for a message alone", () => {
    for (const each of [workflow, script]) {
      assert.equal(each.inputs.overwriteOnCreate, undefined);
      assert.deepEqual(each.ignoreChanges.toSorted(), [
        "commitAuthor",
        "commitEmail",
        "commitMessage",
        "overwriteOnCreate",
      ]);
    }
  });

  it("give each environment a job that reads exactly its secrets, by name, aliases included", () => {
    const { jobs, permissions } = parse(String(workflow.inputs.content)) as {
      jobs: Record<string, Job>;
      permissions: object;
    };
    assert.deepEqual(permissions, {});
    assert.deepEqual(Object.keys(jobs), ["development", "staging", "production"]);
    for (const [name, job] of Object.entries(jobs)) {
      assert.equal(job.environment, name);
      assert.deepEqual(job.permissions, {
        contents: "read",
        actions: "read",
        "id-token": "write",
      });
      const step = job.steps.at(-1);
      assert.match(step?.run ?? "", /\nnode sync_secrets\.cjs\n$/);
      const read = Object.entries(step?.env ?? {}).filter(([, value]) => value.includes("secrets."));
      for (const [key, value] of read) assert.equal(value, `\${{ secrets.${key} }}`);
      const keys = ["ALIASED_KEY", "OLDER_KEY", "OLD_KEY", "OPEN_KEY", "OWN_READERS_KEY"];
      assert.deepEqual(
        read.map(([key]) => key),
        name === "production" ? [...keys, "PRIVATE_KEY"] : keys,
      );
    }
  });

  it("use no action", () => {
    assert.doesNotMatch(String(workflow.inputs.content), /uses:/);
  });

  it("carry the bundle unchanged below the catalog, which the script can read as it stands", () => {
    const content = String(script.inputs.content);
    assert.ok(content.endsWith(`\n${BUNDLE}`));
    const json = /const JOB_CATALOG = (\{[\s\S]*?\n\});/.exec(content)?.[1];
    const job = JSON.parse(json ?? "") as { secrets: { name: string }[]; targets: { team: string }[] };
    assert.deepEqual(
      job.secrets.map((secret) => secret.name),
      ["ALIASED_KEY", "OPEN_KEY", "OWN_READERS_KEY", "PRIVATE_KEY"],
    );
    assert.deepEqual(
      job.targets.map((target) => target.team),
      ["sophia-ai-development-sync", "sophia-ai-staging-sync", "sophia-ai-production-sync"],
    );
  });

  it("of several carriers share the secrets: each in one workflow, granted to that carrier and to those it names", async () => {
    const change = { carriers: ["sophia-main", "second-carrier"] };
    const stacks = { production: { ...production, ...change }, staging: { ...staging, ...change } };
    const { resources } = await runProgram({ stacks, catalog: SHARED });
    const readers = ofType(resources, TYPES.slotRepositories);
    const named = ofType(resources, TYPES.file)
      .filter((each) => each.inputs.file === ".github/workflows/sync_secrets.yml")
      .map((each) => {
        const workflow = parse(String(each.inputs.content)) as { jobs: Record<string, Job> };
        const env = workflow.jobs.production?.steps.flatMap((step) => Object.keys(step.env ?? {})) ?? [];
        return { carrier: each.inputs.repository, names: env.filter((name) => name.startsWith("KEY_")) };
      });
    assert.equal(named.length, 2);
    for (const { carrier, names } of named) {
      assert.ok(names.length > 5, `${carrier} has ${names.length}`);
      for (const name of names) {
        const granted = readers.find((each) => each.name === name)?.inputs.selectedRepositoryIds;
        assert.deepEqual(granted, [carrier === "sophia-main" ? 4711 : 4712], name);
      }
    }
    const all = named.flatMap(({ names }) => names).sort();
    assert.deepEqual(all, SHARED.secrets.map(({ name }) => name).sort());
  });
});

const SHARED = {
  ...SMALL,
  secrets: Array.from({ length: 30 }, (_, index) => ({ name: `KEY_${index}`, group: "keys" as const })),
};
