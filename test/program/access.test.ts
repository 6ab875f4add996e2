import assert from "node:assert/strict";
import { ofType, TYPES } from "./declared";
import { type ProgramRun, runProgram } from "./run-program";

const GROUPS = [
  "api-keys",
  "database-credentials",
  "infrastructure-credentials",
  "integration-credentials",
  "security-tokens",
];

/** Team to `level environment`, sorted. */
function matrix(run: ProgramRun): Record<string, string[]> {
  const rights: Record<string, string[]> = {};
  for (const { inputs } of ofType(run.resources, TYPES.permission)) {
    assert.equal(inputs.organization, "scoobyjava-org");
    assert.equal(inputs.project, "default");
    const team = String(inputs.team);
    rights[team] = [...(rights[team] ?? []), `${inputs.permission} ${inputs.environment}`].sort();
  }
  return rights;
}

describe("access", function () {
  this.timeout(60_000);
  let run: ProgramRun;

  before(async () => {
    run = await runProgram();
  });

  it("gives each team what its work needs and nothing else", () => {
    const values = GROUPS.map((group) => `sophia-ai-production-${group}`);
    const expected: Record<string, string[]> = {
      "sophia-ai-production-application": ["sophia-ai-production", ...values].map((each) => `open ${each}`),
      "sophia-ai-production-sync": [...values, "sophia-ai-production-ledger"]
        .map((each) => `write ${each}`)
        .sort(),
      "sophia-ai-production-api-keys": ["open sophia-ai-production-api-keys"],
      "sophia-ai-production-security-tokens": ["open sophia-ai-production-security-tokens"],
      // Pulumi Cloud takes team names of 40 characters at most.
      "sophia-ai-production-database-cre-217a48": ["open sophia-ai-production-database-credentials"],
      "sophia-ai-production-infrastructu-d4873b": ["open sophia-ai-production-infrastructure-credentials"],
      "sophia-ai-production-integration--a706ba": ["open sophia-ai-production-integration-credentials"],
    };
    assert.deepEqual(matrix(run), expected);
  });

  it("never grants admin, and never a right on another environment's secrets", async () => {
    const staging = await runProgram({ stack: "staging" });
    for (const [team, rights] of [...Object.entries(matrix(run)), ...Object.entries(matrix(staging))]) {
      const environment = /^sophia-ai-(development|staging|production)-/.exec(team)?.[1];
      assert.ok(environment !== undefined, team);
      for (const right of rights) {
        assert.match(right, /^(open|write) /, team);
        assert.match(right, new RegExp(`^\\S+ sophia-ai-${environment}(-|$)`), team);
      }
    }
  });

  it("lets nobody but the sync write, and lets the sync see no composite", () => {
    for (const [team, rights] of Object.entries(matrix(run))) {
      const writes = rights.some((right) => right.startsWith("write"));
      assert.equal(writes, team.endsWith("-sync"), team);
    }
    const sync = matrix(run)["sophia-ai-production-sync"] ?? [];
    assert.ok(!sync.some((right) => right.endsWith(" sophia-ai-production")));
  });

  it("names teams within Pulumi Cloud's 40 characters, each once, and leaves their members to people", () => {
    const teams = ofType(run.resources, TYPES.team);
    const names = teams.map((team) => String(team.inputs.name));
    assert.equal(new Set(names).size, names.length);
    for (const team of teams) {
      assert.ok(String(team.inputs.name).length <= 40, team.name);
      assert.ok(team.ignoreChanges.includes("members"), team.name);
      assert.equal(team.inputs.members, undefined, team.name);
    }
  });

  it("grants on what is there: after the environments and after the team", () => {
    for (const each of ofType(run.resources, TYPES.permission)) {
      const waitsFor = each.dependencies.join(" ");
      assert.match(waitsFor, /pulumiservice:index:Team::/, each.name);
    }
    for (const each of run.resources.filter((one) => one.type === "sophia-secrets:esc:TeamAccess")) {
      const environments = each.dependencies.filter((urn) => urn.includes(TYPES.environment));
      assert.equal(environments.length, 7, each.name);
    }
  });
});
