import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { type EngineProject, startProject } from "./engine-project";

const PACK = resolve(__dirname, "..", "..", "policies");
const CANARY = "canary-of-a-password-4f1c";

/** A program of somebody who does everything by hand. */
const careless = (github: string) => `import * as github from "@pulumi/github";
import * as pulumi from "@pulumi/pulumi";
import * as pulumiservice from "@pulumi/pulumiservice";

const provider = new github.Provider("github", { owner: "ai-cherry", baseUrl: "${github}/" });
new github.ActionsOrganizationSecret("A_KEY", { secretName: "A_KEY", visibility: "all", value: "${CANARY}" }, { provider });
new pulumiservice.Webhook("hook", {
  organizationName: "scoobyjava-org", displayName: "hook", active: true, payloadUrl: "https://u:${CANARY}@example.org",
});
new pulumiservice.Team("known", {
  organizationName: "scoobyjava-org", teamType: "pulumi", name: "known",
  description: pulumi.secret("https://u:${CANARY}@example.org"),
});
`;

/** Names of the rules that a preview reported, by level. */
function reportedIn(output: string): { mandatory: string[]; advisory: string[] } {
  const of = (level: string) =>
    [...output.matchAll(new RegExp(`\\[${level}\\] +([a-z-]+)`, "g"))].map(([, name = ""]) => name);
  return { mandatory: [...new Set(of("mandatory"))].sort(), advisory: [...new Set(of("advisory"))].sort() };
}

describe("the policy pack in the engine", function () {
  this.timeout(120_000);
  let project: EngineProject;
  const preview = (stack: string, ...more: string[]) =>
    project.pulumi("preview", "-s", stack, "--policy-pack", PACK, ...more);

  before(async () => {
    project = await startProject();
  });
  after(async () => {
    await project?.close();
  });

  it("finds nothing in a preview of production", async () => {
    const { code, output } = await preview("production");
    assert.equal(code, 0, output);
    assert.match(output, /✅ +sophia-secrets@v\d/);
    assert.deepEqual(reportedIn(output), { mandatory: [], advisory: [] });
  });

  it("finds nothing where the program's own jobs are trusted, with the config that ships", async () => {
    const file = join(project.folder, "Pulumi.production.yaml");
    const text = readFileSync(file, "utf8");
    const { config } = parse(text);
    writeFileSync(
      file,
      JSON.stringify({ config: { ...config, "sophia-secrets:programRepository": "sophia-main" } }),
    );
    const { code, output } = await preview("production", "--policy-pack-config", join(PACK, "config.json"));
    writeFileSync(file, text);
    assert.equal(code, 0, output);
    assert.match(output, /OidcIssuer/);
    assert.deepEqual(reportedIn(output), { mandatory: [], advisory: [] });
  });

  it("finds nothing where an access policy names a team that people made in Pulumi Cloud", async () => {
    const body = { name: "on-call", displayName: "on-call", description: "" };
    const made = await fetch(`${project.sandbox.pulumi.url}/api/orgs/scoobyjava-org/teams/pulumi`, {
      method: "POST",
      headers: {
        authorization: `token ${project.sandbox.tokens.pulumi}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    assert.ok(made.ok, await made.text());
    const file = join(project.folder, "secrets", "access-policies.ts");
    const text = readFileSync(file, "utf8");
    const changed = text.replace('{ type: "user", name: "developer" }', '{ type: "team", name: "on-call" }');
    assert.notEqual(changed, text);
    writeFileSync(file, changed);
    const { code, output } = await preview("staging");
    writeFileSync(file, text);
    assert.equal(code, 0, output);
    assert.deepEqual(reportedIn(output), { mandatory: [], advisory: [] });
  });

  it("ends a careless preview with the rules it breaks, at the levels of the config, and shows no value", async () => {
    writeFileSync(join(project.folder, "index.ts"), careless(project.sandbox.github.url));
    const config = join(project.folder, "policies.json");
    writeFileSync(config, JSON.stringify({ "slot-guards": { enforcementLevel: "advisory" } }));
    const { code, output } = await preview("staging", "--policy-pack-config", config);
    assert.notEqual(code, 0, output);
    assert.deepEqual(reportedIn(output), {
      mandatory: [
        "no-plaintext-secrets",
        "organization-secrets-not-for-all",
        "secrets-have-owner-and-rotation",
      ],
      advisory: ["slot-guards"],
    });
    assert.match(
      output,
      /hook: payloadUrl holds a password in an address in plain text\.\n +Remedy: take it from encrypted/,
    );
    assert.ok(!output.includes(CANARY));
  });
});
