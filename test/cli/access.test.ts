import assert from "node:assert/strict";
import { accessOf, type Grant, type TeamAccess } from "../../secrets/access";
import { type Catalog, defineCatalog } from "../../secrets/entry";
import { pathOf } from "../../secrets/layout";
import { parseSettings, type Settings } from "../../secrets/settings";
import type { Doors } from "../../src/cli/command";
import { runProgram } from "../../src/cli/program";
import { createHttp } from "../../src/clients/http";
import { createPulumiCall } from "../../src/clients/pulumi-call";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { Secret } from "../../src/secret";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";

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

const SETTINGS = parseSettings({
  githubOrganization: "acme",
  pulumiOrganization: ORG,
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
}).settings as Settings;

interface Ran {
  code: number;
  out: string;
  err: string;
}

describe("sophia-secrets access", () => {
  let cloud: CloudFixture;

  const run = async (
    line: string,
    { token = TOKENS.admin, settings = SETTINGS, catalog = CATALOG }: Partial<Options> = {},
  ): Promise<Ran> => {
    const heard = { out: "", err: "" };
    const terminal = {
      print: (text: string) => {
        heard.out += `${text}\n`;
      },
      say: (text: string) => {
        heard.err += `${text}\n`;
      },
    };
    const http = createHttp({ waitMs: 1, tries: 1, patienceMs: 100 });
    const at = { url: cloud.url, organization: ORG, token: new Secret(token ?? ""), http };
    const project = { dir: "/nowhere", name: "p", stack: "production", settings };
    const doors = {
      catalog,
      project,
      terminal,
      cloud: () => (token === null ? undefined : createPulumiCloud(at)),
      cloudCall: () => createPulumiCall(at),
    } as unknown as Doors;
    const argv = ["access", ...line.split(" ").filter((each) => each !== "")];
    return { code: await runProgram(argv, async () => doors, terminal), ...heard };
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
    (await cloud.call("GET", `/api/orgs/${ORG}`)).json.defaultEnvironmentPermission;

  /** Everything as `pulumi up` of every stack leaves it. */
  const declareAll = async () => {
    await makeTeam("oncall");
    for (const environment of CATALOG.environments) {
      const groups = Object.keys(CATALOG.groups);
      const { teams } = accessOf(SETTINGS, environment, groups, CATALOG.accessPolicies);
      for (const team of teams) await declareTeam(team);
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
    assert.match(out, /not compared with Pulumi Cloud: PULUMI_ACCESS_TOKEN is not set/);
    assert.match(out, /not known here:\n {2}what custom roles/);
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
    assert.equal(unknown.length, 2);
    const only = await json("STAGING_ONLY", { token: null });
    assert.deepEqual([...new Set(only.rights.map(({ environment }) => environment))], ["staging"]);
    const own = await run("PULUMI_ACCESS_TOKEN", { token: null });
    assert.match(own.out, /^PULUMI_ACCESS_TOKEN never stands in ESC\nnobody, by the declaration\n/);
  });

  it("refuses names, environments and options that are wrong", async () => {
    for (const [line, words] of [
      ["OPENAI", /OPENAI: the catalog has no such entry/],
      ["PG_PASSWORD", /PG_PASSWORD: it is an older name of POSTGRES_PASSWORD/],
      ["--environment prod", /names no environment of the catalog: prod/],
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
    await makeTeam("strangers");
    await patch("strangers", on("app-production-ledger", "open"));
    await cloud.call("DELETE", path("app-staging-sync"));
    const { code } = await run("");
    assert.equal(code, 1);
    const found =
      (await json("")).cloud?.differences.map(({ kind, thing, what }) => `${kind} ${thing}: ${what}`) ?? [];
    for (const expected of [
      /^default payready: its default environment permission is write: every member/,
      /^member team app-production-admins-open: dev is in it and not declared/,
      /^missing team app-staging-admins-open: ada is not in it/,
      /^permission team app-production-application: it has admin on default\/app-production-keys, declared open/,
      /^permission team oncall: it has read on default\/app-production-keys, which no policy says/,
      /^permission team strangers: it has open on default\/app-production-ledger, which no policy says/,
      /^missing team app-staging-sync: it is not there yet/,
    ])
      assert.equal(
        found.filter((each) => expected.test(each)).length,
        1,
        `${expected} in\n${found.join("\n")}`,
      );
    assert.equal(found.length, 7, found.join("\n"));
  });

  it("names a team that is not there, and somebody without an account", async () => {
    const [admins, dba] = CATALOG.accessPolicies ?? [];
    assert.ok(admins !== undefined && dba !== undefined);
    const ghost = { ...admins, identities: [{ type: "user", name: "ghost" }] } as const;
    const { cloud: found } = await json("", { catalog: { ...CATALOG, accessPolicies: [ghost, dba] } });
    const told = found?.differences.map(({ thing, what }) => `${thing}: ${what}`) ?? [];
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

  it("compares the default alone where the edition has no teams, and says that nothing is enforced", async () => {
    const settings: Settings = { ...SETTINGS, edition: "team" };
    const { code, out } = await run("", { settings });
    assert.equal(code, 0);
    assert.match(out, /edition team has no teams: none of this is enforced/);
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
          `${ORG}: the default environment permission was write, and is none. Members keep what teams give them\n`,
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
        /declared access is not in place.*team app-staging-application: it is not there yet.*Remedy: pulumi up/s,
      );
      assert.equal(await getDefault(), "write");
    });

    it("refuses a token that is no administrator's", async () => {
      await declareAll();
      await setDefault("write");
      const { code, err } = await run("--close-default", { token: TOKENS.dev });
      assert.equal(code, 2);
      assert.match(err, /--close-default: the token is not an administrator's of payready\. Remedy: /);
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
}

interface Document {
  rights: { environment: string; group: string; level: string; identity: { name: string } }[];
  cloud: { differences: { kind: string; thing: string; what: string }[] } | null;
  unknown: string[];
}
