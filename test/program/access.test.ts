import assert from "node:assert/strict";
import { catalog } from "../../secrets/catalog";
import type { Catalog } from "../../src/catalog/entry";
import { type Declared, ofType, TYPES } from "./declared";
import { committedConfig, type ProgramRun, runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

const GROUPS = [
  "api-keys",
  "database-credentials",
  "infrastructure-credentials",
  "integration-credentials",
  "security-tokens",
];
const VALUES = GROUPS.map((group) => `sophia-ai-production-${group}`);
const onAll = (level: string) => VALUES.map((each) => `${level} ${each}`);

/** Team to `level environment`, sorted. */
function matrix(run: ProgramRun): Record<string, string[]> {
  const rights: Record<string, string[]> = {};
  for (const { inputs } of ofType(run.resources, TYPES.permission)) {
    assert.equal(inputs.organization, "scoobyjava-org");
    assert.equal(inputs.project, "default");
    const team = String(inputs.team);
    const limit = inputs.maxOpenDuration === undefined ? "" : ` for ${inputs.maxOpenDuration}`;
    rights[team] = [...(rights[team] ?? []), `${inputs.permission} ${inputs.environment}${limit}`].sort();
  }
  return rights;
}

const teams = (run: ProgramRun) => ofType(run.resources, TYPES.team);
const team = (run: ProgramRun, ending: RegExp) => {
  const found = teams(run).filter(({ inputs }) => ending.test(String(inputs.name)));
  assert.equal(found.length, 1, String(ending));
  return found[0] as Declared;
};

describe("access", function () {
  this.timeout(60_000);
  let run: ProgramRun;

  before(async () => {
    run = await runProgram();
    assert.equal(run.error, undefined);
  });

  it("gives each team what its work needs and nothing else", () => {
    const ledger = "read sophia-ai-production-ledger";
    assert.deepEqual(matrix(run), {
      "sophia-ai-production-application": ["open sophia-ai-production", ...onAll("open")],
      "sophia-ai-production-sync": [...onAll("write"), "write sophia-ai-production-ledger"].sort(),
      "sophia-ai-production-admin-access-open": ["open sophia-ai-production", ...onAll("open"), ledger],
      "sophia-ai-production-audit-read": ["read sophia-ai-production", ...onAll("read"), ledger].sort(),
      // Pulumi Cloud takes team names of 40 characters at most.
      "sophia-ai-production-database-adm-53661f": [
        "open sophia-ai-production-database-credentials for 1h",
        "open sophia-ai-production-for-database-admin for 1h",
        ledger,
      ],
    });
  });

  it("never grants admin, and never a right on another environment's secrets", async () => {
    const staging = await runProgram({ stack: "staging" });
    for (const [name, rights] of [...Object.entries(matrix(run)), ...Object.entries(matrix(staging))]) {
      const environment = /^sophia-ai-(development|staging|production)-/.exec(name)?.[1];
      assert.ok(environment !== undefined, name);
      for (const right of rights) {
        assert.match(right, /^(read|open|write) /, name);
        assert.match(right, new RegExp(`^\\S+ sophia-ai-${environment}(-|$| )`), name);
      }
    }
  });

  it("lets nobody but the sync write, and lets the sync see no composite", () => {
    for (const [name, rights] of Object.entries(matrix(run))) {
      const writes = rights.some((right) => right.startsWith("write"));
      assert.equal(writes, name.endsWith("-sync"), name);
    }
    const sync = matrix(run)["sophia-ai-production-sync"] ?? [];
    assert.ok(!sync.some((right) => right.endsWith(" sophia-ai-production")));
  });

  it("names teams within Pulumi Cloud's 40 characters, each once", () => {
    const names = teams(run).map(({ inputs }) => String(inputs.name));
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.ok(name.length <= 40, name);
  });

  it("declares the members of a policy's team, and leaves those of the pipeline's own to people", () => {
    const members = Object.fromEntries(
      teams(run).map(({ inputs, ignoreChanges }) => [inputs.name, [inputs.members, ignoreChanges]]),
    );
    assert.deepEqual(members, {
      "sophia-ai-production-application": [undefined, ["members"]],
      "sophia-ai-production-sync": [undefined, ["members"]],
      "sophia-ai-production-admin-access-open": [["platform-engineer"], []],
      "sophia-ai-production-audit-read": [["auditor"], []],
      "sophia-ai-production-database-adm-53661f": [["database-admin"], []],
    });
  });

  it("says in Pulumi Cloud why a team is there: its description begins with the policy's reason", () => {
    for (const { name, why } of catalog.accessPolicies ?? []) {
      const described = teams(run).filter(({ inputs }) =>
        String(inputs.description).includes(`policy ${name}:`),
      );
      for (const each of described) assert.ok(String(each.inputs.description).startsWith(why), name);
    }
    assert.match(
      String(team(run, /database-adm/).inputs.description),
      / \(policy database-admin: open database-credentials of production\)$/,
    );
  });

  it("gives rights on values before the composites that import them, and on those after", () => {
    const composite = ofType(run.resources, TYPES.environment).find(
      ({ name }) => name === "production-composite",
    );
    for (const permission of ofType(run.resources, TYPES.permission)) {
      const onComposite = /^sophia-ai-production(-for-.+)?$/.test(String(permission.inputs.environment));
      const waits = permission.dependencies.join(" ");
      assert.match(waits, /pulumiservice:index:Environment::/, permission.name);
      assert.match(waits, /pulumiservice:index:Team::/, permission.name);
      const before = composite?.dependencies.some((urn) => urn.endsWith(`::${permission.name}`));
      assert.equal(before, !onComposite, permission.name);
    }
  });

  it("asks once whether the people have accounts, and has each permission say when it is replaced", () => {
    const asked = run.calls.filter(({ token }) => token.includes("getOrganizationMembers"));
    assert.deepEqual(
      asked.map(({ inputs }) => inputs),
      [{ organizationName: "scoobyjava-org" }],
    );
    for (const each of ofType(run.resources, TYPES.permission))
      assert.deepEqual(each.hooks.others, ["say-window-of-access"], each.name);
  });
});

describe("access policies of a small catalog", function () {
  this.timeout(60_000);
  const policy = {
    name: "on-call",
    why: "They are called at night",
    groups: ["keys"],
    environments: ["production"],
    identities: [{ type: "team", name: "platform" }],
    level: "write",
  } as const;
  const having = (...accessPolicies: NonNullable<Catalog["accessPolicies"]>): Catalog => ({
    ...SMALL,
    accessPolicies,
  });

  it("are refused before anything is declared where they open more than they name, and preview tells what is accepted", async () => {
    const groups = Object.fromEntries(
      Object.entries(SMALL.groups).map(([name, { sharedBecause: _, ...group }]) => [name, group]),
    );
    const refused = await runProgram({ catalog: { ...having(policy), groups } as Catalog });
    assert.match(
      refused.error?.message ?? "",
      /access policy on-call: lets team platform open 2 credentials in production with the value that development and staging have too: ALIASED_KEY, OPEN_KEY. Remedy: /,
    );
    assert.deepEqual(
      refused.resources.filter(({ custom }) => custom),
      [],
    );
    const accepted = await runProgram({ catalog: having(policy), preview: true });
    assert.equal(accepted.error, undefined);
    assert.deepEqual(
      accepted.said.filter((line) => line.includes("[values-shared]")),
      [
        "info: [values-shared] access policy on-call: lets team platform open 2 credentials in production with the value that development and staging have too: ALIASED_KEY, OPEN_KEY. The catalog says why",
      ],
    );
  });

  it("give a team made elsewhere the union of all policies in one permission each, and make no team", async () => {
    const run = await runProgram({
      catalog: having(policy, {
        ...policy,
        name: "readers",
        groups: "all",
        level: "open",
        maxOpenDuration: "8h",
      }),
    });
    assert.equal(run.error, undefined);
    assert.deepEqual(matrix(run).platform, [
      "open sophia-ai-production for 8h",
      "open sophia-ai-production-for-on-call",
      "open sophia-ai-production-tokens for 8h",
      "read sophia-ai-production-ledger",
      "write sophia-ai-production-keys",
    ]);
    assert.deepEqual(
      teams(run).map(({ inputs }) => inputs.name),
      ["sophia-ai-production-application", "sophia-ai-production-sync"],
    );
  });

  it("make another team of another level or duration, and never another resource for a team made elsewhere", async () => {
    const named = async (change: object) => {
      const both = { identities: [...policy.identities, { type: "user", name: "developer" }] as const };
      const run = await runProgram({ catalog: having({ ...policy, ...both, ...change }) });
      assert.equal(run.error, undefined);
      return {
        team: String(team(run, /on-call/).inputs.name),
        elsewhere: ofType(run.resources, TYPES.permission)
          .map(({ name }) => name)
          .filter((name) => name.includes("platform")),
      };
    };
    const [write, open, limited] = [
      await named({}),
      await named({ level: "open" }),
      await named({ level: "open", maxOpenDuration: "1h" }),
    ];
    assert.deepEqual(
      [write.team, open.team, limited.team],
      [
        "sophia-ai-production-on-call-write",
        "sophia-ai-production-on-call-open",
        "sophia-ai-production-on-call-open-1h",
      ],
    );
    assert.deepEqual(open.elsewhere, write.elsewhere);
    assert.deepEqual(limited.elsewhere, write.elsewhere);
  });

  it("are refused when they name somebody without an account, naming policy, login and remedy", async () => {
    const identities = [{ type: "user", name: "ghost" }] as const;
    const run = await runProgram({ catalog: having({ ...policy, identities }) });
    assert.match(
      run.error?.message ?? "",
      /access policy on-call: names ghost, who has no account in the Pulumi Cloud organization scoobyjava-org\. Remedy: invite them/,
    );
    assert.ok(!teams(run).some(({ inputs }) => String(inputs.name).includes("on-call")));
  });

  it("are declared unchecked, with a warning, where Pulumi Cloud does not list its members", async () => {
    const elsewhere = { pulumiOrganization: "unlisted" };
    const run = await runProgram({
      stacks: {
        production: { ...committedConfig("production"), ...elsewhere },
        staging: { ...committedConfig("staging"), ...elsewhere },
      },
    });
    assert.equal(run.error, undefined);
    assert.equal(teams(run).length, 5);
  });

  it("are refused when they name one of the program's own teams", async () => {
    const identities = [{ type: "team", name: "sophia-ai-production-sync" }] as const;
    const run = await runProgram({ catalog: having({ ...policy, identities }) });
    assert.match(
      run.error?.message ?? "",
      /access policy on-call: names sophia-ai-production-sync, a team of this/,
    );
  });
});

describe("an edition without teams", function () {
  this.timeout(60_000);
  const edition = (name: string) => ({
    production: { ...committedConfig("production"), edition: name },
    staging: { ...committedConfig("staging"), edition: name },
  });

  for (const name of ["individual", "team"]) {
    it(`${name} gets no team, permission, trust in team tokens or composite of its own, and all the rest`, async () => {
      const run = await runProgram({ stacks: edition(name) });
      assert.equal(run.error, undefined);
      for (const type of [TYPES.team, TYPES.permission, TYPES.issuer])
        assert.deepEqual(ofType(run.resources, type), [], type);
      assert.equal(ofType(run.resources, TYPES.environment).length, 7);
      assert.ok(!run.calls.some(({ token }) => token.includes("getOrganizationMembers")));
    });
  }

  it("is refused where a policy names a team: there is none", async () => {
    const accessPolicies = [
      {
        name: "on-call",
        why: "They are called at night",
        groups: "all",
        environments: ["production"],
        identities: [{ type: "team", name: "platform" }],
        level: "open",
      },
    ] as const;
    const run = await runProgram({ stacks: edition("team"), catalog: { ...SMALL, accessPolicies } });
    assert.match(
      run.error?.message ?? "",
      /access policy on-call: names the team platform, and the edition team has no teams\. Remedy: /,
    );
  });

  for (const name of ["enterprise", "business-critical"]) {
    it(`is not ${name}`, async () => {
      const run = await runProgram({ stacks: edition(name) });
      assert.equal(teams(run).length, 5);
    });
  }
});

describe("an application of some groups", function () {
  this.timeout(60_000);
  const application = {
    name: "reports",
    repository: "sophia-main",
    language: "python",
    path: "reports/secrets.py",
    groups: ["tokens"],
  } as const;
  const withIt = { ...SMALL, applications: [application] } as Catalog;

  it("opens a composite of its groups as a team of its own, and nothing else", async () => {
    const run = await runProgram({ catalog: withIt });
    assert.equal(run.error, undefined);
    assert.deepEqual(matrix(run)["sophia-ai-production-reports-application"], [
      "open sophia-ai-production-for-reports",
      "open sophia-ai-production-tokens",
    ]);
    const composite = ofType(run.resources, TYPES.environment).find(
      ({ inputs }) => inputs.name === "sophia-ai-production-for-reports",
    );
    assert.match(JSON.stringify(composite?.inputs.yaml), /sophia-ai-production-tokens/);
    assert.doesNotMatch(JSON.stringify(composite?.inputs.yaml), /sophia-ai-production-keys/);
  });

  it("is only in the deployment environments that it names", async () => {
    const applications = [{ ...application, environments: ["staging"] }];
    const run = await runProgram({ catalog: { ...SMALL, applications } as Catalog });
    assert.equal(run.error, undefined);
    assert.equal(matrix(run)["sophia-ai-production-reports-application"], undefined);
  });

  it("is refused in an edition without teams, which could give it no team", async () => {
    const production = { ...committedConfig("production"), edition: "team" };
    const staging = { ...committedConfig("staging"), edition: "team" };
    const run = await runProgram({ stacks: { production, staging }, catalog: withIt });
    assert.match(
      run.error?.message ?? "",
      /application reports: names groups, which takes a team of its own, and edition team has no teams\. Remedy: leave groups out/,
    );
  });
});
