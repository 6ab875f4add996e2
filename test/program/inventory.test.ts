import assert from "node:assert/strict";
import { catalog } from "../../secrets/catalog";
import { type Declared, ofType, TYPES } from "./declared";
import { type ProgramRun, runProgram } from "./run-program";

const GROUPS = Object.keys(catalog.groups);
const GITHUB = "github:";
const isSeparate = (secret: Secret) => "perEnvironment" in secret && secret.perEnvironment;
type Secret = (typeof catalog.secrets)[number];
/** Names of the secrets with a value per environment. */
const SEPARATE = catalog.secrets.filter(isSeparate).map(({ name }) => name);
const slotsIn = (environment: string) => SEPARATE.map((name) => `sophia-main/${environment}/${name}`).sort();

function count(resources: readonly Declared[], type: string): number {
  return ofType(resources, type).length;
}

describe("what each stack declares", function () {
  this.timeout(60_000); // the first one loads the provider SDKs
  let production: ProgramRun;
  let staging: ProgramRun;

  before(async () => {
    production = await runProgram({ stack: "production" });
    staging = await runProgram({ stack: "staging" });
  });

  it("gives production the organization: a slot and its readers per secret, the files of carrier and application, one issuer", () => {
    assert.equal(production.error, undefined);
    const shared = catalog.secrets.filter((secret) => !isSeparate(secret));
    const names = shared.map((secret) => secret.name).sort();
    const slots = ofType(production.resources, TYPES.slot).map((slot) => slot.inputs.secretName);
    assert.deepEqual(slots, names);
    const readers = ofType(production.resources, TYPES.slotRepositories);
    assert.deepEqual(
      readers.map((each) => each.inputs.secretName),
      names,
    );
    for (const each of readers) assert.deepEqual(each.inputs.selectedRepositoryIds, [4711], each.name);
    assert.deepEqual(
      ofType(production.resources, TYPES.file).map((file) => `${file.inputs.repository} ${file.inputs.file}`),
      [
        "sophia-main .github/workflows/sync_secrets.yml",
        "sophia-main backend/core/auto_esc_config.py",
        "sophia-main scripts/ci/sync_secrets.cjs",
      ],
    );
    assert.equal(count(production.resources, TYPES.issuer), 1);
  });

  it("gives what servers of our own check a value per environment: passwords and the signing key", () => {
    assert.deepEqual(SEPARATE, ["POSTGRES_PASSWORD", "REDIS_PASSWORD", "JWT_SECRET", "GRAFANA_PASSWORD"]);
    const declared = ofType(production.resources, TYPES.environmentSecret).map(({ name }) => name);
    assert.deepEqual(declared, slotsIn("production"));
  });

  it("gives staging its environments in GitHub with their secrets alone, and asks GitHub for its carrier alone", () => {
    assert.equal(staging.error, undefined);
    const own = [TYPES.repositoryEnvironment, TYPES.deploymentPolicy, TYPES.environmentSecret];
    const inGitHub = staging.resources.filter((each) => each.type.startsWith(GITHUB));
    assert.deepEqual([...new Set(inGitHub.map(({ type }) => type))].sort(), [...own].sort());
    assert.deepEqual(
      ofType(inGitHub, TYPES.environmentSecret).map(({ name }) => name),
      [...slotsIn("development"), ...slotsIn("staging")],
    );
    assert.equal(count(staging.resources, TYPES.issuer), 0);
    assert.deepEqual(
      staging.calls.filter(({ token }) => token.startsWith(GITHUB)).map(({ inputs }) => inputs.name),
      ["sophia-main"],
    );
    // Registered all the same: a stack that lost the organization would otherwise be told of unknown hooks.
    assert.deepEqual(staging.hooks, production.hooks);
  });

  for (const [stack, environments, own, policyTeams] of [
    ["production", ["production"], ["sophia-ai-production-for-database-admin"], 3],
    ["staging", ["development", "staging"], [], 3],
  ] as const) {
    it(`gives ${stack} the environments ${environments.join(" and ")}, and no other`, () => {
      const run = stack === "production" ? production : staging;
      const expected = environments.flatMap((environment) => [
        `sophia-ai-${environment}`,
        `sophia-ai-${environment}-ledger`,
        ...GROUPS.map((group) => `sophia-ai-${environment}-${group}`),
      ]);
      expected.push(...own);
      const declared = ofType(run.resources, TYPES.environment).map((each) => String(each.inputs.name));
      assert.deepEqual(declared.sort(), expected.sort());
      // The application's, the sync's, and one for each policy with people in each of its environments.
      assert.equal(count(run.resources, TYPES.team), environments.length * 2 + policyTeams);
    });
  }

  it("asks GitHub for each carrier's id once, however many secrets there are", () => {
    const asked = production.calls.filter((call) => call.token.includes("getRepository:"));
    assert.deepEqual(
      asked.map((call) => call.inputs.name),
      ["sophia-main"],
    );
  });

  it("declares each resource once", () => {
    for (const run of [production, staging]) {
      const ids = run.resources.map((each) => `${each.parent} ${each.type} ${each.name}`);
      assert.equal(new Set(ids).size, ids.length);
    }
  });

  it("declares custom resources below a component each, so that the tree shows what belongs together", () => {
    for (const each of production.resources.filter((one) => one.custom)) {
      if (each.type.startsWith("pulumi:providers:")) continue;
      assert.match(each.parent, /sophia-secrets:/, each.name);
    }
  });

  it("uses no image registry unless the config asks for it", () => {
    assert.deepEqual(production.outputs.images, {});
    assert.equal(count(production.resources, "pulumi:providers:docker"), 0);
  });
});
