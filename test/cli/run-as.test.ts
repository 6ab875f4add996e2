import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROGRAM_WORKFLOWS, programRules, programTeam } from "../../src/access/trust";
import type { Settings } from "../../src/catalog/settings";
import { type CloudFixture, ORG, startCloud, team } from "../pulumi-cloud/cloud-fixture";
import { type IdentityEndpoint, ISSUER, openIdentityEndpoint } from "../sync/identity-endpoint";
import { commandContext, runCommand } from "./command-context";
import { AT_CLOUD } from "./small-organization";

const settings: Settings = { ...AT_CLOUD, programRepository: "infra" };
const repository = { repository: `${settings.githubOrganization}/infra`, repository_id: "8" };
const onMain = { ...repository, ref: "refs/heads/main", event_name: "schedule" };

/** Claims of a job of one of the program's workflow files, in an environment. */
const inWorkflow = (job: keyof typeof PROGRAM_WORKFLOWS, environment: string) => ({
  ...onMain,
  workflow_ref: `${repository.repository}/${PROGRAM_WORKFLOWS[job]}@${onMain.ref}`,
  environment,
});
const AUDIT = inWorkflow("audit", "program-audit");

/** Asks Pulumi Cloud who it is, and writes that, its token and its address into the file of the last argument. */
const WHO = `
  const { PULUMI_ACCESS_TOKEN: token, PULUMI_BACKEND_URL: url, PULUMI_STACK: stack } = process.env;
  fetch(url + "/api/user", { headers: { authorization: "token " + token } })
    .then((answer) => answer.json())
    .then(({ tokenInfo }) => require("fs").writeFileSync(process.argv.at(-1), JSON.stringify({ tokenInfo, token, stack })));
`;

describe("sophia-secrets run-as", () => {
  let cloud: CloudFixture;
  let endpoint: IdentityEndpoint;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "run-as-"));
    endpoint = await openIdentityEndpoint({});
    cloud = await startCloud({ issuers: { [ISSUER]: endpoint.jwks } });
    const issuers = `/api/orgs/${ORG}/oidc/issuers`;
    const { id } = (await cloud.call("POST", issuers, { body: { name: "github", url: ISSUER } })).json;
    const path = `/api/orgs/${ORG}/auth/policies`;
    const policy = (await cloud.call("GET", `${path}/oidcissuers/${id}`)).json.id;
    const policies = programRules(settings, ["production"], { name: "infra", id: 8 });
    const answer = await cloud.call("PATCH", `${path}/${policy}`, { body: { policies } });
    assert.equal(answer.status, 200, answer.text);
    for (const job of ["preview", "audit"] as const) await team(cloud, programTeam(settings, job), []);
  });
  after(async () => {
    await cloud.close();
    await endpoint.close();
    rmSync(folder, { recursive: true });
  });

  const run = async (
    argv: string[],
    claims: Record<string, string>,
    change: Partial<Settings> = {},
    env = {},
  ) => {
    for (const name of Object.keys(endpoint.claims)) delete endpoint.claims[name];
    Object.assign(endpoint.claims, claims);
    const own = {
      project: { settings: { ...settings, pulumiApiUrl: cloud.url, ...change } },
      env: { PATH: process.env.PATH, PULUMI_BACKEND_URL: cloud.url, ...endpoint.environment, ...env },
    };
    return runCommand(["run-as", ...argv], commandContext({}, own));
  };
  const who = (job: string) => [job, "--", process.execPath, "-e", WHO, join(folder, "who.json")];
  const found = () => JSON.parse(readFileSync(join(folder, "who.json"), "utf8"));

  it("gives the command the token of the job's team, and neither prints it nor keeps it", async () => {
    const { code, stdout, stderr } = await run(who("audit"), AUDIT);
    assert.deepEqual([code, stdout, stderr], [0, "", ""]);
    assert.equal(found().tokenInfo.team, programTeam(settings, "audit"));
    assert.equal(found().stack, `${ORG}/production`);
  });

  it("tells a runner both tokens to mask, on stderr, before the command speaks", async () => {
    const { stdout, stderr } = await run(who("audit"), AUDIT, {}, { GITHUB_ACTIONS: "true" });
    assert.equal(stdout, "");
    assert.equal(stderr, `::add-mask::${endpoint.issued.at(-1)}\n::add-mask::${found().token}\n`);
  });

  it("makes the branch's deployment an administrator of the organization, and of no team", async () => {
    const { code } = await run(who("up"), inWorkflow("up", "program-production"));
    assert.equal(code, 0);
    assert.equal(found().tokenInfo.organization, ORG);
    assert.equal(found().tokenInfo.team, "");
    const headers = { authorization: `token ${found().token}` };
    assert.equal((await fetch(`${cloud.url}/api/orgs/${ORG}/oidc/issuers`, { headers })).status, 200);
  });

  it("starts nothing for a pull request that asks to be an administrator", async () => {
    const claims = { ...repository, ref: "refs/pull/1/merge", event_name: "pull_request", base_ref: "main" };
    rmSync(join(folder, "who.json"), { force: true });
    const { code, stderr } = await run(who("up"), { ...claims, environment: "program-preview" });
    assert.equal(code, 2);
    assert.match(
      stderr,
      /trust in this job \(administrator of payready\).*denied.*event_name "pull_request"/,
    );
    assert.throws(found, /ENOENT/);
    assert.equal((await run(who("preview"), { ...claims, environment: "program-preview" })).code, 0);
  });

  it("hands every word on, also one that is there twice", async () => {
    const count = "process.exit(process.argv.length - 1)";
    assert.equal((await run(["audit", "--", process.execPath, "-e", count, "x", "x", "x"], AUDIT)).code, 3);
  });

  it("fails as the command fails, and says when there is none", async () => {
    const failing = ["audit", "--", process.execPath, "-e", "process.exit(7)"];
    assert.equal((await run(failing, AUDIT)).code, 7);
    const missing = await run(["audit", "--", "no-such-command"], AUDIT);
    assert.deepEqual(
      [missing.code, /no-such-command: cannot be started \(ENOENT\)/.test(missing.stderr)],
      [2, true],
    );
  });

  const wrong: [string, string[], Partial<Settings>, object, RegExp][] = [
    ["a job of no name", ["deploy", "--", "true"], {}, {}, /the job is none of preview, audit and up/],
    ["no command", ["audit"], {}, {}, /no command was given/],
    [
      "a stack that trusts no job",
      ["audit", "--", "true"],
      { programRepository: undefined as unknown as string },
      {},
      /config programRepository: is not set/,
    ],
    [
      "an address that the stack's config alone names",
      ["audit", "--", "true"],
      { pulumiApiUrl: "https://api.pulumi.example" },
      {},
      /config pulumiApiUrl: is neither https:\/\/api\.pulumi\.com nor what this job's PULUMI_BACKEND_URL says/,
    ],
    [
      "one that is named where the workflow names none",
      ["audit", "--", "true"],
      {},
      { PULUMI_BACKEND_URL: undefined },
      /config pulumiApiUrl: [\s\S]*set PULUMI_BACKEND_URL to it in the workflow/,
    ],
    [
      "a place that is not a job",
      ["audit", "--", "true"],
      {},
      { ACTIONS_ID_TOKEN_REQUEST_URL: "" },
      /may not ask for one[\s\S]*id-token: write/,
    ],
  ];
  for (const [what, argv, change, env, words] of wrong)
    it(`refuses ${what}`, async () => {
      const issued = endpoint.issued.length;
      const outcome = await run(argv, {}, change, env);
      assert.equal(endpoint.issued.length, issued);
      assert.equal(outcome.code, 2);
      assert.match(outcome.stderr, words);
    });
});
