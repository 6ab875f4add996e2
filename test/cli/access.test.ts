import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditAccess, declaredAccess } from "../../src/access/declared-access";
import type { Grant, TeamAccess } from "../../src/access/team-access";
import { type Catalog, defineCatalog, resolveCatalog } from "../../src/catalog/entry";
import { pathOf } from "../../src/catalog/layout";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import type { Problem } from "../../src/errors";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { commandContext, runCommand } from "./command-context";
import { checkNarrow, NARROW } from "./narrow-table";

const GROUP = { description: "", rotationDays: 90, owner: "Ops" };
const CATALOG = defineCatalog({
  environments: ["staging", "production"],
  groups: { keys: GROUP, databases: GROUP },
  secrets: [
    { name: "OPENAI_API_KEY", group: "keys" },
    { name: "POSTGRES_PASSWORD", group: "databases", aliases: ["PG_PASSWORD"] },
    { name: "STAGING_ONLY", group: "databases", environments: ["staging"] },
    { name: "PULUMI_ACCESS_TOKEN", group: "keys", bootstrap: true },
  ],
  accessPolicies: [
    {
      name: "admins",
      why: "They run it",
      groups: "all",
      environments: ["staging", "production"],
      identities: [{ type: "user", name: "ada" }],
      level: "open",
    },
    {
      name: "dba",
      why: "They rotate the databases",
      groups: ["databases"],
      environments: ["production"],
      identities: [
        { type: "user", name: "dev" },
        { type: "team", name: "oncall" },
      ],
      level: "write",
      maxOpenDuration: "1h",
    },
  ],
});

const ROTATING: Catalog = {
  ...CATALOG,
  rotators: [
    {
      name: "orders",
      group: "databases",
      kind: "postgres",
      schedule: "0 3 1 * *",
      users: ["orders_a", "orders_b"],
      databases: { production: { host: "db.example.org", port: 5432, database: "orders" } },
      username: "ORDERS_USER",
      password: "ORDERS_PASSWORD",
    },
  ],
};

const CONFIG = {
  githubOrganization: "acme",
  pulumiOrganization: ORG,
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
};
const SETTINGS = parseSettings(CONFIG).settings as Settings;

interface Ran {
  code: number;
  out: string;
  err: string;
}

describe("sophia-secrets access", () => {
  let cloud: CloudFixture;

  const run = async (
    line: string,
    {
      token = TOKENS.admin,
      settings = SETTINGS,
      catalog = CATALOG,
      dir = "/nowhere",
      width,
    }: Partial<Options> = {},
  ): Promise<Ran> => {
    const context = commandContext(
      { cloud: { url: cloud.url, token } },
      { catalog: resolveCatalog(catalog), project: { dir, name: "p", settings } },
    );
    const { code, stdout: out, stderr: err } = await runCommand(`access ${line}`, context, { width });
    return { code, out, err };
  };
  const json = async (line: string, options?: Partial<Options>) =>
    JSON.parse((await run(`${line} --json`, options)).out) as Document;

  const path = (team: string) => `/api/orgs/${ORG}/teams/${team}`;
  const patch = async (team: string, body: object) => {
    const { status, text } = await cloud.call("PATCH", path(team), { body });
    assert.equal(status, 204, text);
  };
  const setDefault = (level: string) =>
    cloud.call("PATCH", `/api/orgs/${ORG}`, { body: { setDefaultEnvironmentPermission: level } });
  const getDefault = async () =>
    (await cloud.call("GET", `/api/orgs/${ORG}/metadata`)).json.defaultEnvironmentPermission;

  /** Everything as `pulumi up` of every stack leaves it. */
  const declareAll = async (catalog: Catalog = CATALOG, settings = SETTINGS) => {
    await makeTeam("oncall");
    for (const environment of catalog.environments) {
      const { teams } = declaredAccess(resolveCatalog(catalog), settings, environment);
      for (const team of teams) await declareTeam(team);
      if (settings.programRepository !== undefined)
        await declareTeam(auditAccess(resolveCatalog(catalog), settings, environment));
    }
  };
  const makeTeam = (name: string) => cloud.call("POST", `/api/orgs/${ORG}/teams/pulumi`, { body: { name } });
  const declareTeam = async ({ team, own, onValues, onComposites }: TeamAccess) => {
    if (own !== undefined) await makeTeam(team);
    for (const member of own?.members ?? []) await patch(team, { memberAction: "add", member });
    for (const grant of [...onValues, ...onComposites]) await give(team, grant);
  };
  const give = async (team: string, { environment: id, level, maxOpenDuration }: Grant) => {
    const there = await cloud.call("GET", `/api/esc/environments/${ORG}/${pathOf(id)}`);
    if (there.status === 404) await cloud.environment(pathOf(id), "values: {}\n");
    const limit = maxOpenDuration === undefined ? {} : { maxOpenDuration: "1h0m0s" };
    const place = { projectName: id.project, envName: id.name };
    await patch(team, { addEnvironmentPermission: { ...place, permission: level, ...limit } });
  };

  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.close());

  const ROW =
    "dba lets dev open 1 credential in production with the value that staging has too: POSTGRES_PASSWORD";

  it("tells who has values that no row gives them, because environments share one", async () => {
    const { out } = await run("", { token: null });
    assert.ok(out.includes(`One value in several deployment environments opens more than the rows say:\n`));
    assert.ok(out.includes(`  ${ROW}\n`), out);
    assert.match(out, /without a reason \(sharedBecause\), which preview refuses: POSTGRES_PASSWORD/);
    const { shared } = await json("--identity dev");
    assert.deepEqual(shared, [
      {
        name: "POSTGRES_PASSWORD",
        group: "databases",
        environments: ["staging", "production"],
        gains: [
          {
            identity: { type: "user", name: "dev" },
            opens: ["production"],
            reaches: ["staging"],
            policies: ["dba"],
          },
        ],
      },
    ]);
  });

  it("tells it of a named secret with its reason, and of no secret or person that it is not about", async () => {
    const because = "One database server serves both";
    const secrets = CATALOG.secrets.map((each) =>
      each.name === "POSTGRES_PASSWORD" ? { ...each, sharedBecause: because } : each,
    );
    const { out } = await run("POSTGRES_PASSWORD", { token: null, catalog: { ...CATALOG, secrets } });
    assert.ok(out.includes(ROW), out);
    assert.match(out, new RegExp(`POSTGRES_PASSWORD +${because}`));
    for (const line of ["OPENAI_API_KEY", "--identity ada", "STAGING_ONLY"])
      assert.ok(!(await run(line, { token: null })).out.includes("One value in several"), line);
  });

  it("shows the matrix without a token, and says that nothing was compared", async () => {
    const { code, out } = await run("--environment production", { token: null });
    assert.equal(code, 0);
    const lines = out.split("\n");
    assert.match(lines[0] ?? "", /^environment +identity +keys +databases +policies$/);
    const rows = lines.slice(1, 6).map((line) => line.split(/ {2,}/));
    assert.deepEqual(rows, [
      ["production", "team app-production-application", "open", "open", "(application)"],
      ["production", "team app-production-sync", "write", "write", "(sync)"],
      ["production", "ada", "open", "open", "admins"],
      ["production", "team oncall", "-", "write for 1h", "dba"],
      ["production", "dev", "-", "write for 1h", "dba"],
    ]);
    assert.match(
      out,
      /not compared with Pulumi Cloud: there is no token \(PULUMI_ACCESS_TOKEN, or pulumi login\)/,
    );
    assert.match(out, /not known here:\n {2}what custom roles/);
  });

  it("fits a narrow terminal: each cell of the matrix names its column then", async () => {
    const narrow = { token: null, width: 40 };
    const { out } = await run("--environment production --identity ada", narrow);
    assert.deepEqual(out.split("\n").slice(0, 4), [
      "environment: production  identity: ada",
      "    keys: open  databases: open",
      "    policies: admins",
      "",
    ]);
    await setDefault("write");
    /** Its two tables: the rights, and what differs in Pulumi Cloud. */
    const tables = async (line: string, width?: number) => {
      const lines = (await run(line, { width })).out.split("\n");
      const [rights, found, rest] = [
        lines.findIndex((each) => each === "" || each.startsWith("One value in several")),
        lines.findIndex((each) => each.endsWith("differences")),
        lines.indexOf("not known here:"),
      ];
      assert.ok(found > rights && rest > found + 1, lines.join("\n"));
      return [lines.slice(0, rights).join("\n"), lines.slice(found + 1, rest).join("\n")] as const;
    };
    for (const line of ["", "POSTGRES_PASSWORD"]) {
      const [narrowRights, narrowDifferences] = await tables(line, NARROW);
      const [rights, differences] = await tables(line);
      checkNarrow(narrowRights, rights);
      checkNarrow(narrowDifferences, differences);
    }
  });

  it("says who may open one secret in production, and why", async () => {
    const { out } = await run("POSTGRES_PASSWORD --environment production", { token: null });
    const rows = out.split("\n").slice(0, 5);
    assert.deepEqual(
      rows.map((line) => line.split(/ {2,}/).slice(2)),
      [
        [
          "open",
          "team app-production-application",
          "(application): The application's loader opens what it runs with",
        ],
        ["write", "team app-production-sync", "(sync): The sync job writes what people set in GitHub"],
        ["write for 1h", "team oncall", "dba: They rotate the databases"],
        ["open", "ada", "admins: They run it"],
        ["write for 1h", "dev", "dba: They rotate the databases"],
      ],
    );
    for (const row of rows) assert.match(row, /^production {2}POSTGRES_PASSWORD {2}/);
  });

  it("answers for identities alone, in JSON too, and for secrets where they are", async () => {
    const { rights, cloud: none, unknown } = await json("--identity dev", { token: null });
    assert.deepEqual(
      rights.map(({ environment, group, level }) => [environment, group, level]),
      [["production", "databases", "write"]],
    );
    assert.equal(none, null);
    assert.equal(unknown.length, 3);
    assert.ok(
      unknown.some((each) => /jobs of GitHub's .*sophia-secrets verify compares the trust/.test(each)),
    );
    const only = await json("STAGING_ONLY", { token: null });
    assert.deepEqual([...new Set(only.rights.map(({ environment }) => environment))], ["staging"]);
    const own = await run("PULUMI_ACCESS_TOKEN", { token: null });
    assert.match(own.out, /^PULUMI_ACCESS_TOKEN is never in ESC\nnobody, by the declaration\n/);
  });

  it("refuses names, environments and options that are wrong", async () => {
    for (const [line, words] of [
      ["OPENAI", /OPENAI: the catalog has no such entry/],
      ["PG_PASSWORD", /PG_PASSWORD: it is an older name of POSTGRES_PASSWORD/],
      ["--environment prod", /--environment: the catalog has no deployment environment prod/],
      ["--close-default --json", /--close-default: it is for the whole organization/],
    ] as const) {
      const ran = await run(line, { token: null });
      assert.equal(ran.code, 2, line);
      assert.match(ran.err, words);
    }
  });

  it("finds nothing where Pulumi Cloud has it as declared, and names the administrators", async () => {
    await declareAll();
    const { code, out } = await run("");
    assert.match(out, /Pulumi Cloud has it as declared/);
    assert.match(out, /who may do everything everywhere: ada\n/);
    assert.match(out, /default environment permission of every member: none\n/);
    assert.equal(code, 0);
  });

  it("finds the default open, people and permissions that nothing declares, and what is missing", async () => {
    await declareAll();
    await setDefault("write");
    await patch("app-production-admins-open", { memberAction: "add", member: "dev" });
    await patch("app-staging-admins-open", { memberAction: "remove", member: "ada" });
    const on = (envName: string, permission: string) => ({
      addEnvironmentPermission: { projectName: "default", envName, permission },
    });
    await patch("app-production-application", on("app-production-keys", "admin"));
    await patch("oncall", on("app-production-keys", "read"));
    await makeTeam("outsiders");
    await patch("outsiders", on("app-production-ledger", "open"));
    await cloud.call("DELETE", path("app-staging-sync"));
    const { code } = await run("");
    assert.equal(code, 1);
    const found =
      (await json("")).cloud?.differences.map(({ code, subject, cause }) => `${code} ${subject}: ${cause}`) ??
      [];
    for (const expected of [
      /^default-permission-open payready: its default environment permission is write: every member/,
      /^team-member-undeclared team app-production-admins-open: dev is in it and not declared/,
      /^team-member-missing team app-staging-admins-open: ada is not in it/,
      /^team-permission-differs team app-production-application: it has admin on default\/app-production-keys, declared open/,
      /^team-permission-undeclared team oncall: it has read on default\/app-production-keys, which no policy says/,
      /^team-permission-undeclared team outsiders: it has open on default\/app-production-ledger, which no policy says/,
      /^team-not-created team app-staging-sync: it is not there, or not any more/,
    ])
      assert.equal(
        found.filter((each) => expected.test(each)).length,
        1,
        `${expected} in\n${found.join("\n")}`,
      );
    assert.equal(found.length, 7, found.join("\n"));
    const inStaging = await json("--environment staging");
    assert.deepEqual(inStaging.cloud?.differences.map(({ subject }) => subject).sort(), [
      "payready",
      "team app-staging-admins-open",
      "team app-staging-sync",
    ]);
    assert.equal(inStaging.cloud?.elsewhere, 4);
    const { out } = await run("--environment staging");
    assert.match(out, /otherwise: 3 differences\nof other environments: 4 differences\n/);
  });

  it("ends well for an environment that is as declared, whatever others are", async () => {
    await declareAll();
    await cloud.call("DELETE", path("app-staging-sync"));
    assert.deepEqual([(await run("--environment production")).code, (await run("")).code], [0, 1]);
  });

  it("finds the default on stacks open: a job with a team's token could change any", async () => {
    await declareAll();
    const set = (setDefaultStackPermission: number) =>
      cloud.call("PATCH", `/api/orgs/${ORG}`, { body: { setDefaultStackPermission } });
    await set(101);
    const { code, out } = await run("");
    assert.equal(code, 1);
    assert.match(out, /default stack permission of every member: read\n/);
    assert.match(
      out,
      /its default stack permission is read: .* may read every stack's state and config +set it to none/,
    );
    await set(0);
    assert.equal((await run("")).code, 0);
  });

  it("names a team that is not there, and somebody without an account", async () => {
    const [admins, dba] = CATALOG.accessPolicies ?? [];
    assert.ok(admins !== undefined && dba !== undefined);
    const ghost = { ...admins, identities: [{ type: "user", name: "ghost" }] } as const;
    const { cloud: found } = await json("", { catalog: { ...CATALOG, accessPolicies: [ghost, dba] } });
    const told = found?.differences.map(({ subject, cause }) => `${subject}: ${cause}`) ?? [];
    assert.ok(told.includes("team oncall: an access policy names it, and there is no such team"));
    assert.ok(
      told.includes("ghost: access policy admins names them, and they have no account in the organization"),
    );
  });

  it("tells a person in a team what the team may do", async () => {
    await declareAll();
    await patch("oncall", { memberAction: "add", member: "ada" });
    const { rights } = await json("--identity ada --environment production");
    assert.deepEqual(
      rights
        .map(({ identity, group }) => `${identity.name} ${group}`)
        .filter((each) => each.startsWith("oncall")),
      ["oncall databases"],
    );
  });

  it("refuses an identity that nobody knows, with the nearest names, and answers for a member without rights", async () => {
    const blind = await run("--identity deev", { token: null });
    assert.deepEqual([blind.code, blind.out], [2, ""]);
    assert.match(
      blind.err,
      /--identity: names nobody whom the declaration knows: deev\nRemedy: use dev, .*; with PULUMI_ACCESS_TOKEN/,
    );
    await declareAll();
    const typo = await run("--identity onncall");
    assert.equal(typo.code, 2);
    assert.match(typo.err, /whom the declaration or Pulumi Cloud knows: onncall\nRemedy: use oncall, /);
    await makeTeam("outsiders");
    for (const known of ["outsiders", "app-program-preview"])
      assert.match((await run(`--identity ${known}`)).out, /^nothing, by the declaration\n/);
    const catalog = { ...CATALOG, accessPolicies: [] };
    assert.match((await run("--identity dev", { catalog })).out, /^nothing, by the declaration\n/);
    assert.equal((await run("--identity dev", { catalog, token: null })).code, 2);
  });

  it("compares the default alone where the edition has no teams, and says that nothing is enforced", async () => {
    const settings: Settings = { ...SETTINGS, edition: "team" };
    const { code, out } = await run("", { settings });
    assert.equal(code, 0);
    assert.match(out, /edition team has no teams: none of this is enforced/);
  });

  describe("with rotators", () => {
    const managing = "default/app-production-managing-orders";
    const rotated = "default/app-production-rotated-orders";
    const on = (path: string, permission: string) => {
      const [projectName, envName] = path.split("/");
      return { addEnvironmentPermission: { projectName, envName, permission } };
    };
    const without = (path: string) => {
      const [projectName, envName] = path.split("/");
      return { removeEnvironment: { projectName, envName } };
    };
    const inProgram = { ...SETTINGS, programRepository: "program" };
    const approving = { ...SETTINGS, approvers: ["security"] };
    const differences = async (options: Partial<Options>) =>
      (await json("", { catalog: ROTATING, ...options })).cloud?.differences.map(
        ({ code, subject, cause, remedy }) => `${code} ${subject}: ${cause}. ${remedy}`,
      );

    it("shows who may do what with what ESC rotates, and that nobody but administrators opens the managing user", async () => {
      const { out } = await run("--environment production", { token: null, catalog: ROTATING });
      const [heading, ...lines] = out.split("\n");
      assert.match(heading ?? "", /^environment +identity +keys +databases +rotated-orders +policies$/);
      assert.deepEqual(
        lines.slice(0, 5).map((line) => line.split(/ {2,}/).slice(1, 5)),
        [
          ["team app-production-application", "open", "open", "open"],
          ["team app-production-sync", "write", "write", "-"],
          ["ada", "open", "open", "open"],
          ["team oncall", "-", "write for 1h", "write for 1h"],
          ["dev", "-", "write for 1h", "write for 1h"],
        ],
      );
      assert.equal(
        lines[5],
        `${managing}, the managing user of orders: nobody but administrators may open it`,
      );
    });

    it("answers for a value that ESC rotates and for a rotator, where they are and where changes need approval", async () => {
      for (const name of ["ORDERS_PASSWORD", "ORDERS_USER", "orders"]) {
        const { out } = await run(name, { token: null, catalog: ROTATING });
        const rows = out.split("\n").slice(0, 4);
        assert.deepEqual(
          rows.map((line) => line.split(/ {2,}/).slice(0, 4)),
          [
            ["open", "team app-production-application"],
            ["write for 1h", "team oncall"],
            ["open", "ada"],
            ["write for 1h", "dev"],
          ].map((row) => ["production", name, ...row]),
        );
        assert.match(
          out,
          /managing-orders, the managing user of orders: nobody but administrators may open it/,
        );
      }
      const { rights, administratorsAlone } = await json("orders --identity dev", {
        token: null,
        catalog: ROTATING,
        settings: approving,
      });
      assert.deepEqual(
        rights.map(({ level, rotator }) => [level, rotator]),
        [["open", "orders"]],
      );
      assert.deepEqual(administratorsAlone, []);
      const all = await json("", { token: null, catalog: ROTATING });
      assert.deepEqual(
        all.administratorsAlone.map(({ path: each }) => each),
        [managing],
      );
    });

    it("finds nothing where everything is as declared, approvals and the audit's team included", async () => {
      await declareAll(ROTATING, { ...inProgram, approvers: ["security"] });
      const settings = { ...inProgram, approvers: ["security"] };
      assert.deepEqual(await differences({ settings }), []);
    });

    it("takes each stack's own approvers for its environments", async () => {
      const folder = mkdtempSync(join(tmpdir(), "stacks-"));
      const config = {
        ...CONFIG,
        environments: ["production"],
        carriers: ["carrier"],
        approvers: ["security"],
      };
      const own = Object.entries(config).map(([key, value]) => [`p:${key}`, value]);
      writeFileSync(join(folder, "Pulumi.live.yaml"), JSON.stringify({ config: Object.fromEntries(own) }));
      try {
        await declareAll(ROTATING, approving);
        const settings = { ...SETTINGS, environments: ["staging"], organizationStack: "live" };
        assert.deepEqual(await differences({ settings, dir: folder }), []);
        assert.notDeepEqual(await differences({ settings }), []);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it("finds rights of teams elsewhere on the managing user and on what is rotated, and says how to end them", async () => {
      await declareAll(ROTATING);
      await cloud.environment(managing, "values: {}\n");
      await makeTeam("interns");
      await patch("interns", on(managing, "open"));
      await patch("interns", on(rotated, "write"));
      await patch("app-production-sync", on(managing, "read"));
      assert.deepEqual((await differences({}))?.sort(), [
        `team-permission-undeclared team app-production-sync: it has read on ${managing}, which no policy says. take it away in Pulumi Cloud: a managing user is administrators' alone`,
        `team-permission-undeclared team interns: it has open on ${managing}, which no policy says. take it away in Pulumi Cloud: a managing user is administrators' alone`,
        `team-permission-undeclared team interns: it has write on ${rotated}, which no policy says. take it away in Pulumi Cloud, or add a policy that says why`,
      ]);
    });

    it("misses the application's right on what is rotated, and does not close the default without it", async () => {
      await declareAll(ROTATING);
      await patch("app-production-application", without(rotated));
      assert.deepEqual(await differences({}), [
        `team-permission-missing team app-production-application: it has no right on ${rotated}, declared open. pulumi up --refresh`,
      ]);
      await setDefault("write");
      const { code, err } = await run("--close-default", { catalog: ROTATING });
      assert.equal(code, 2);
      assert.match(err, /people would be shut out: team app-production-application: .*rotated-orders/);
      assert.equal(await getDefault(), "write");
    });

    it("misses a right of the audit's team on the managing user: its job could not look whether that is there", async () => {
      await declareAll(ROTATING, inProgram);
      await patch("app-program-audit", without(managing));
      assert.deepEqual(await differences({ settings: inProgram }), [
        `team-permission-missing team app-program-audit: it has no right on ${managing}, declared read. pulumi up --refresh`,
      ]);
    });
  });

  describe("--close-default", () => {
    it("sets it to none, says what it was, and changes nothing the second time", async () => {
      await declareAll();
      await setDefault("write");
      const first = await run("--close-default");
      assert.deepEqual(
        [first.code, first.out],
        [
          0,
          `${ORG}: the default environment permission was write, and is none now. Members keep what teams give them\n`,
        ],
      );
      assert.equal(await getDefault(), "none");
      const second = await run("--close-default");
      assert.deepEqual(
        [second.code, second.out],
        [0, `${ORG}: the default environment permission is none already\n`],
      );
    });

    it("refuses while declared access is missing: people would be shut out", async () => {
      await setDefault("write");
      const { code, err } = await run("--close-default");
      assert.equal(code, 2);
      assert.match(
        err,
        /declared access is not in place.*team app-staging-application: it is not there, or not any more.*\nRemedy: pulumi up/s,
      );
      assert.equal(await getDefault(), "write");
    });

    it("refuses a token that is not an administrator's", async () => {
      await declareAll();
      await setDefault("write");
      const { code, err } = await run("--close-default", { token: TOKENS.dev });
      assert.equal(code, 2);
      assert.match(err, /--close-default: the token is not an administrator's of payready\nRemedy: /);
      assert.equal(await getDefault(), "write");
    });

    it("refuses where the edition has no teams", async () => {
      await setDefault("write");
      const { code, err } = await run("--close-default", { settings: { ...SETTINGS, edition: "team" } });
      assert.equal(code, 2);
      assert.match(err, /the edition team has no teams: with the default at none, nobody but administrators/);
      assert.equal(await getDefault(), "write");
    });
  });
});

interface Options {
  token: string | null;
  settings: Settings;
  catalog: Catalog;
  dir: string;
  width: number | undefined;
}

interface Document {
  shared: unknown;
  rights: {
    environment: string;
    group: string;
    rotator?: string;
    level: string;
    identity: { name: string };
  }[];
  administratorsAlone: { path: string }[];
  cloud: {
    elsewhere: number;
    differences: Problem[];
  } | null;
  unknown: string[];
}
