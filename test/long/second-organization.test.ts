import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { tokenMadeFrom } from "../../sandbox/sandbox-tokens";
import type { Catalog } from "../../src/catalog/entry";
import { createCatalogLoader } from "../../src/loaders/typescript/catalog-loader";
import { Secret } from "../../src/secret";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { NAMING, otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";
import { type Sample, sampleValues } from "../engine/sample-values";

const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");

describe("another organization: its catalog and stack files, and not one other line", function () {
  this.timeout(120_000);
  let project: EngineProject;
  let catalog: Catalog;
  let samples: Map<string, Sample>;

  before(async () => {
    const organization = otherOrganization();
    // As getting-started.md has people set it; verify is wrong with the service's own default.
    for (const each of organization.seed.pulumi.organizations) each.defaultStackPermission = "none";
    project = await startProject(organization);
    ({ catalog } = require(join(project.folder, "secrets", "catalog.ts")) as { catalog: Catalog });
    samples = sampleValues(catalog);
  });
  after(async () => {
    await project?.close();
  });

  const load = async (environment: string) => {
    const settings = { ...NAMING, pulumiOrganization: PULUMI_ORGANIZATION };
    const loaded = await createCatalogLoader(catalog, settings, {
      environment,
      url: project.sandbox.pulumi.url,
      token: new Secret(project.sandbox.tokens.pulumi),
      variables: {},
    }).load();
    const read = loaded as unknown as { get(key: string): Secret | undefined };
    return (key: string) => read.get(key)?.unwrap();
  };

  it("comes up", async () => {
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
  });

  it("carries what people set, in each environment what belongs there", async () => {
    for (const [name, { value }] of samples) await project.people.setSecret(name, value);
    const run = await project.people.sync();
    assert.equal(run.conclusion, "success", run.jobs.map((job) => job.log).join("\n"));
    assert.deepEqual(run.jobs.map((job) => job.name).sort(), ["Sync live", "Sync test"]);

    const [live, test] = [await load("live"), await load("test")];
    for (const [key, name] of [
      ["stripe_key", "STRIPE_KEY"],
      ["paypal_pem", "PAYPAL_PEM"],
      ["smtp_password", "SMTP_PASSWORD"],
      ["smtp_host", "SMTP_HOST"],
      ["sentry_dsn", "SENTRY_DSN"],
    ] as const) {
      assert.equal(live(key), samples.get(name)?.value, key);
      assert.equal(test(key), samples.get(name)?.value, key);
    }
    assert.equal(live("stripe_webhook_secret"), samples.get("STRIPE_WEBHOOK_SECRET")?.value);
    assert.equal(test("stripe_webhook_secret"), undefined);
  });

  it("passes every check of verify", async () => {
    const child = spawn(process.execPath, [COMMAND, "verify", "--json"], {
      cwd: project.folder,
      env: project.env,
    });
    const { code, stdout, output } = await ending(child, project.printed);
    assert.equal(code, 0, output);
    const checks = JSON.parse(stdout) as { subject: string; state: string }[];
    const states = new Set(checks.map(({ state }) => state));
    assert.deepEqual(
      [...states].filter((state) => state !== "ok" && state !== "warning"),
      [],
      output,
    );
    for (const subject of ["application of live", "application of test"])
      assert.ok(
        checks.some((check) => check.subject === subject && check.state === "ok"),
        output,
      );
  });

  it("has nothing to change afterwards, whoever asks", async () => {
    await project.ok("preview", "-s", "test", "--expect-no-changes");
    const { github, pulumi } = project.sandbox.tokens;
    project.env.GITHUB_TOKEN = tokenMadeFrom(github, "second-owner");
    project.env.PULUMI_ACCESS_TOKEN = tokenMadeFrom(pulumi, "second-owner");
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes", "--diff");
  });
});
