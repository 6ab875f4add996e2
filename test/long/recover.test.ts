import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";

const ORG = "scoobyjava-org";
const DATABASES = "sophia-ai-production-database-credentials";
const PEOPLES = [
  "# The old application reads this until spring.",
  "imports:",
  "  - default/theirs # shared",
  "values:",
  "  greeting:",
  '    fn::join: [",", ["a",   "b"]]',
  "",
  "  files: # certificates",
  "    CERT: |",
  "      -----BEGIN",
  "",
];
const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");

const COMPOSITE = `/api/esc/environments/${ORG}/default/sophia-ai-production`;

describe("an up that left things behind, with the real engine", function () {
  this.timeout(300_000);
  let project: EngineProject;
  const ask = async (method: string, path: string, body: object | string) => {
    const answer = await fetch(project.sandbox.pulumi.url + path, {
      method,
      headers: { authorization: `token ${project.sandbox.tokens.pulumi}` },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  };
  const command = (...args: string[]) =>
    ending(
      spawn(process.execPath, [COMMAND, ...args], { cwd: project.folder, env: project.env }),
      project.printed,
    );
  const recover = () => command("recover");
  const up = () => project.pulumi("up", "-s", "production", "--yes", "--skip-preview");

  before(async () => {
    project = await startProject();
    // As an `up` leaves them that dies between the first and the second request of a create.
    for (const name of [
      "sophia-ai-production",
      "sophia-ai-production-api-keys",
      "sophia-ai-production-ledger",
    ])
      await ask("POST", `/api/esc/environments/${ORG}`, { project: "default", name });
    // And two that people wrote.
    for (const name of ["theirs", DATABASES])
      await ask("POST", `/api/esc/environments/${ORG}`, { project: "default", name });
    await ask("PATCH", `/api/esc/environments/${ORG}/default/theirs`, "values: {theirs: 1}\n");
    await ask("PATCH", `/api/esc/environments/${ORG}/default/${DATABASES}`, PEOPLES.join("\n"));
    await ask("PATCH", COMPOSITE, "# theirs\nimports: [default/theirs]\n");
    const team = { teamType: "pulumi", displayName: "sync", description: "" };
    const name = "sophia-ai-production-sync";
    await ask("POST", `/api/orgs/${ORG}/teams/pulumi`, { ...team, organization: ORG, name });
    const url = "https://token.actions.githubusercontent.com";
    await ask("POST", `/api/orgs/${ORG}/oidc/issuers`, { name: "github-actions", url });
    await project.people.setSecret("OPENAI_API_KEY", "sk-canary-of-a-person-0123456789");
  });
  after(() => project?.close());

  it("stays broken by itself: what exists cannot be created", async () => {
    const failed = await up();
    assert.notEqual(failed.code, 0);
    assert.match(failed.output, /already exists/);
  });

  it("leaves secrets of GitHub to adopt: names them in words, and touches nothing", async () => {
    const refused = await recover();
    assert.equal(refused.code, 2);
    assert.match(
      refused.output,
      /OPENAI_API_KEY: this organization secret exists .*\.\/sophia-secrets adopt OPENAI_API_KEY/,
    );
    assert.doesNotMatch(refused.output, /[{}]|canary/);
    assert.equal((await command("adopt", "OPENAI_API_KEY")).code, 0);
    assert.equal((await command("repair", "OPENAI_API_KEY")).code, 0);
  });

  it("refuses a composite with people's text, and says what stands there, until it is empty", async () => {
    const refused = await recover();
    assert.equal(refused.code, 2);
    assert.match(
      refused.output,
      /default\/sophia-ai-production: it exists with a text of its own, which .* replace: imports default\/theirs; 1 comment/,
    );
    await ask("PATCH", COMPOSITE, "values: {}\n");
  });

  it("is whole again after recover and up, with nothing left to change", async () => {
    const recovered = await recover();
    assert.equal(recovered.code, 0, recovered.output);
    // The issuer is none of them: up itself imports one that exists, with the rules of others.
    assert.match(recovered.output, /5 imported into the state of production/);
    assert.match(
      recovered.output,
      new RegExp(
        `Kept as it is: default/${DATABASES} has imports default/theirs; fn::join; values at files.CERT, greeting; 3 comments`,
      ),
    );
    const done = await up();
    assert.equal(done.code, 0, done.output);
    // The push of the workflow has synced the one value by now, which a refresh sees.
    await project.ok("up", "-s", "production", "--yes", "--skip-preview", "--refresh");
    await project.ok("preview", "-s", "production", "--refresh", "--expect-no-changes");
    assert.match((await recover()).output, /Nothing to recover/);
  });

  it("writes beside what people wrote, byte for byte, once the job may read what they import", async () => {
    await project.people.setEnvironmentSecret(
      "production",
      "POSTGRES_PASSWORD",
      "canary-of-postgres-0123456789",
    );
    const refused = await project.people.sync("production");
    assert.match(
      refused.jobs.map(({ log }) => log).join("\n"),
      new RegExp(`default/${DATABASES}: Pulumi Cloud refuses its text for the import default/theirs`),
    );
    const permission = { projectName: "default", envName: "theirs", permission: "read" };
    await ask("PATCH", `/api/orgs/${ORG}/teams/sophia-ai-production-sync`, {
      addEnvironmentPermission: permission,
    });
    await project.people.sync("production");
    const answer = await fetch(
      `${project.sandbox.pulumi.url}/api/esc/environments/${ORG}/default/${DATABASES}`,
      {
        headers: { authorization: `token ${project.sandbox.tokens.pulumi}` },
      },
    );
    const text = await answer.text();
    assert.match(text, /POSTGRES_PASSWORD: \$\{sophia\.postgres_password\}/);
    const lines = text.split("\n");
    // The sandbox's service writes lists in braces anew where it encrypts.
    for (const line of PEOPLES.filter((each) => !each.includes("fn::join")))
      assert.ok(lines.includes(line), `${line}\n${text}`);
  });
});
