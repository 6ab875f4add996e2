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

const LINE = '{ name: "SMTP_HOST", group: "platform", default: "smtp.example.org", credential: false }';
const CONFIGURED = '{ name: "SMTP_HOST", group: "platform", value: "config" }';
const FIRST = "canary-first.example.org";
const SECOND = "canary-second.example.org";

describe("a value that is the stack's, with the real engine", function () {
  this.timeout(120_000);
  let project: EngineProject;

  before(async () => {
    const catalog = CATALOG_FILES["secrets/catalog.ts"];
    assert.ok(catalog.includes(LINE));
    project = await startProject(
      otherOrganization({ "secrets/catalog.ts": catalog.replace(LINE, CONFIGURED) }),
    );
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
  });
  after(async () => {
    await project?.close();
  });

  const set = (value: string) =>
    project.ok("config", "set", "-s", "live", "--secret", "--path", "values.SMTP_HOST", value);
  const live = (...args: string[]) => project.pulumi(...args, "-s", "live");
  const up = () => live("up", "--yes", "--skip-preview");
  const writes = async () =>
    (await project.requests("github")).filter((each) => /^(PUT|DELETE) .*\/SMTP_HOST$/.test(each));
  const synced = async () => {
    await project.people.sync("live");
    const cloud = createPulumiCloud({
      url: project.sandbox.pulumi.url,
      organization: PULUMI_ORGANIZATION,
      token: new Secret(project.sandbox.tokens.pulumi),
      http: createHttp(),
    });
    return valueAt(await cloud.open("vault/shop-live"), ["credentials", "smtp_host"]);
  };

  it("is missed at preview, with the command that sets it", async () => {
    const { code, output } = await live("preview");
    assert.notEqual(code, 0);
    assert.match(output, /config values.SMTP_HOST: .* is missing. Remedy: .*pulumi config set --secret/);
  });

  it("reaches GitHub, and from there applications; the state and the stack's file hold it encrypted", async () => {
    await set(FIRST);
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.equal((await writes()).length, 1);
    assert.equal(await synced(), FIRST);
    const state = await project.ok("stack", "export", "-s", "live");
    const file = readFileSync(join(project.folder, "Pulumi.live.yaml"), "utf8");
    for (const text of [state.output, file, output]) assert.ok(!text.includes(FIRST));
  });

  it("is updated when config changes: previewed first, the repositories kept", async () => {
    await set(SECOND);
    const preview = await live("preview", "--diff");
    assert.equal(preview.code, 0, preview.output);
    assert.match(
      preview.output,
      /~ github:index\/actionsOrganizationSecret:ActionsOrganizationSecret: \(update\)/,
    );
    assert.ok(!preview.output.includes(SECOND));
    assert.deepEqual(await writes(), []);
    const done = await up();
    assert.equal(done.code, 0, done.output);
    assert.equal((await writes()).length, 1);
    const place = { org: ORGANIZATION, secret_name: "SMTP_HOST" };
    const { data } = await project.people.octokit.rest.actions.listSelectedReposForOrgSecret(place);
    assert.deepEqual(
      data.repositories.map((repository) => repository.name),
      [CARRIER],
    );
    assert.equal(await synced(), SECOND);
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
  });

  it("never takes the place of a person's without a word", async () => {
    const path = join(project.folder, "secrets", "catalog.ts");
    const person = '{ name: "SMTP_PASSWORD", group: "platform", visibility: "all" }';
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(person));
    writeFileSync(path, text.replace(person, person.replace(" }", ', value: "config" }')));
    await project.ok("config", "set", "-s", "live", "--secret", "--path", "values.SMTP_PASSWORD", "config's");
    await project.requests("github");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, output } = await live(...command);
      assert.notEqual(code, 0);
      assert.match(output, /SMTP_PASSWORD: set by hand in GitHub.*Remedy: /);
    }
    const sent = (await project.requests("github")).filter((each) => /^PUT .*\/SMTP_PASSWORD/.test(each));
    assert.deepEqual(sent, []);
  });

  it("is refused in plain text", async () => {
    await project.ok("config", "set", "-s", "live", "--plaintext", "--path", "values.SMTP_HOST", SECOND);
    const { code, output } = await live("preview");
    assert.notEqual(code, 0);
    assert.match(output, /config values.SMTP_HOST: is in plain text/);
    assert.ok(!output.includes(SECOND));
  });
});
