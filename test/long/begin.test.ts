import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Catalog } from "../../src/catalog/entry";
import { createCatalogLoader } from "../../src/loaders/typescript/catalog-loader";
import { Secret } from "../../src/secret";
import { type AdoptProject, withCommand } from "../cli/adopt-project";
import { startProject } from "../engine/engine-project";
import { CARRIER, ORGANIZATION, otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";

const ENVIRONMENTS = ["staging", "production"];
const SHARED = {
  OPENAI_API_KEY: "sk-canary-of-a-person-0123456789",
  // In two parts: scanners take a whole one for a real one.
  SLACK_BOT_TOKEN: ["xoxb", "canary-0123456789"].join("-"),
  STRIPE_KEY: "canary-stripe-0123456789",
  SMTP_HOST: "canary.example.org",
};
const LINE = `init --from-github ${ORGANIZATION} --pulumi-organization ${PULUMI_ORGANIZATION} --environments ${ENVIRONMENTS} --carriers ${CARRIER} --application shop --yes`;

describe("an organization that begins with init, in a clone without secrets/ and stack files", function () {
  this.timeout(300_000);
  let project: AdoptProject;
  let next: string[][];

  before("its secrets are in GitHub, with their values", async () => {
    const organization = otherOrganization();
    for (const each of organization.seed.pulumi.organizations) each.defaultStackPermission = "none";
    project = withCommand(await startProject(organization));
    for (const [name, value] of Object.entries(SHARED)) await project.people.setSecret(name, value);
    for (const each of ENVIRONMENTS)
      await project.people.setEnvironmentSecret(each, "DATABASE_URL", `postgres://canary@${each}/shop`);
    rmSync(join(project.folder, "secrets"), { recursive: true });
    for (const file of readdirSync(project.folder))
      if (/^Pulumi\..+\.yaml$/.test(file)) rmSync(join(project.folder, file));
    const script = join(project.folder, "sophia-secrets");
    writeFileSync(script, '#!/bin/sh\nexec node build/sophia-secrets.cjs "$@"\n');
    chmodSync(script, 0o755);
    await project.writes();
  });
  after(async () => {
    await project?.close();
  });

  /** As a person pastes it. */
  const paste = (line: string): Promise<{ code: number; output: string }> =>
    new Promise((done) => {
      const answered = line.startsWith("pulumi up") ? `${line} --yes --skip-preview` : line;
      const { folder: cwd, env } = project;
      execFile("sh", ["-c", answered], { cwd, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
        project.printed.push(stdout, stderr);
        done({ code: error === null ? 0 : Number(error.code), output: `${line}\n${stdout}${stderr}` });
      });
    });

  it("is described by init, which writes nothing to GitHub", async () => {
    const { code, stdout, stderr } = await project.command(`${LINE} --json`).ended;
    assert.equal(code, 0, stderr);
    const told = JSON.parse(stdout) as { next: string[][]; secrets: { name: string }[] };
    next = told.next;
    assert.deepEqual(
      told.secrets.map(({ name }) => name).sort(),
      ["DATABASE_URL", ...Object.keys(SHARED)].sort(),
    );
    const mutations = (await project.writes()).filter((each) => !each.endsWith("/graphql"));
    assert.deepEqual(mutations, []);
  });

  it("comes up by the commands that it prints", async () => {
    for (const line of [...(next[0] ?? []), ...(next[1] ?? [])]) {
      const { code, output } = await paste(line);
      assert.equal(code, 0, output);
    }
  });

  it("syncs what people had set, in each environment what belongs there", async () => {
    const [sync, verify, ...others] = next[2] ?? [];
    assert.deepEqual(
      [sync, verify, others],
      [`gh workflow run sync_secrets.yml -R ${ORGANIZATION}/${CARRIER}`, "./sophia-secrets verify", []],
    );
    const run = await project.people.sync();
    assert.equal(run.conclusion, "success", run.jobs.map((job) => job.log).join("\n"));
    const { catalog } = require(join(project.folder, "secrets", "catalog.ts")) as { catalog: Catalog };
    const settings = {
      escProject: "default",
      application: "shop",
      appRoot: "shop",
      pulumiOrganization: PULUMI_ORGANIZATION,
    };
    for (const environment of ENVIRONMENTS) {
      const loaded = (await createCatalogLoader(catalog, settings, {
        environment,
        url: project.sandbox.pulumi.url,
        token: new Secret(project.sandbox.tokens.pulumi),
        variables: {},
      }).load()) as unknown as { get(key: string): Secret | undefined };
      for (const [name, value] of Object.entries(SHARED))
        assert.equal(loaded.get(name.toLowerCase())?.unwrap(), value, name);
      assert.equal(loaded.get("database_url")?.unwrap(), `postgres://canary@${environment}/shop`);
    }
  });

  it("is green in verify, and has nothing new for init", async () => {
    const verified = await paste("./sophia-secrets verify");
    assert.equal(verified.code, 0, verified.output);
    const again = await paste(`./sophia-secrets init --from-github ${ORGANIZATION}`);
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /Nothing is new/);
  });

  it("shows no value", () => {
    assert.ok(!project.printed.join("").includes("canary"));
  });
});
