import assert from "node:assert/strict";
import { skip } from "../skip";
import { type CloudFixture, env, ORG, startCloud, TOKENS, team } from "./cloud-fixture";
import { findPulumi, PulumiCli } from "./pulumi-cli";

const binary = findPulumi();
const NAME = `${ORG}/sophia/group`;

describe("the real pulumi CLI against the sandbox", function () {
  this.timeout(120_000);
  let cloud: CloudFixture;
  let cli: PulumiCli;
  before(function () {
    if (binary === undefined) skip(this, "no pulumi in PULUMI_BIN or PATH");
  });
  beforeEach(async () => {
    cloud = await startCloud();
    cli = new PulumiCli(binary ?? "", cloud);
  });
  afterEach(async () => {
    cli?.remove();
    await cloud?.close();
  });

  it("logs in and says who it is", async () => {
    await cli.ok("login", cloud.url);
    assert.match(await cli.ok("whoami", "--verbose"), /ada[\s\S]*payready/);
  });

  it("inits, sets, gets and opens", async () => {
    await cli.ok("env", "init", NAME);
    await cli.ok("env", "set", NAME, "sophia.plain", "visible");
    await cli.ok("env", "set", NAME, "sophia.key", "s3cr3t-value", "--secret");
    await cli.ok("env", "set", NAME, "environmentVariables.KEY", "${sophia.key}");
    const hidden = await cli.ok("env", "get", NAME);
    assert.match(hidden, /visible/);
    assert.ok(!hidden.includes("s3cr3t-value"));
    assert.match(await cli.ok("env", "get", NAME, "sophia.key", "--show-secrets"), /s3cr3t-value/);
    assert.match(await cli.ok("env", "get", NAME, "--definition"), /ciphertext/);
    assert.equal(JSON.parse(await cli.ok("env", "open", NAME)).sophia.key, "s3cr3t-value");
    assert.match(await cli.ok("env", "open", NAME, "--format", "dotenv"), /^KEY="s3cr3t-value"$/m);
    assert.match(await cli.ok("env", "open", NAME, "--format", "shell"), /^export KEY="s3cr3t-value"$/m);
    assert.match(await cli.ok("env", "open", NAME, "--format", "detailed"), /"secret": true/);
    assert.equal((await cli.ok("env", "open", NAME, "sophia.plain")).trim(), '"visible"');
  });

  it("runs a command with the variables and redacts them in its output", async () => {
    await cloud.environment(
      "sophia/group",
      "values:\n  environmentVariables:\n    KEY:\n      fn::secret: s3cr3t-value\n",
    );
    const length = await cli.ok("env", "run", NAME, "--", "sh", "-c", 'printf %s "$KEY" | wc -c');
    assert.equal(length.trim(), "12");
    assert.match(await cli.ok("env", "run", NAME, "--", "sh", "-c", 'echo "$KEY"'), /\[secret\]/);
  });

  it("edits from a file and shows the diagnostics of a bad one", async () => {
    await cli.ok("env", "init", NAME);
    const good = await cli.run(["env", "edit", NAME, "-f", "-"], { input: "values:\n  a: 1\n" });
    assert.equal(good.code, 0, good.stderr);
    const bad = await cli.run(["env", "edit", NAME, "-f", "-"], { input: "values:\n  a: ${nothing}\n" });
    // CLI 3.259.0 exits with 0 here, diagnostics or not: only what is stored tells.
    assert.match(bad.stderr, /unknown property "nothing"/);
    assert.equal((await cloud.call("GET", env("sophia/group"))).text, "values:\n  a: 1\n");
  });

  it("lists environments and removes a value and an environment", async () => {
    await cloud.environment("sophia/group", "values:\n  a: one\n  b: two\n");
    await cloud.environment("default/plain", "values: {}\n");
    const listed = await cli.ok("env", "ls", "--organization", ORG);
    assert.match(listed, /payready\/default\/plain[\s\S]*payready\/sophia\/group/);
    await cli.ok("env", "rm", NAME, "a", "--yes");
    assert.deepEqual(JSON.parse(await cli.ok("env", "open", NAME)), { b: "two" });
    await cli.ok("env", "rm", NAME, "--yes");
    assert.equal((await cloud.call("GET", env("sophia/group"))).status, 404);
  });

  it("shows history, tags, differences, rolls back and retracts", async () => {
    await cloud.environment("sophia/group", "values:\n  a: one\n");
    await cli.ok("env", "version", "tag", `${NAME}@stable`, "@2");
    await cli.ok("env", "set", NAME, "a", "two");
    assert.match(await cli.ok("env", "version", "tag", "ls", NAME), /stable │ +2/);
    assert.match(
      await cli.ok("env", "version", "history", NAME, "--utc"),
      /revision 3[\s\S]*revision 2[\s\S]*revision 1/,
    );
    assert.match(await cli.ok("env", "version", `${NAME}@stable`), /Revision 2/);
    assert.equal(JSON.parse(await cli.ok("env", "open", `${NAME}@stable`)).a, "one");
    assert.match(await cli.ok("env", "diff", `${NAME}@2`, "@3"), /one[\s\S]*two/);
    await cli.ok("env", "version", "rollback", `${NAME}@stable`);
    assert.equal(JSON.parse(await cli.ok("env", "open", NAME)).a, "one");
    await cli.ok("env", "version", "retract", `${NAME}@3`, "--reason", "wrong");
    assert.notEqual((await cli.run(["env", "open", `${NAME}@3`])).code, 0);
    await cli.ok("env", "version", "tag", "rm", `${NAME}@stable`);
  });

  it("tags an environment, lists, renames and removes the tag", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await cli.ok("env", "tag", NAME, "owner", "platform");
    assert.match(await cli.ok("env", "tag", "ls", NAME), /owner[\s\S]*platform/);
    await cli.ok("env", "tag", NAME, "owner", "security");
    await cli.ok("env", "tag", "mv", NAME, "owner", "team");
    assert.match(await cli.ok("env", "tag", "get", NAME, "team"), /security/);
    await cli.ok("env", "tag", "rm", NAME, "team");
  });

  it("rotates, and says what it could not", async () => {
    const text = "values:\n  key:\n    fn::rotate::password:\n      inputs: {length: 8}\n";
    await cloud.environment("sophia/rotated", text);
    const name = `${ORG}/sophia/rotated`;
    assert.match(await cli.ok("env", "rotate", name, "key"), /rotated[\s\S]*New revision '3'/);
    await cli.ok("env", "rotate", name);
    const { key } = JSON.parse(await cli.ok("env", "open", name));
    assert.deepEqual([key.current.length, key.previous.length], [8, 8]);
    await cloud.environment("sophia/broken", text.replace("8", "800"));
    assert.match(await cli.ok("env", "rotate", `${ORG}/sophia/broken`), /Failed secrets[\s\S]*values\.key/);
    const nothing = await cli.run(["env", "rotate", name, "other"]);
    assert.match(nothing.stderr, /no fn::rotate/);
  });

  it("protects and clones", async () => {
    await cloud.environment("sophia/group", "values:\n  key:\n    fn::secret: s3cr3t-value\n");
    await cli.ok("env", "settings", "set", NAME, "deletion-protected", "true");
    assert.match(await cli.ok("env", "settings", "get", NAME), /true/);
    const removed = await cli.run(["env", "rm", NAME, "--yes"]);
    assert.notEqual(removed.code, 0);
    assert.match(removed.stderr, /deletion-protected/);
    await cli.ok("env", "clone", NAME, "sophia/copy");
    assert.equal(JSON.parse(await cli.ok("env", "open", `${ORG}/sophia/copy`)).key, "s3cr3t-value");
  });

  it("manages webhooks, schedules and referrers", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await cloud.environment("sophia/all", "imports: [sophia/group]\n");
    await cli.ok("env", "webhook", "new", NAME, "hook", "--url", "http://127.0.0.1:9/", "--secret", "shared");
    const [{ name }] = (await cloud.call("GET", env("sophia/group", "/hooks"))).json;
    assert.match(await cli.ok("env", "webhook", "list", NAME), new RegExp(name));
    await cli.ok("env", "webhook", "ping", NAME, name);
    assert.match(await cli.ok("env", "webhook", "delivery", "list", NAME, name), /ping/);
    await cli.ok("env", "webhook", "rm", NAME, name);
    await cli.ok("env", "schedule", "new", NAME, "--cron", "0 0 * * 0");
    assert.match(await cli.ok("env", "schedule", "list", NAME), /0 0 \* \* 0/);
    const second = await cli.run(["env", "schedule", "new", NAME, "--cron", "0 0 1 * *"]);
    assert.match(second.stderr, /only one schedule/);
    assert.match(await cli.ok("env", "referrer", "list", NAME), /sophia\/all/);
  });

  it("shows the service's words when the right is missing", async () => {
    await cloud.environment("sophia/group", "values: {}\n");
    await team(cloud, "readers", ["dev"], { "sophia/group": "read" });
    const opened = await cli.run(["env", "open", NAME], { token: TOKENS.dev });
    assert.notEqual(opened.code, 0);
    assert.match(opened.stderr, /needs the permission 'open', you have 'read'/);
  });
});
