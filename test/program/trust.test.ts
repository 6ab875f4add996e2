import assert from "node:assert/strict";
import { catalog } from "../../secrets/catalog";
import { declaredTrust, trustedRepositories } from "../../src/access/trust";
import { resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { type Declared, ofType, TYPES } from "./declared";
import { committedConfig, type ProgramOptions, runProgram } from "./run-program";

const staging = committedConfig("staging");
const production = committedConfig("production");

/** The issuer that production declares under a changed config. */
async function issuer(change: Record<string, unknown> = {}) {
  const stacks = { production: { ...production, ...change }, staging: { ...staging, ...change } };
  const run = await runProgram({ stacks });
  assert.equal(run.error, undefined);
  return ofType(run.resources, TYPES.issuer)[0];
}

const rule = (repository: string, id: string, environment: string, ref = "refs/heads/main") => ({
  decision: "allow",
  tokenType: "team",
  teamName: `sophia-ai-${environment}-sync`,
  rules: {
    aud: "urn:pulumi:org:scoobyjava-org",
    repository: `ai-cherry/${repository}`,
    repository_id: id,
    ref,
    workflow_ref: `ai-cherry/${repository}/.github/workflows/sync_secrets.yml@${ref}`,
    environment,
  },
});

describe("trust in GitHub's identities", function () {
  this.timeout(60_000);

  it("allows exactly the carrier's jobs on the branch, each environment its own team", async () => {
    const declared = await issuer();
    assert.deepEqual(declared?.inputs, {
      organization: "scoobyjava-org",
      name: "github-actions",
      url: "https://token.actions.githubusercontent.com",
      maxExpirationSeconds: 900,
      policies: ["development", "staging", "production"].map((each) => rule("sophia-main", "4711", each)),
    });
    assert.deepEqual(declared?.ignoreChanges, ['["thumbprints"]']);
  });

  it("has no wildcard anywhere", async () => {
    const declared = await issuer({ carriers: ["sophia-main", "second-carrier"] });
    assert.ok(!declared?.wire.includes("*"));
  });

  it("trusts every carrier by its own id, and the branch of the config", async () => {
    const declared = await issuer({ carriers: ["sophia-main", "second-carrier"], branch: "release" });
    const expected = [
      ["sophia-main", "4711"],
      ["second-carrier", "4712"],
    ].flatMap(([name = "", id = ""]) =>
      ["development", "staging", "production"].map((each) => rule(name, id, each, "refs/heads/release")),
    );
    assert.deepEqual(declared?.inputs.policies, expected);
  });

  it("names github.com's issuer where the config spells out its address", async () => {
    const declared = await issuer({ githubApiUrl: "https://api.github.com" });
    assert.equal(declared?.inputs.url, "https://token.actions.githubusercontent.com");
  });

  it("names a self-hosted server's own issuer", async () => {
    const declared = await issuer({ githubApiUrl: "https://github.example.com" });
    assert.equal(declared?.inputs.url, "https://github.example.com/_services/token");
  });

  it("trusts nobody where the config asks for a stored token", async () => {
    assert.equal(await issuer({ syncAuthentication: "token" }), undefined);
  });

  it("declares the thumbprints that the config has, and then takes them from nobody else", async () => {
    const issuerThumbprints = ["2b6030088e8d08fcd61b8b897019f2d99f4b9a0f7b465b065c2b90e1c53bc07d"];
    const declared = await issuer({ issuerThumbprints });
    assert.deepEqual(declared?.inputs.thumbprints, issuerThumbprints);
    assert.deepEqual(declared?.ignoreChanges, []);
  });
});

describe("trust in the program's own repository", function () {
  this.timeout(60_000);
  const program = { programRepository: "second-carrier", environmentReviewers: ["security"] };
  const run = (change: Record<string, unknown> = {}) => runWith({}, change);
  const runWith = (options: ProgramOptions, change: Record<string, unknown> = {}) =>
    runProgram({
      ...options,
      stacks: {
        production: { ...production, ...program, ...change },
        staging: { ...staging, ...program, ...change },
      },
    });
  const claims = {
    aud: "urn:pulumi:org:scoobyjava-org",
    repository: "ai-cherry/second-carrier",
    repository_id: "4712",
  };
  const ref = "refs/heads/main";
  const workflow = (file: string) => ({
    ref,
    workflow_ref: `ai-cherry/second-carrier/.github/workflows/${file}@${ref}`,
  });
  const up = (stack: string) => ({
    decision: "allow",
    tokenType: "organization",
    authorizedPermissions: ["admin"],
    rules: { ...claims, ...workflow("deploy.yml"), environment: `program-${stack}` },
  });
  let resources: Declared[];

  before(async () => {
    const declared = await run();
    assert.equal(declared.error, undefined);
    resources = declared.resources;
  });

  it("imports environments that exist, whose reviewers and timer a create would take away", async () => {
    const { resources: all } = await runWith({
      state: {},
      protection: {
        "/environments/program-preview": {},
        "/environments/program-production": {},
        "/environments/program-production/deployment-branch-policies?per_page=100": {
          branch_policies: [{ id: 7, name: "main", type: "branch" }],
        },
      },
    });
    const imported = all.filter(({ name, importId }) => name.includes("/program-") && importId !== "");
    assert.deepEqual(
      imported.map(({ name, importId }) => `${name} ${importId}`),
      [
        "second-carrier/program-preview second-carrier:program-preview",
        "second-carrier/program-production second-carrier:program-production",
        "second-carrier/program-production second-carrier:program-production:7",
      ],
    );
  });

  it("lets its jobs preview, audit and update, each as little as it can, besides the sync jobs", () => {
    const policies = policiesIn(resources).slice(3);
    const team = (job: string, rules: object) => ({
      decision: "allow",
      tokenType: "team",
      teamName: `sophia-ai-program-${job}`,
      rules: { ...claims, ...rules, environment: `program-${job}` },
    });
    assert.deepEqual(policies, [
      team("preview", { event_name: "pull_request", base_ref: "main" }),
      team("audit", workflow("nightly.yml")),
      up("production"),
      up("staging"),
    ]);
  });

  it("gives previews every stack to read and nothing in ESC", () => {
    const stacks = ofType(resources, "pulumiservice:index:TeamStackPermission").map((each) => each.inputs);
    const read = (stack: string) => ({
      organization: "scoobyjava-org",
      project: "sophia-secrets",
      stack,
      team: "sophia-ai-program-preview",
      permission: 101,
    });
    assert.deepEqual(stacks, [read("production"), read("staging")]);
    assert.deepEqual(permissionsOf("sophia-ai-program-preview"), []);
  });

  it("lets the audit read every environment of every stack, and open none", () => {
    const permissions = permissionsOf("sophia-ai-program-audit");
    assert.deepEqual([...new Set(permissions.map((each) => each.permission))], ["read"]);
    const names = permissions.map((each) => String(each.environment));
    for (const environment of catalog.environments)
      for (const name of ["", "-ledger", ...Object.keys(catalog.groups).map((group) => `-${group}`)])
        assert.ok(names.includes(`sophia-ai-${environment}${name}`), `${environment}${name}`);
  });

  it("lets the audit read the trust that the program declares, and nothing else of the organization", () => {
    const [role, ...others] = ofType(resources, "pulumiservice:index:OrganizationRole");
    assert.deepEqual(others, []);
    assert.deepEqual(role?.inputs.permissions, {
      __type: "PermissionDescriptorAllow",
      permissions: ["oidc_issuers:read", "auth_policies:read"],
    });
    const given = ofType(resources, "pulumiservice:index:TeamRoleAssignment");
    assert.deepEqual(
      given.map(({ inputs }) => inputs.teamName),
      ["sophia-ai-program-audit"],
    );
  });

  const environmentsIn = (all: readonly Declared[]) =>
    ofType(all, TYPES.repositoryEnvironment).filter((each) => each.inputs.repository === "second-carrier");

  it("declares the GitHub environments its jobs run in, for the branch alone but for previews", () => {
    assert.deepEqual(
      environmentsIn(resources).map(({ inputs }) => [inputs.environment, "deploymentBranchPolicy" in inputs]),
      [
        ["program-audit", true],
        ["program-preview", false],
        ["program-production", true],
        ["program-staging", true],
      ],
    );
    const policies = ofType(resources, TYPES.deploymentPolicy).filter(
      (each) => each.inputs.repository === "second-carrier",
    );
    assert.deepEqual(
      policies.map(({ inputs }) => [inputs.environment, inputs.branchPattern]),
      ["audit", "production", "staging"].map((each) => [`program-${each}`, "main"]),
    );
  });

  it("has every administrator and every preview reviewed by the teams of the config, and the audit by nobody", () => {
    const teams = [{ teams: [77] }];
    assert.deepEqual(
      environmentsIn(resources).map(({ inputs }) => [inputs.environment, inputs.reviewers]),
      [
        ["program-audit", undefined],
        ["program-preview", teams],
        ["program-production", teams],
        ["program-staging", teams],
      ],
    );
  });

  it("takes away nothing that people set in GitHub: no timer, and no reviewers where it declares none", async () => {
    const peoples = ["waitTimer", "preventSelfReview", "canAdminsBypass"];
    const ignored = (all: readonly Declared[], name: string) =>
      environmentsIn(all).find(({ inputs }) => inputs.environment === name)?.ignoreChanges;
    assert.deepEqual(ignored(resources, "program-production"), peoples);
    assert.deepEqual(ignored(resources, "program-audit"), ["reviewers", ...peoples]);
    const without = await run({ environmentReviewers: undefined });
    for (const job of ["audit", "preview", "production", "staging"])
      assert.deepEqual(ignored(without.resources, `program-${job}`), ["reviewers", ...peoples], job);
  });

  it("is told by commands as it is declared: verify compares with these very rules", async () => {
    for (const change of [
      {},
      { carriers: ["sophia-main", "second-carrier"] },
      { syncAuthentication: "token" },
    ]) {
      const config = { ...production, ...program, ...change };
      const texts = Object.entries(config).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]);
      const settings = parseSettings(Object.fromEntries(texts)).settings as Settings;
      const ids: Record<string, number> = { "sophia-main": 4711, "second-carrier": 4712 };
      const repositories = trustedRepositories(settings, resolveCatalog(catalog)).map((name) => ({
        name,
        id: ids[name] ?? 0,
      }));
      const told = declaredTrust(resolveCatalog(catalog), settings, ["production", "staging"], repositories);
      assert.deepEqual(policiesIn((await run(change)).resources), told);
    }
  });

  it("is there where the sync works with a stored token too", async () => {
    const declared = await run({ syncAuthentication: "token" });
    assert.equal(policiesIn(declared.resources).length, 4);
  });

  it("is nobody's in an edition without team tokens", async () => {
    const declared = await run({ edition: "team" });
    assert.equal(declared.error, undefined);
    assert.deepEqual(ofType(declared.resources, TYPES.issuer), []);
    assert.ok(!declared.resources.some(({ name }) => name.includes("program")));
  });

  it("refuses a branch whose name would let a neighbour in", async () => {
    const { error } = await run({ branch: "release-1.2" });
    assert.match(String(error), /config branch/);
    assert.match(String(error), /the branch release-1x2 would be trusted as well/);
  });

  const policiesIn = (all: readonly Declared[]) =>
    ofType(all, TYPES.issuer).flatMap((each) => each.inputs.policies as object[]);
  const permissionsOf = (team: string) =>
    ofType(resources, TYPES.permission)
      .map((each) => each.inputs)
      .filter((each) => each.team === team);
});
