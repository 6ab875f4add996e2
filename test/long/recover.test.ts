import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";

const ORG = "scoobyjava-org";
const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");

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

  it("is whole again after recover and up, with nothing left to change", async () => {
    const recovered = await recover();
    assert.equal(recovered.code, 0, recovered.output);
    // The issuer is none of them: up itself imports one that exists, with the rules of others.
    assert.match(recovered.output, /4 imported into the state of production/);
    const done = await up();
    assert.equal(done.code, 0, done.output);
    // The push of the workflow has synced the one value by now, which a refresh sees.
    await project.ok("up", "-s", "production", "--yes", "--skip-preview", "--refresh");
    await project.ok("preview", "-s", "production", "--refresh", "--expect-no-changes");
    assert.match((await recover()).output, /Nothing to recover/);
  });
});
