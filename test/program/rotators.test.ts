import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import type { Rotator } from "../../src/catalog/rotators";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { declaredTeams } from "../../src/operations/access/access-difference";
import { type Declared, ofType, TYPES } from "./declared";
import { committedConfig, type ProgramRun, runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

const SCHEDULE = "pulumiservice:index:EnvironmentRotationSchedule";
const WEBHOOK = "pulumiservice:index:Webhook";
const RULE = "pulumiservice:index:ApprovalRule";
const SETTINGS = "pulumiservice:api/esc:EnvironmentSettings";

const ROTATORS: readonly Rotator[] = [
  {
    name: "orders",
    group: "keys",
    kind: "postgres",
    schedule: "0 3 1 * *",
    users: ["orders_a", "orders_b"],
    databases: { production: { host: "db.example.org", port: 5432, database: "orders" } },
    username: "ORDERS_USER",
    password: "ORDERS_PASSWORD",
  },
  { name: "sessions", group: "tokens", kind: "password", schedule: "0 4 * * 0", value: "SESSION_KEY" },
];
const CATALOG: Catalog = { ...SMALL, rotators: ROTATORS };

const WRITERS = {
  name: "ops",
  why: "They fix it",
  groups: "all",
  environments: ["production"],
  identities: [{ type: "team", name: "ops" }],
  level: "write",
} as const;

const textOf = (environment: Declared | undefined) => parse(String(environment?.inputs.yaml));

describe("rotators", function () {
  this.timeout(60_000);
  let run: ProgramRun;
  let without: ProgramRun;
  const named = (name: string) =>
    ofType(run.resources, TYPES.environment).find((each) => each.inputs.name === name);

  before(async () => {
    run = await runProgram({ catalog: CATALOG });
    without = await runProgram({ catalog: SMALL });
    assert.equal(run.error, undefined);
  });

  it("are ESC environments that hold values like any other: text ignored, protected, retained, kept from deletion", () => {
    const settings = ofType(run.resources, SETTINGS).map(({ inputs }) => inputs.envName);
    for (const name of ["rotated-orders", "managing-orders", "rotated-sessions"]) {
      const declared = named(`sophia-ai-production-${name}`);
      assert.deepEqual(declared?.ignoreChanges, ["yaml"], name);
      assert.deepEqual([declared.protect, declared.retainOnDelete], [true, true], name);
      assert.ok(settings.includes(`sophia-ai-production-${name}`), name);
    }
    assert.equal(named("sophia-ai-production-managing-sessions"), undefined);
  });

  it("say nothing secret: the managing user comes from an environment of its own, which holds placeholders", () => {
    const text = textOf(named("sophia-ai-production-rotated-orders"));
    const { inputs } = text.values.rotators.orders["fn::rotate::postgres"];
    assert.deepEqual(inputs.rotateUsers, { username1: "orders_a", username2: "orders_b" });
    assert.match(inputs.database.managingUser, /^\$\{environments.*managing-orders"\]\.managingUser\}$/);
    const managing = textOf(named("sophia-ai-production-managing-orders"));
    assert.match(managing.values.managingUser.password["fn::secret"], /placeholder/);
  });

  it("stand on a clock each, in the environment that it rotates", () => {
    const schedules = ofType(run.resources, SCHEDULE).map(({ inputs }) => inputs);
    assert.deepEqual(schedules, [
      {
        organization: "scoobyjava-org",
        project: "default",
        environment: "sophia-ai-production-rotated-orders",
        scheduleCron: "0 3 1 * *",
      },
      {
        organization: "scoobyjava-org",
        project: "default",
        environment: "sophia-ai-production-rotated-sessions",
        scheduleCron: "0 4 * * 0",
      },
    ]);
  });

  it("are imported by the composite, which is made after them", () => {
    const composite = named("sophia-ai-production");
    assert.deepEqual(textOf(composite).imports.slice(-2), [
      "default/sophia-ai-production-rotated-orders",
      "default/sophia-ai-production-rotated-sessions",
    ]);
    for (const name of ["orders", "sessions"])
      assert.ok(
        composite?.dependencies.some((urn) => urn.endsWith(`::production-rotated-${name}`)),
        name,
      );
  });

  it("are opened by the application's team, and by nobody else without a policy", () => {
    const grants = ofType(run.resources, TYPES.permission)
      .filter(({ inputs }) => /-(rotated|managing)-/.test(String(inputs.environment)))
      .map(({ inputs }) => [inputs.team, inputs.environment, inputs.permission]);
    assert.deepEqual(grants, [
      ["sophia-ai-production-application", "sophia-ai-production-rotated-orders", "open"],
      ["sophia-ai-production-application", "sophia-ai-production-rotated-sessions", "open"],
    ]);
  });

  it("are told of to the stack's webhook: each rotation and its failure, and a change of the managing user", async () => {
    const told = await runProgram({
      catalog: CATALOG,
      secretConfig: { webhookUrl: "https://hooks.slack.com/services/T0/B0/canary" },
    });
    const names = ["managing-orders", "rotated-orders", "rotated-sessions"];
    for (const name of names) {
      const hooks = ofType(told.resources, WEBHOOK).filter(
        ({ inputs }) => inputs.environmentName === `sophia-ai-production-${name}`,
      );
      assert.equal(hooks.length, 1, name);
      for (const event of ["environment_rotation_succeeded", "environment_rotation_failed"])
        assert.ok(String(hooks[0]?.inputs.filters).includes(event), name);
    }
  });

  it("wait for nobody's approval: no rule is on them, nor on the managing user", async () => {
    const production = { ...committedConfig("production"), approvers: ["security"] };
    const stacks = { production, staging: committedConfig("staging") };
    const { resources } = await runProgram({ catalog: CATALOG, stacks });
    const guarded = ofType(resources, RULE).map(({ inputs }) => JSON.stringify(inputs.environmentIdentifier));
    assert.ok(guarded.length > 0);
    for (const each of guarded) assert.doesNotMatch(each, /-(rotated|managing)-/);
  });

  it("are granted as commands tell it, approvals and the audit's team included", async () => {
    const config = {
      ...committedConfig("production"),
      approvers: ["security"],
      programRepository: "second-carrier",
    };
    const catalog: Catalog = { ...CATALOG, environments: ["production"], accessPolicies: [WRITERS] };
    const { resources, error } = await runProgram({ catalog, stacks: { production: config } });
    assert.equal(error, undefined);
    const granted = ofType(resources, TYPES.permission).map(
      ({ inputs }) => `${inputs.team} ${inputs.permission} ${inputs.environment}`,
    );
    const texts = Object.entries(config).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const settings = parseSettings(Object.fromEntries(texts)).settings as Settings;
    const told = [...declaredTeams(resolveCatalog(catalog), settings, [settings]).values()].flatMap(
      ({ team, onValues, onComposites }) =>
        [...onValues, ...onComposites].map(
          ({ environment, level }) => `${team} ${level} ${environment.name}`,
        ),
    );
    assert.deepEqual(granted.sort(), told.sort());
    for (const each of [
      "ops open sophia-ai-production-rotated-orders",
      "sophia-ai-program-audit read sophia-ai-production-rotated-orders",
      "sophia-ai-program-audit read sophia-ai-production-managing-orders",
    ])
      assert.ok(granted.includes(each), each);
  });

  it("change nothing else: no slot, no line of the workflow, no word in the script", () => {
    for (const type of [TYPES.slot, TYPES.file])
      assert.deepEqual(
        ofType(run.resources, type).map(({ inputs }) => inputs),
        ofType(without.resources, type).map(({ inputs }) => inputs),
      );
    assert.equal(ofType(without.resources, SCHEDULE).length, 0);
  });

  it("are in the environments they name alone", async () => {
    const staging = await runProgram({
      catalog: CATALOG,
      stack: "staging",
      stacks: { production: committedConfig("production"), staging: committedConfig("staging") },
    });
    const names = ofType(staging.resources, TYPES.environment).map(({ inputs }) => String(inputs.name));
    assert.ok(names.includes("sophia-ai-staging-rotated-sessions"));
    assert.ok(!names.some((name) => name.includes("orders")));
  });

  it("stop the program before anything is declared when they are wrong", async () => {
    const wrong = { ...CATALOG, rotators: [{ ...ROTATORS[0], schedule: "often" } as Rotator] };
    const refused = await runProgram({ catalog: wrong });
    assert.match(
      String(refused.error),
      /rotator orders: its schedule "often" is not a cron expression.*Remedy/s,
    );
    assert.ok(!refused.resources.some((each) => each.custom));
  });
});
