import assert from "node:assert/strict";
import { defineCatalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { ofType, TYPES } from "./declared";
import { committedConfig, type ProgramRun, runProgram } from "./run-program";

const CATALOG = defineCatalog({
  environments: ["development", "staging", "production"],
  groups: { keys: { description: "Keys", rotationDays: 90, owner: "Ops" } },
  secrets: [
    { name: "DATABASE_URL", group: "keys", perEnvironment: true, environments: ["staging", "production"] },
    { name: "REGION", group: "keys", perEnvironment: true, value: "config", environments: ["production"] },
    { name: "SHARED_KEY", group: "keys" },
    { name: "GOING_KEY", group: "keys", perEnvironment: true, tombstone: "2999-01-01" },
    { name: "GONE_KEY", group: "keys", perEnvironment: true, tombstone: "2000-01-01" },
  ],
});
/** One value for all environments. */
const SHARED = {
  ...CATALOG,
  secrets: CATALOG.secrets.filter((secret) => !("perEnvironment" in secret)),
};
const VALUES = { values: JSON.stringify({ REGION: "eu" }) };

describe("reviewers of a stack's environments", function () {
  this.timeout(60_000);

  it("review every carrier's jobs, also where no secret has a value of its own", async () => {
    const own = { ...committedConfig("production"), environmentReviewers: ["security"] };
    const carriers = ["sophia-main", "second-carrier"];
    const stacks = {
      production: { ...own, carriers },
      staging: { ...committedConfig("staging"), carriers },
    };
    const { resources, error } = await runProgram({ catalog: SHARED, stacks });
    assert.equal(error, undefined);
    const declared = ofType(resources, TYPES.repositoryEnvironment);
    assert.deepEqual(
      declared.map(({ name, inputs }) => [name, inputs.reviewers]),
      ["second-carrier/production", "sophia-main/production"].map((name) => [name, [{ teams: [77] }]]),
    );
    assert.equal(ofType(resources, TYPES.deploymentPolicy).length, 2);
    assert.deepEqual(ofType(resources, TYPES.environmentSecret), []);
  });

  it("are declared nowhere when there are none", async () => {
    const { resources } = await runProgram({ catalog: SHARED });
    assert.deepEqual(ofType(resources, TYPES.repositoryEnvironment), []);
  });
});

describe("secrets with a value per environment", function () {
  this.timeout(60_000);
  let production: ProgramRun;
  let staging: ProgramRun;

  before(async () => {
    production = await runProgram({ catalog: CATALOG, secretConfig: VALUES });
    staging = await runProgram({ catalog: CATALOG, stack: "staging" });
    assert.equal(production.error, undefined);
    assert.equal(staging.error, undefined);
  });

  const namesOf = (run: ProgramRun, type: string) => ofType(run.resources, type).map((each) => each.name);

  it("are secrets of the carrier's environments, in the stack that owns the environment; the organization has none", () => {
    assert.deepEqual(namesOf(production, TYPES.environmentSecret), [
      "sophia-main/production/DATABASE_URL",
      "sophia-main/production/GOING_KEY",
      "sophia-main/production/REGION",
    ]);
    assert.deepEqual(namesOf(staging, TYPES.environmentSecret), [
      "sophia-main/development/GOING_KEY",
      "sophia-main/staging/DATABASE_URL",
      "sophia-main/staging/GOING_KEY",
    ]);
    assert.deepEqual(namesOf(production, TYPES.slot), ["SHARED_KEY"]);
    assert.deepEqual(namesOf(staging, TYPES.slot), []);
  });

  it("hold the placeholder behind the same guards", () => {
    const [slot, going, configured] = ofType(production.resources, TYPES.environmentSecret);
    assert.equal(slot?.inputs.value, SENTINEL);
    assert.deepEqual(slot?.ignoreChanges, ["value", "remoteUpdatedAt"]);
    assert.deepEqual([slot?.protect, slot?.retainOnDelete], [true, true]);
    assert.deepEqual(slot?.hooks, {
      beforeCreate: ["refuse-to-overwrite-existing-secret"],
      beforeUpdate: ["refuse-to-update-slot"],
      others: ["refuse-to-delete-slot"],
    });
    assert.deepEqual([going?.protect, going?.retainOnDelete], [false, false]);
    assert.deepEqual(going?.hooks.others, ["delete-slot-when-tombstone-is-due"]);
    assert.equal(configured?.inputs.value, "eu");
    assert.deepEqual(configured?.hooks.beforeUpdate, ["refuse-to-update-value-of-person"]);
  });

  it("stand in environments that the carrier's branch alone may use, and that no run deletes", () => {
    const [environment] = ofType(production.resources, TYPES.repositoryEnvironment);
    assert.equal(environment?.name, "sophia-main/production");
    assert.deepEqual(environment.inputs, {
      repository: "sophia-main",
      environment: "production",
      deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
    });
    const [policy] = ofType(production.resources, TYPES.deploymentPolicy);
    for (const each of [environment, policy])
      assert.deepEqual([each?.protect, each?.retainOnDelete], [true, true]);
    assert.deepEqual(policy?.inputs, {
      repository: "sophia-main",
      environment: "production",
      branchPattern: "main",
    });
  });

  it("wait for approval by the teams of the config", async () => {
    const stacks = {
      production: { ...committedConfig("production"), environmentReviewers: ["security"] },
      staging: committedConfig("staging"),
    };
    const run = await runProgram({ catalog: CATALOG, stacks, secretConfig: VALUES });
    const [environment] = ofType(run.resources, TYPES.repositoryEnvironment);
    assert.deepEqual(environment?.inputs.reviewers, [{ teams: [77] }]);
    assert.ok(!environment?.ignoreChanges.includes("reviewers"));
  });

  it("keep the reviewers and the timer that people set in GitHub where the config names none", () => {
    const [environment] = ofType(production.resources, TYPES.repositoryEnvironment);
    assert.deepEqual(environment?.ignoreChanges, [
      "reviewers",
      "waitTimer",
      "preventSelfReview",
      "canAdminsBypass",
    ]);
  });

  it("import the environment and the branch rule that stand in GitHub and not in the state, and ask nothing else", async () => {
    const protection = {
      "/environments/production": { name: "production" },
      "/environments/production/deployment-branch-policies?per_page=100": {
        branch_policies: [
          { id: 1, name: "main", type: "tag" },
          { id: 2, name: "main", type: "branch" },
        ],
      },
    };
    const of = async (state?: Record<string, Record<string, unknown>>) => {
      const shown = state === undefined ? {} : { state };
      const run = await runProgram({ catalog: CATALOG, secretConfig: VALUES, protection, ...shown });
      assert.equal(run.error, undefined);
      const declared = [TYPES.repositoryEnvironment, TYPES.deploymentPolicy].flatMap((type) =>
        ofType(run.resources, type),
      );
      const asked = run.calls.filter(({ inputs }) =>
        /environments\/production($|\/dep)/.test(`${inputs.endpoint}`),
      );
      return [declared.map(({ importId }) => importId), asked.length];
    };
    const imported = ["sophia-main:production", "sophia-main:production:2"];
    assert.deepEqual(await of({}), [imported, 2]);
    const known = [TYPES.repositoryEnvironment, TYPES.deploymentPolicy].map((type) => [
      `urn:pulumi:production::sophia-secrets::${type}::sophia-main/production`,
      {},
    ]);
    assert.deepEqual(await of(Object.fromEntries(known)), [["", ""], 0]);
    assert.deepEqual(await of(), [["", ""], 0]);
  });

  it("make nothing where no entry asks for them", async () => {
    const run = await runProgram({ catalog: SHARED });
    assert.deepEqual(namesOf(run, TYPES.repositoryEnvironment), []);
  });

  it("need their stack's config, not the organization's", async () => {
    const { error } = await runProgram({ catalog: CATALOG });
    assert.match(error?.message ?? "", /config values.REGION/);
  });

  it("are refused at once where GitHub's environment could not hold them all", async () => {
    const secrets = Array.from({ length: 101 }, (_, index) => ({
      name: `KEY_${index}`,
      group: "keys",
      perEnvironment: true as const,
    }));
    const { error, resources } = await runProgram({ catalog: { ...CATALOG, secrets } });
    assert.match(
      error?.message ?? "",
      /environment production of sophia-main: an environment holds 100 secrets/,
    );
    assert.deepEqual(ofType(resources, TYPES.environmentSecret), []);
  });
});
