import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHttp } from "../../src/clients/http";
import { createPulumiCloud, valueAt } from "../../src/clients/pulumi-cloud";
import { Secret } from "../../src/secret";
import { type EngineProject, startProject } from "../engine/engine-project";
import {
  CARRIER,
  CATALOG_FILES,
  ORGANIZATION,
  otherOrganization,
  PULUMI_ORGANIZATION,
} from "../engine/other-organization";
import { sealed } from "../engine/sealed-box";

const LINE = '{ name: "STRIPE_KEY", group: "payments", aliases: ["STRIPE_API_KEY"] }';
const PER_ENVIRONMENT = '{ name: "STRIPE_KEY", group: "payments", perEnvironment: true }';

describe("a value per environment, with the real engine", function () {
  this.timeout(120_000);
  let project: EngineProject;

  before(async () => {
    const catalog = CATALOG_FILES["secrets/catalog.ts"];
    assert.ok(catalog.includes(LINE));
    project = await startProject(
      otherOrganization({ "secrets/catalog.ts": catalog.replace(LINE, PER_ENVIRONMENT) }),
    );
  });
  after(async () => {
    await project?.close();
  });

  const up = (stack: string) => project.pulumi("up", "-s", stack, "--yes", "--skip-preview");
  const place = (environment: string) => ({
    owner: ORGANIZATION,
    repo: CARRIER,
    environment_name: environment,
  });
  const set = async (environment: string, name: string, value: string) => {
    const { actions } = project.people.octokit.rest;
    const { data } = await actions.getEnvironmentPublicKey(place(environment));
    await actions.createOrUpdateEnvironmentSecret({
      ...place(environment),
      secret_name: name,
      key_id: data.key_id,
      encrypted_value: await sealed(data.key, value),
    });
  };
  const writes = async () =>
    (await project.requests("github")).filter(
      (each) => /^(PUT|DELETE) /.test(each) && each.includes("/secrets/"),
    );
  const synced = async (environment: string) => {
    const cloud = createPulumiCloud({
      url: project.sandbox.pulumi.url,
      organization: PULUMI_ORGANIZATION,
      token: new Secret(project.sandbox.tokens.pulumi),
      http: createHttp(),
    });
    return valueAt(await cloud.open(`vault/shop-${environment}`), ["credentials", "stripe_key"]);
  };

  it("comes up: a slot in each environment, none in the organization, the branch rule set", async () => {
    for (const stack of ["test", "live"]) {
      const preview = await project.pulumi("preview", "-s", stack);
      assert.equal(preview.code, 0, preview.output);
      const { code, output } = await up(stack);
      assert.equal(code, 0, output);
    }
    const { octokit } = project.people;
    for (const environment of ["test", "live"]) {
      const { data } = await octokit.rest.actions.listEnvironmentSecrets(place(environment));
      assert.deepEqual(
        data.secrets.map((secret) => secret.name),
        ["STRIPE_KEY"],
      );
      const policies = await octokit.rest.repos.listDeploymentBranchPolicies(place(environment));
      assert.deepEqual(
        policies.data.branch_policies.map((policy) => policy.name),
        ["main"],
      );
    }
    const { data } = await octokit.rest.actions.listOrgSecrets({ org: ORGANIZATION });
    assert.ok(!data.secrets.some((secret) => secret.name === "STRIPE_KEY"));
  });

  it("reaches each environment's applications, and no run touches it again", async () => {
    for (const environment of ["test", "live"])
      await set(environment, "STRIPE_KEY", `value of ${environment}`);
    await project.people.sync();
    for (const environment of ["test", "live"])
      assert.equal(await synced(environment), `value of ${environment}`);
    await writes();
    for (const stack of ["test", "live"]) {
      await project.ok("up", "-s", stack, "--yes", "--skip-preview", "--refresh");
    }
    assert.deepEqual(await writes(), []);
  });

  it("is not overwritten where a secret of that name stands already", async () => {
    const path = join(project.folder, "secrets", "catalog.ts");
    const text = readFileSync(path, "utf8");
    writeFileSync(
      path,
      text.replace(
        "secrets: [",
        'secrets: [\n    { name: "OWN_KEY", group: "payments", perEnvironment: true },',
      ),
    );
    await set("test", "OWN_KEY", "a person's");
    await writes();
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, output } = await project.pulumi(...command, "-s", "test");
      assert.notEqual(code, 0);
      assert.match(
        output,
        /OWN_KEY: this secret of environment test of infrastructure exists in GitHub.*Remedy: /,
      );
    }
    assert.deepEqual(await writes(), []);
    writeFileSync(path, text);
  });

  it("is not deleted with its entry, nor by leaving an environment", async () => {
    const path = join(project.folder, "secrets", "catalog.ts");
    const text = readFileSync(path, "utf8");
    await writes();
    for (const edited of [
      text.replace(`${PER_ENVIRONMENT},`, ""),
      text.replace("perEnvironment: true", 'perEnvironment: true, environments: ["live"]'),
    ]) {
      assert.notEqual(edited, text);
      writeFileSync(path, edited);
      const { code, output } = await up("test");
      assert.notEqual(code, 0);
      assert.match(output, /STRIPE_KEY: deleting this secret would lose its value/);
      assert.deepEqual(await writes(), []);
    }
    writeFileSync(path, text);
    const again = await up("test");
    assert.equal(again.code, 0, again.output);
  });

  it("says so when a team that must approve is not there", async () => {
    await project.ok("config", "set", "-s", "test", "--path", "environmentReviewers[0]", "nobody");
    const { code, output } = await project.pulumi("preview", "-s", "test");
    assert.notEqual(code, 0);
    assert.match(output, /team nobody: GitHub does not show it .*Remedy: /);
  });
});
