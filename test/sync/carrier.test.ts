import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import type { Settings } from "../../src/catalog/settings";
import { renderScript, renderWorkflow } from "../../src/sync/carrier-files";
import { People } from "../engine/people";
import { jobCatalog, jobSecret } from "./small-job";

const BUNDLE = readFileSync(join(__dirname, "..", "..", "dist", "sync_secrets.cjs"), "utf8");
const [ORG, CLOUD_ORG, CARRIER] = ["acme", "payready", "carrier"];
const TEAM = "app-production-sync";
const ISSUER = "https://token.actions.githubusercontent.com";
const ENVIRONMENTS = ["app-api-keys", "app-databases", "app-ledger"];

const words = Array.from({ length: 40 }, (_, index) => `canary${index}${randomBytes(9).toString("hex")}`);
const secretValue = (index: number) =>
  index % 2 === 0 ? (words[index] ?? "") : `{"a": "${words[index]}"}\nline-two-of-${words[index]}\n`;
const names = words.map((_, index) => `SECRET_${String(index).padStart(2, "0")}`);
const catalog = jobCatalog(
  [...names.map((name) => jobSecret(name)), jobSecret("DB_PASSWORD", { group: "databases" })],
  { syncAuthentication: "oidc" },
);

/** Words that stand in a text, also in base64 at any place, as hexadecimal digits or turned round. */
function leaksIn(text: string): string[] {
  return words.filter((word) => {
    const base64 = [0, 1, 2].map((shift) => Buffer.from(word.slice(shift, shift + 12)).toString("base64"));
    const forms = [word, Buffer.from(word).toString("hex"), [...word].reverse().join(""), ...base64];
    return forms.some((form) => text.includes(form));
  });
}

describe("the workflow in a carrier made after 2026-07-15, on the sandbox's runner", function () {
  this.timeout(90_000);
  const folder = mkdtempSync(join(tmpdir(), "carrier-"));
  let sandbox: Sandbox;
  let people: People;

  const cloud = async (method: string, path: string, body?: unknown) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const headers = { authorization: `token ${sandbox.tokens.pulumi}` };
    const init = body === undefined ? { method, headers } : { method, headers, body: text };
    const answer = await fetch(`${sandbox.pulumi.url}${path}`, init);
    ok(answer.status < 300, `${method} ${path}: ${answer.status}`);
    const said = await answer.text();
    return said.startsWith("{") ? JSON.parse(said) : said;
  };

  before(async () => {
    const member = { login: "ada", role: "admin" } as const;
    const repository = {
      name: CARRIER,
      private: true,
      createdAt: "2026-08-01T00:00:00Z",
      files: { "README.md": "#\n" },
    };
    sandbox = await startSandbox({
      folder,
      seed: {
        github: {
          organizations: [{ login: ORG, plan: "team", members: [member], repositories: [repository] }],
          tokens: [{ login: "ada", scopes: ["admin:org", "repo", "workflow"] }],
        },
        pulumi: {
          organizations: [{ name: CLOUD_ORG, defaultEnvironmentPermission: "none", members: [member] }],
          tokens: [{ login: "ada" }],
        },
        registry: { images: [] },
      },
    });
    people = new People(sandbox.github.url, sandbox.tokens.github, ORG, CARRIER);
    await prepareCloud();
    for (const [index, name] of names.entries()) await people.setSecret(name, secretValue(index));
    await people.setSecret("DB_PASSWORD", "one-of-its-own");
    const settings = { branch: "main" } as Settings;
    await commit("scripts/ci/sync_secrets.cjs", renderScript(catalog, BUNDLE));
    await commit(".github/workflows/sync_secrets.yml", renderWorkflow(catalog, settings));
  });
  after(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  async function commit(path: string, text: string): Promise<void> {
    await people.octokit.rest.repos.createOrUpdateFileContents({
      ...{ owner: ORG, repo: CARRIER, path, message: path },
      content: Buffer.from(text).toString("base64"),
    });
  }

  async function prepareCloud(): Promise<void> {
    const team = `/api/orgs/${CLOUD_ORG}/teams`;
    await cloud("POST", `${team}/pulumi`, { name: TEAM, displayName: TEAM, description: "" });
    for (const envName of ENVIRONMENTS) {
      await cloud("POST", `/api/esc/environments/${CLOUD_ORG}`, { project: "default", name: envName });
      const addEnvironmentPermission = { projectName: "default", envName, permission: "write" };
      await cloud("PATCH", `${team}/${TEAM}`, { addEnvironmentPermission });
    }
    const issuer = { name: "github", url: ISSUER, maxExpiration: 3600 };
    const { id } = await cloud("POST", `/api/orgs/${CLOUD_ORG}/oidc/issuers`, issuer);
    const policy = await cloud("GET", `/api/orgs/${CLOUD_ORG}/auth/policies/oidcissuers/${id}`);
    const data = (await people.octokit.rest.repos.get({ owner: ORG, repo: CARRIER })).data;
    const rules = {
      aud: `urn:pulumi:org:${CLOUD_ORG}`,
      repository: `${ORG}/${CARRIER}`,
      repository_id: String(data.id),
      ref: "refs/heads/main",
      environment: "production",
    };
    const allow = { decision: "allow", tokenType: "team", teamName: TEAM, authorizedPermissions: [], rules };
    await cloud("PATCH", `/api/orgs/${CLOUD_ORG}/auth/policies/${policy.id}`, { policies: [allow] });
  }

  const sync = async (inputs: Record<string, string>) => {
    const known = new Set((await people.runs()).map((run) => run.id));
    const place = { owner: ORG, repo: CARRIER, workflow_id: "sync_secrets.yml", ref: "main" };
    await people.octokit.rest.actions.createWorkflowDispatch({ ...place, inputs });
    const run = (await people.runs()).find(({ id }) => !known.has(id));
    return people.ended(run?.id ?? 0);
  };

  it("syncs on the push, by rules that do not use the subject, and shows no value in its log", async () => {
    const [push] = await people.runs();
    const run = await people.ended(push?.id ?? 0);
    const log = run.jobs.map((job) => job.log).join("\n");
    equal(run.conclusion, "success", log);
    match(log, /production: 41 created/);
    deepEqual(leaksIn(log), []);
    const audit = readFileSync(join(folder, "audit.jsonl"), "utf8");
    match(audit, /oidc:github:repo:acme@\d+\/carrier@\d+:environment:production/);
  });

  it("takes names as data: a text that a shell would carry out is refused as no name", async () => {
    const run = await sync({ names: 'SECRET_00"; echo owned > owned.txt; "', "dry-run": "true" });
    equal(run.conclusion, "failure");
    match(run.jobs[0]?.log ?? "", /names: the catalog has no such secret: \(no name\)/);
    const named = await sync({ names: "SECRET_00,SECRET_01" });
    match(named.jobs[0]?.log ?? "", /production: 2 unchanged, 38 not asked for/);
  });

  it("leaves no value in the carrier's git objects, in the run's page or anywhere in GitHub's answers", async () => {
    const git = join(folder, "github", "git", ORG, `${CARRIER}.git`);
    const objects = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], {
      cwd: git,
      encoding: "latin1",
      maxBuffer: 1 << 28,
    });
    match(objects, /JOB_CATALOG/);
    deepEqual(leaksIn(objects), []);
    const left = readdirSync(join(folder, "runner"), { recursive: true, encoding: "utf8" });
    deepEqual(
      left.filter((path) => path.includes("owned")),
      [],
    );
    const { data } = await people.octokit.rest.actions.listWorkflowRunsForRepo({ owner: ORG, repo: CARRIER });
    deepEqual(leaksIn(JSON.stringify(data)), []);
  });

  it("would notice a value in a commit", async () => {
    await commit("planted.txt", `x ${secretValue(1)}`);
    const git = join(folder, "github", "git", ORG, `${CARRIER}.git`);
    const objects = execFileSync("git", ["cat-file", "--batch-all-objects", "--batch"], {
      cwd: git,
      encoding: "latin1",
      maxBuffer: 1 << 28,
    });
    deepEqual(leaksIn(objects), [words[1]]);
  });
});
