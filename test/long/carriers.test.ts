import assert from "node:assert/strict";
import { createHttp } from "../../src/clients/http";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { readDiagnostics } from "../../src/errors";
import { Secret } from "../../src/secret";
import { type EngineProject, startProject } from "../engine/engine-project";
import {
  CATALOG_FILES,
  ORGANIZATION,
  otherOrganization,
  PULUMI_ORGANIZATION,
} from "../engine/other-organization";
import { People } from "../engine/people";
import { sealed } from "../engine/sealed-box";

const NAMES = Array.from({ length: 30 }, (_, index) => `KEY_${index}`);
const CARRIERS = ["infrastructure", "another-reader"];

/** The other organization with thirty more secrets. */
function manySecrets() {
  const lines = NAMES.map((name) => `    { name: "${name}", group: "platform" },`).join("\n");
  const catalog = CATALOG_FILES["secrets/catalog.ts"].replace("secrets: [", `secrets: [\n${lines}`);
  return otherOrganization({ "secrets/catalog.ts": catalog });
}

describe("carriers and what they may read, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;
  let people: People[];

  before(async () => {
    project = await startProject(manySecrets());
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
  });
  after(async () => {
    await project?.close();
  });

  /** Shown when it is said and again at the end. */
  const driftIn = (output: string) =>
    [...new Map(readDiagnostics(output).map((each) => [each.code, each])).values()].filter(({ code }) =>
      ["visibility-differs", "secret-missing", "secret-undeclared", "secret-shadowed"].includes(code),
    );
  const preview = () => project.pulumi("preview", "-s", "live");
  const LIST = /^GET \/api\/v3\/orgs\/[^/]+\/actions\/secrets\?/;
  const undeclaredName = (index: number) => `UNDECLARED_${index}`;
  const undeclared = async (count: number) => {
    for (let index = 0; index < count; index += 1)
      await project.people.setSecret(undeclaredName(index), "somebody else's");
  };

  /** As it was before somebody deleted it: granted to the first carrier by name. */
  const restore = async (name: string) => {
    const { actions, repos } = project.people.octokit.rest;
    const { data } = await repos.get({ owner: ORGANIZATION, repo: "infrastructure" });
    const { data: publicKey } = await actions.getOrgPublicKey({ org: ORGANIZATION });
    await actions.createOrUpdateOrgSecret({
      org: ORGANIZATION,
      secret_name: name,
      visibility: "selected",
      selected_repository_ids: [data.id],
      key_id: publicKey.key_id,
      encrypted_value: await sealed(publicKey.key, "a first value"),
    });
  };

  it("ask GitHub for one list in a preview, and for none in an up that changes nothing", async () => {
    await project.requests("github");
    const { output } = await preview();
    assert.deepEqual(driftIn(output), []);
    const asked = await project.requests("github");
    assert.equal(asked.filter((each) => LIST.test(each)).length, 1, asked.join("\n"));
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    const secrets = (await project.requests("github")).filter((each) => each.includes("/actions/secrets"));
    assert.deepEqual(secrets, []);
  });

  it("show what the provider does not see: visibility, deletion, undeclared", async () => {
    const { actions } = project.people.octokit.rest;
    const org = ORGANIZATION;
    await actions.deleteOrgSecret({ org, secret_name: "KEY_3" });
    await actions.deleteOrgSecret({ org, secret_name: "KEY_4" });
    await project.people.setSecret("KEY_4", "made again, for all repositories");
    await undeclared(1);
    const { code, output } = await preview();
    assert.equal(code, 0);
    const found = driftIn(output);
    assert.deepEqual(
      found.map(({ code }) => code),
      ["visibility-differs", "secret-missing", "secret-undeclared"],
    );
    for (const [at, name] of ["KEY_4", "KEY_3", "UNDECLARED_0"].entries())
      assert.ok(found[at]?.cause.includes(name), output);
  });

  it("are refused at preview when someone else's secrets crowd them, for all or granted by name", async () => {
    await undeclared(40);
    for (let index = 40; index < 80; index += 1) await restore(undeclaredName(index));
    const { code, output } = await preview();
    assert.notEqual(code, 0);
    assert.match(
      output,
      /carrier infrastructure: a workflow sees the first 100 .* and 16 of the catalog would lie beyond/,
    );
    assert.match(
      output,
      /over 2 carriers: create 1 more, then for every stack pulumi config set --path 'carriers\[1\]'/,
    );
  });

  it("share the secrets when there are two: each runs its own part, and both parts stand", async () => {
    const { actions } = project.people.octokit.rest;
    for (let index = 0; index < 80; index += 1)
      await actions.deleteOrgSecret({ org: ORGANIZATION, secret_name: undeclaredName(index) });
    for (const stack of ["test", "live"])
      await project.ok("config", "set", "-s", stack, "--path", "carriers[1]", "another-reader");
    for (const name of ["KEY_3", "KEY_4"]) await restore(name);
    const done = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview");
    assert.equal(done.code, 0, done.output);
    const everything = [...NAMES, "STRIPE_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_PASSWORD"];
    for (const name of everything) await project.people.setSecret(name, `value of ${name}`);
    await project.people.setSecret(
      "PAYPAL_PEM",
      "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n",
    );

    people = CARRIERS.map(
      (each) => new People(project.sandbox.github.url, project.sandbox.tokens.github, ORGANIZATION, each),
    );
    for (const each of people) for (const { id } of await each.runs()) await each.ended(id);
    const runs = await Promise.all(people.map((each) => each.sync("live")));
    for (const run of runs)
      assert.equal(run.conclusion, "success", run.jobs.map((job) => job.log).join("\n"));
    const { stdout } = await project.ok("env", "open", `${PULUMI_ORGANIZATION}/vault/shop-live`);
    const opened = JSON.parse(stdout) as { environmentVariables: Record<string, string> };
    for (const name of everything) assert.equal(opened.environmentVariables[name], `value of ${name}`);
  });

  it("come to rest: after one more run of each, a run of either writes nothing", async () => {
    const cloud = createPulumiCloud({
      url: project.sandbox.pulumi.url,
      organization: PULUMI_ORGANIZATION,
      token: new Secret(project.sandbox.tokens.pulumi),
      http: createHttp(),
    });
    const revision = async () => (await cloud.read("vault/shop-live-platform")).revision;
    for (const each of people) await each.sync("live");
    const before = await revision();
    for (const each of people) await each.sync("live");
    assert.equal(await revision(), before);
  });
});
