import assert from "node:assert/strict";
import { Configuration, EscApi } from "@pulumi/esc-sdk";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";

const PLACE = [ORG, "app", "base"] as const;
const TEXT =
  "values:\n  host: db\n  ports: [5432]\n  key:\n    fn::secret: s3cr3t\n  environmentVariables:\n    HOST: db\n";

/** The vendor's own client for Node.js, unchanged but for the port of the address, which it drops. */
describe("@pulumi/esc-sdk against the sandbox", () => {
  let cloud: CloudFixture;
  let esc: EscApi;
  beforeEach(async () => {
    cloud = await startCloud();
    esc = client(TOKENS.admin);
    await esc.createEnvironment(...PLACE);
    await esc.updateEnvironmentYaml(...PLACE, TEXT);
  });
  afterEach(() => cloud.close());

  const client = (accessToken: string) => {
    const configuration = new Configuration({ accessToken, basePath: cloud.url });
    const made = new EscApi(configuration);
    configuration.basePath = `${cloud.url}/api/esc`;
    Object.assign(made.rawApi, { basePath: configuration.basePath });
    return made;
  };

  it("lists, reads and changes environments", async () => {
    const listed = (await esc.listEnvironments(ORG))?.environments;
    assert.deepEqual(
      listed?.map(({ project, name }) => [project, name]),
      [["app", "base"]],
    );
    const read = await esc.getEnvironment(...PLACE);
    assert.equal(read?.definition?.values?.host, "db");
    assert.doesNotMatch(read?.yaml ?? "", /s3cr3t/);
    assert.match((await esc.decryptEnvironment(...PLACE))?.yaml ?? "", /s3cr3t/);
    await esc.updateEnvironment(...PLACE, { values: { host: "other" } });
    assert.equal((await esc.getEnvironmentAtVersion(...PLACE, "2"))?.definition?.values?.host, "db");
    await esc.cloneEnvironment(ORG, "app", "base", "app", "copy");
    await esc.deleteEnvironment(ORG, "app", "copy");
    assert.equal((await esc.listEnvironments(ORG))?.environments?.length, 1);
  });

  it("opens an environment and reads it whole and by property", async () => {
    const opened = await esc.openAndReadEnvironment(...PLACE);
    assert.equal(opened?.values?.key, "s3cr3t");
    assert.deepEqual(opened?.values?.environmentVariables, { HOST: "db" });
    assert.equal((await esc.openAndReadEnvironmentAtVersion(...PLACE, "2"))?.values?.host, "db");
    const id = (await esc.openEnvironment(...PLACE))?.id ?? "";
    for (const [path, value] of [
      ["key", "s3cr3t"],
      ["ports[0]", 5432],
      ['environmentVariables["HOST"]', "db"],
    ] as const)
      assert.equal((await esc.readOpenEnvironmentProperty(...PLACE, id, path))?.value, value, path);
    await assert.rejects(esc.readOpenEnvironmentProperty(...PLACE, id, "none"), /404/);
    await assert.rejects(client(TOKENS.dev).openEnvironment(...PLACE), /404/);
  });

  it("checks texts and tells what is wrong", async () => {
    assert.equal((await esc.checkEnvironmentYaml(ORG, TEXT))?.diagnostics, undefined);
    const wrong = await esc.checkEnvironmentYaml(ORG, "values:\n  a: $" + "{none}\n");
    assert.match(wrong?.diagnostics?.[0]?.summary ?? "", /unknown property "none"/);
  });

  it("keeps revisions, their tags and tags of environments", async () => {
    const revisions = await esc.listEnvironmentRevisions(...PLACE);
    assert.deepEqual(
      revisions?.map(({ number }) => number),
      [2, 1],
    );
    await esc.createEnvironmentRevisionTag(...PLACE, "good", 1);
    await esc.updateEnvironmentRevisionTag(...PLACE, "good", 2);
    assert.equal((await esc.getEnvironmentRevisionTag(...PLACE, "good"))?.revision, 2);
    const tags = (await esc.listEnvironmentRevisionTags(...PLACE))?.tags;
    assert.deepEqual(tags?.map(({ name }) => name).sort(), ["good", "latest"]);
    await esc.deleteEnvironmentRevisionTag(...PLACE, "good");
    await esc.createEnvironmentTag(...PLACE, "owner", "x");
    await esc.updateEnvironmentTag(...PLACE, "owner", "x", "owner", "y");
    assert.equal((await esc.getEnvironmentTag(...PLACE, "owner"))?.value, "y");
    assert.deepEqual(Object.keys((await esc.listEnvironmentTags(...PLACE))?.tags ?? {}), ["owner"]);
    await esc.deleteEnvironmentTag(...PLACE, "owner");
  });
});
