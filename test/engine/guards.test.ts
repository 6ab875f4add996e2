import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOW_EXISTING } from "../../src/catalog/layout";
import { createHttp } from "../../src/clients/http";
import { createPulumiCloud, valueAt } from "../../src/clients/pulumi-cloud";
import { Secret } from "../../src/secret";
import { type EngineProject, startProject } from "./engine-project";
import { otherOrganization, PULUMI_ORGANIZATION } from "./other-organization";

const BEFORE = "set-by-a-person-before-the-stack";
const MAIL = "set-by-a-person-after-the-stack";
const PEM = "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n";

/** A write of an organization secret's value. */
const writesOf = (requests: string[], name: string) =>
  requests.filter((each) => /^(PUT|DELETE) /.test(each) && each.endsWith(`/actions/secrets/${name}`));

describe("the guards of a slot, with the real engine", function () {
  this.timeout(120_000);
  let project: EngineProject;

  before(async () => {
    project = await startProject(otherOrganization());
    await project.people.setSecret("STRIPE_KEY", BEFORE);
    await project.people.setSecret("SENTRY_DSN", "https://example.org/before");
    await project.requests("github");
    await project.requests("pulumi");
  });
  after(async () => {
    await project?.close();
  });

  const edit = (file: string, from: string, to: string) => {
    const path = join(project.folder, file);
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(from), `${file} has no ${from}`);
    writeFileSync(path, text.replace(from, to));
  };
  /** Takes guards from every slot, whatever its source looks like. */
  const without = (...guards: string[]) => {
    const taken = guards.map((guard) => `${guard}: undefined`).join(", ");
    const transform = `import * as pulumi from "@pulumi/pulumi";
pulumi.runtime.registerResourceTransform(({ type, props, opts }) =>
  type.endsWith(":ActionsOrganizationSecret") ? { props, opts: { ...opts, ${taken} } } : undefined,
);
`;
    writeFileSync(join(project.folder, "unguarded.ts"), transform);
    const index = readFileSync(join(project.folder, "index.ts"), "utf8");
    if (!index.includes("unguarded"))
      writeFileSync(join(project.folder, "index.ts"), `import "./unguarded";\n${index}`);
  };
  const up = () => project.pulumi("up", "-s", "live", "--yes", "--skip-preview", "--continue-on-error");
  /** What the sync job finds in GitHub, as ESC has it afterwards. */
  const synced = async (...path: string[]) => {
    const cloud = createPulumiCloud({
      url: project.sandbox.pulumi.url,
      organization: PULUMI_ORGANIZATION,
      token: new Secret(project.sandbox.tokens.pulumi),
      http: createHttp(),
    });
    return valueAt(await cloud.open("vault/shop-live"), ["credentials", ...path]);
  };

  for (const command of [["preview"], ["up", "--yes", "--skip-preview", "--continue-on-error"]])
    it(`are not even asked by ${command[0]}: all secrets that exist are named before anything is created`, async () => {
      const { code, output } = await project.pulumi(...command, "-s", "live");
      assert.notEqual(code, 0);
      for (const name of ["STRIPE_KEY", "SENTRY_DSN"]) {
        const told = new RegExp(
          `${name}: this organization secret exists in GitHub .*Remedy: .* adopt ${name}`,
        );
        assert.match(output, told);
      }
      assert.doesNotMatch(output, /PAYPAL_PEM/);
      const isWrite = (each: string) => !each.startsWith("GET ") && !each.includes("/api/stacks/");
      const requests = await Promise.all([project.requests("github"), project.requests("pulumi")]);
      assert.deepEqual(requests.flat().filter(isWrite), []);
      assert.ok(!output.includes(BEFORE));
    });

  it("refuse it by themselves too, and with --continue-on-error let everything else go through", async () => {
    project.env[ALLOW_EXISTING] = "true";
    const { code, output } = await up();
    assert.notEqual(code, 0);
    assert.match(output, /STRIPE_KEY: this organization secret exists in GitHub/);
    const requests = await project.requests("github");
    assert.deepEqual(writesOf(requests, "STRIPE_KEY"), []);
    assert.deepEqual(writesOf(requests, "SENTRY_DSN"), []);
    assert.equal(writesOf(requests, "SMTP_PASSWORD").length, 1);
    assert.ok(!output.includes(BEFORE));
  });

  it("so the value is still there: the next sync carries it", async () => {
    await project.people.setSecret("SMTP_PASSWORD", MAIL);
    await project.people.setSecret("STRIPE_WEBHOOK_SECRET", "webhook");
    await project.people.setSecret("PAYPAL_PEM", PEM);
    const run = await project.people.sync("live");
    assert.equal(run.conclusion, "success", run.jobs.map((job) => job.log).join("\n"));
    assert.equal(await synced("stripe_key"), BEFORE);
    assert.equal(await synced("smtp_password"), MAIL);
  });

  it("ignore a changed visibility: no value is sent again", async () => {
    edit("secrets/catalog.ts", 'visibility: "all"', 'visibility: "private"');
    await project.requests("github");
    await up(); // STRIPE_KEY is refused again
    assert.deepEqual(writesOf(await project.requests("github"), "SMTP_PASSWORD"), []);
  });

  it("refuse the update where a slot forgot to ignore it: the second guard behind the first", async () => {
    without("ignoreChanges");
    await project.requests("github");
    // A preview ends at the first refusal, and STRIPE_KEY's may be first: it looks at this slot alone.
    const previewed = ["preview", "--target", "**SMTP_PASSWORD"];
    for (const command of [previewed, ["up", "--yes", "--skip-preview", "--continue-on-error"]]) {
      const { code, output } = await project.pulumi(...command, "-s", "live");
      assert.notEqual(code, 0);
      assert.match(output, /SMTP_PASSWORD: updating this secret would send the placeholder .*Remedy: /);
    }
    assert.deepEqual(writesOf(await project.requests("github"), "SMTP_PASSWORD"), []);
    await project.people.sync("live");
    assert.equal(await synced("smtp_password"), MAIL);
  });

  it("are what keeps the values: without them the same up loses both", async () => {
    without("ignoreChanges", "hooks");
    await project.requests("github");
    await up();
    const requests = await project.requests("github");
    assert.equal(writesOf(requests, "SMTP_PASSWORD").length, 1);
    assert.equal(writesOf(requests, "STRIPE_KEY").length, 1);
    const run = await project.people.sync("live");
    assert.equal(run.conclusion, "failure");
    const log = run.jobs.map((job) => job.log).join("\n");
    assert.match(log, /SMTP_PASSWORD.*nobody has set it in GitHub yet/);
    assert.match(log, /STRIPE_KEY.*nobody has set it in GitHub yet/);
  });

  it("hold for what was synced even then: ESC keeps the last value, never the placeholder", async () => {
    assert.equal(await synced("stripe_key"), BEFORE);
    assert.equal(await synced("smtp_password"), MAIL);
  });
});
