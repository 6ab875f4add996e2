import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approveChanges } from "../../sandbox/approve-changes";
import { projectNames } from "../../sandbox/project-names";
import { readSeed } from "../../sandbox/read-seed";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { personOf } from "../../sandbox/sandbox-tokens";
import { exportLines, shellEnvironment } from "../../sandbox/shell-environment";

const SEED = readSeed(join(__dirname, "../../sandbox/seed.yaml"), projectNames(join(__dirname, "../..")));
const ORG = "scoobyjava-org";
const PLACE = "default/proposed";

describe("the people of a sandbox", () => {
  let folder: string;
  let sandbox: Sandbox;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "sandbox-"));
    sandbox = await startSandbox({ folder, seed: SEED });
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const person = (login: string) => personOf(SEED, sandbox.tokens, login);
  const call = (method: string, path: string, token: string | undefined, body?: string) =>
    fetch(`${sandbox.pulumi.url}/api/${path}`, {
      method,
      headers: { authorization: `token ${token}` },
      ...(body === undefined ? {} : { body }),
    });

  it("have tokens of their own, of which none tells someone else's", async () => {
    const { pulumi, github } = person("developer");
    ok(pulumi !== undefined && github !== undefined);
    equal(
      ((await (await call("GET", "user", pulumi)).json()) as { githubLogin: string }).githubLogin,
      "developer",
    );
    equal(pulumi.length, sandbox.tokens.pulumi.length);
    match(github, /^ghp_[0-9a-f]{36}$/);
    ok(!pulumi.includes(sandbox.tokens.pulumi.slice(4)));
    notEqual(person("auditor").pulumi, pulumi);
    deepEqual(person("platform-engineer").pulumi, sandbox.tokens.pulumi);
    equal(person("auditor").github, undefined);
  });

  it("are named where somebody asks for one who is not there", () => {
    throws(
      () => person("nobody"),
      /^Error: WHO: the sandbox has no token of nobody\. Remedy: one of platform-engineer, developer, auditor, database-admin$/,
    );
  });

  it("have shells that keep nothing of the person before", () => {
    const running = { pid: 1, github: "g", pulumi: "p", registry: "r", binDir: "b", pulumiHome: "/h" };
    const shell = shellEnvironment({ ...running, tokens: sandbox.tokens }, "/bin", person("auditor"));
    equal(shell.GITHUB_TOKEN, undefined);
    equal(shell.PULUMI_CREDENTIALS_PATH, "/h/people/auditor");
    match(exportLines(shell), /^unset .*GITHUB_TOKEN PULUMI_ACCESS_TOKEN PULUMI_CREDENTIALS_PATH\n/);
  });

  describe("approve what was proposed", () => {
    const said: string[] = [];
    const approve = (seed = SEED) => {
      said.length = 0;
      return approveChanges(
        { pulumi: sandbox.pulumi.url, tokens: sandbox.tokens },
        seed,
        (line) => void said.push(line),
      );
    };
    const admin = (method: string, path: string, body?: string) =>
      call(method, path, sandbox.tokens.pulumi, body);
    const text = async () => (await admin("GET", `esc/environments/${ORG}/${PLACE}`)).text();

    before(async () => {
      await admin(
        "POST",
        `esc/environments/${ORG}`,
        JSON.stringify({ project: "default", name: "proposed" }),
      );
      const eligibleApprovers = [{ eligibilityType: "team_member", teamName: "security" }];
      const rule = { ruleType: "approval_required", numApprovalsRequired: 1, eligibleApprovers };
      const target = { actionTypes: ["update"], entityType: "environment", qualifiedName: PLACE };
      const gate = { name: "values", enabled: true, rule, target };
      equal((await admin("POST", `change-gates/${ORG}`, JSON.stringify(gate))).status, 201);
    });

    it("unless nothing was", async () => {
      equal(await approve(), true);
      deepEqual(said, ["Nothing waits for approval."]);
    });

    it("but for what nobody may approve, and with one who may it is applied", async () => {
      const drafted = await admin("POST", `esc/environments/${ORG}/${PLACE}/drafts`, "values: {a: 1}\n");
      const { changeRequestId: id } = (await drafted.json()) as { changeRequestId: string };
      await admin("POST", `change-requests/${ORG}/${id}/submit`, "{}");
      equal(await approve(), false);
      match(said.join(), /^default\/proposed: nobody may approve it, not applied: .*lacks approvals/);
      equal(await text(), "");
      const right = { projectName: "default", envName: "proposed", permission: "read" };
      await admin("PATCH", `orgs/${ORG}/teams/security`, JSON.stringify({ addEnvironmentPermission: right }));
      equal(await approve(), true);
      deepEqual(said, [`default/proposed: approved by auditor, applied (change request ${id})`]);
      equal(await text(), "values: {a: 1}\n");
    });
  });
});
