import assert from "node:assert/strict";
import type { Catalog, Entry } from "../../src/catalog/entry";
import { committedConfig, type ProgramRun, runProgram, type StackConfig } from "./run-program";

const production = committedConfig("production");
const staging = committedConfig("staging");

/** The refusal's text; fails unless nothing at all was declared. */
function refusal(run: ProgramRun): string {
  assert.ok(run.error !== undefined, "it was accepted");
  assert.equal(run.error.constructor.name, "RunError"); // printed without a stack trace
  const declared = run.resources.filter((each) => each.type !== "pulumi:pulumi:Stack");
  assert.deepEqual(declared, []);
  assert.deepEqual(run.calls, []);
  return run.error.message;
}

function assertNames(text: string, problems: readonly RegExp[]): void {
  const [heading = "", ...lines] = text.split("\n");
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  assert.equal(heading, `Nothing was declared: ${count}`);
  for (const problem of problems) {
    assert.ok(
      lines.some((line) => problem.test(line)),
      `${problem} is not in\n${text}`,
    );
  }
  for (const line of lines) assert.match(line, /^ {2}\[[a-z-]+\] .+: .+\. Remedy: .+$/);
}

const ofConfig = (stacks: Record<string, StackConfig>) => runProgram({ stacks });

describe("bad config", function () {
  this.timeout(60_000);

  it("is refused with every problem in one error", async () => {
    const { application: _, ...withoutApplication } = production;
    const bad = {
      ...withoutApplication,
      aplication: "sophia-ai",
      carriers: [],
      branch: "no spaces",
      pulumiApiUrl: "https://api.example.com/path",
      syncAuthentication: "hope",
    };
    assertNames(refusal(await ofConfig({ production: bad, staging })), [
      /config aplication: is not a key of this program/,
      /config application: is missing/,
      /config carriers: must name at least one/,
      /config branch: must be/,
      /config pulumiApiUrl: must have no path/,
      /config syncAuthentication: /,
    ]);
  });

  for (const key of [
    "githubOrganization",
    "pulumiOrganization",
    "application",
    "appRoot",
    "environments",
    "organizationStack",
    "carriers",
  ]) {
    it(`is refused without ${key}`, async () => {
      const bad = Object.fromEntries(Object.entries(production).filter(([each]) => each !== key));
      const text = refusal(await ofConfig({ production: bad, staging }));
      assertNames(text, [new RegExp(`config ${key}: is missing`)]);
    });
  }

  it("never quotes a value: a secret pasted into the wrong key stays unprinted", async () => {
    const canary = "pul-canary with a space";
    for (const key of Object.keys(production)) {
      const run = await ofConfig({ production: { ...production, [key]: canary }, staging });
      assert.ok(!refusal(run).includes("canary"), key);
    }
  });

  it("is refused when two stacks own the organization", async () => {
    const run = await ofConfig({ production, staging: { ...staging, organizationStack: "staging" } });
    assertNames(refusal(run), [
      /config organizationStack: the stacks disagree .*production says production, staging says staging/,
    ]);
  });

  it("is refused when no stack owns the organization", async () => {
    const nobody = { organizationStack: "platform" };
    const run = await ofConfig({
      production: { ...production, ...nobody },
      staging: { ...staging, ...nobody },
    });
    assertNames(refusal(run), [
      /config organizationStack: names the stack platform, which has no Pulumi\.platform/,
    ]);
  });

  it("is refused when two stacks own an environment, and when none does", async () => {
    const twice = { ...staging, environments: ["staging", "production"] };
    assertNames(refusal(await ofConfig({ production, staging: twice })), [
      /environment development: no stack owns it/,
      /environment production: the stacks production and staging both own it/,
    ]);
  });

  it("is refused when it names an environment the catalog does not have", async () => {
    const run = await ofConfig({
      production: { ...production, environments: ["production", "demo"] },
      staging,
    });
    assertNames(refusal(run), [
      /stack production: owns the environment demo, which the catalog does not have/,
    ]);
  });

  it("is refused with half an account for the registry", async () => {
    const run = await ofConfig({ production: { ...production, dockerUsername: "someone" }, staging });
    assertNames(refusal(run), [/config dockerUsername and dockerPassword: only one of them is set/]);
  });
});

function catalogOf(...secrets: Entry[]): Catalog {
  const groups = { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } };
  return { environments: ["development", "staging", "production"], groups, secrets };
}

const key = (name: string, more: Partial<Entry> = {}): Entry => ({ name, group: "keys", ...more });

describe("a bad catalog", function () {
  this.timeout(60_000);

  const cases: [string, Catalog, RegExp[]][] = [
    [
      "one name in two spellings",
      catalogOf(key("OPENAI_API_KEY"), key("openai_api_key", { appKey: "other" })),
      [/openai_api_key: is not a name GitHub stores/, /OPENAI_API_KEY: means several entries at once/],
    ],
    [
      "two entries on one path",
      catalogOf(key("FIRST"), key("SECOND", { path: "first" })),
      [/SECOND: has the same ESC path first as FIRST|FIRST: has the same ESC path first as SECOND/],
    ],
    [
      "a path inside someone else's value",
      catalogOf(key("OUTER", { path: "outer" }), key("INNER", { path: "outer.inner" })),
      [/INNER: its ESC path outer\.inner lies inside outer, which is the value of OUTER/],
    ],
    [
      "a name GitHub refuses",
      catalogOf(key("GITHUB_TOKEN")),
      [/GITHUB_TOKEN: GitHub refuses .* Remedy: call it GH_TOKEN/],
    ],
    [
      "a name that begins with a digit",
      catalogOf(key("1ST_KEY", { appKey: "first_key" })),
      [/1ST_KEY: is not a name/],
    ],
    [
      "an unknown group",
      catalogOf(key("LOST", { group: "nowhere" })),
      [/LOST: names an unknown group: nowhere/],
    ],
    [
      "aliases that go round in a circle",
      catalogOf(key("FIRST", { aliases: ["SECOND"] }), key("SECOND", { aliases: ["FIRST"] })),
      [/FIRST: means several entries at once/, /SECOND: means several entries at once/],
    ],
    ["an entry that is its own alias", catalogOf(key("SELF", { aliases: ["SELF"] })), [/SELF: is 2 times/]],
    [
      "an environment that is not there",
      catalogOf(key("LOST", { environments: ["demo"] })),
      [/LOST: names an unknown environment: demo/],
    ],
  ];
  for (const [what, catalog, problems] of cases) {
    it(`is refused: ${what}`, async () => {
      assertNames(refusal(await runProgram({ catalog })), problems);
    });
  }

  it("is refused together with the config's problems between stacks", async () => {
    const catalog = catalogOf(key("GITHUB_TOKEN"), key("LOST", { group: "nowhere" }));
    const stacks = { production, staging: { ...staging, environments: ["staging"] } };
    assertNames(refusal(await runProgram({ catalog, stacks })), [
      /GITHUB_TOKEN/,
      /LOST/,
      /environment development/,
    ]);
  });
});
