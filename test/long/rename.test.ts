import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineProject, startProject } from "../engine/engine-project";
import { otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";

const OLD = '{ name: "SENTRY_DSN", group: "platform", format: "https-url", required: false }';
const RENAMED =
  '{ name: "CRASH_DSN", group: "platform", format: "https-url", required: false, renamedFrom: "SENTRY_DSN" }';
const dated = (day: string) => RENAMED.replace('"SENTRY_DSN"', `{ name: "SENTRY_DSN", tombstone: "${day}" }`);
const GOING = '{ name: "SMTP_PASSWORD", group: "platform", visibility: "all" }';
const goes = (day: string) => GOING.replace(" }", `, tombstone: "${day}" }`);
const VALUE = "https://example.org/1";

describe("a rename and a removal, from GitHub to ESC, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;

  before(async () => {
    project = await startProject(otherOrganization());
    for (const stack of ["test", "live"]) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
    await project.people.setSecret("SENTRY_DSN", VALUE);
    await project.people.setSecret("SMTP_PASSWORD", "mail");
    await project.people.sync("live");
  });
  after(async () => {
    await project?.close();
  });

  const edit = (from: string, to: string) => {
    const path = join(project.folder, "secrets", "catalog.ts");
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(from), from);
    writeFileSync(path, text.replace(from, to));
  };
  const up = async (...more: string[]) => {
    const { code, output } = await project.pulumi("up", "-s", "live", "--yes", "--skip-preview", ...more);
    assert.equal(code, 0, output);
    for (const { id } of await project.people.runs()) await project.people.ended(id);
  };
  const opened = async () => {
    const { stdout } = await project.ok("env", "open", `${PULUMI_ORGANIZATION}/vault/shop-live`);
    const document = JSON.parse(stdout) as Record<
      "credentials" | "environmentVariables",
      Record<string, string>
    >;
    const { credentials, environmentVariables } = document;
    return (key: string) => [credentials[key], environmentVariables[key.toUpperCase()]];
  };
  const deletions = async () =>
    (await project.requests("github")).filter((each) => /^DELETE .*\/actions\/secrets\//.test(each));

  it("gives the new name what the old one holds; both are there for applications", async () => {
    edit(OLD, RENAMED);
    edit(GOING, goes("2999-12-31"));
    await up();
    await project.people.sync("live");
    const read = await opened();
    for (const key of ["crash_dsn", "sentry_dsn"]) assert.deepEqual(read(key), [VALUE, VALUE], key);
    assert.deepEqual(read("smtp_password"), ["mail", "mail"]);
    assert.deepEqual(await deletions(), []);
  });

  it("keeps the old name on its day for as long as the new one was never set", async () => {
    edit(RENAMED, dated("2999-12-31"));
    await up();
    edit(dated("2999-12-31"), dated("2020-01-01"));
    await deletions();
    for (const command of [["preview"], ["up", "--yes", "--skip-preview", "--refresh"]]) {
      const { code, output } = await project.pulumi(...command, "-s", "live");
      assert.notEqual(code, 0);
      assert.match(output, /SENTRY_DSN: deleting this secret could lose the only value there is.*Remedy: /);
    }
    assert.deepEqual(await deletions(), []);
  });

  it("ends the old name, and what leaves, on their day: in GitHub and in ESC, and nothing else", async () => {
    await project.people.setSecret("CRASH_DSN", VALUE);
    for (const { id } of await project.people.runs()) await project.people.ended(id);
    await project.people.sync("live");
    edit(goes("2999-12-31"), goes("2020-01-01"));
    await deletions();
    await up("--refresh");
    const names = (await deletions()).map((each) => each.split("/").at(-1)).sort();
    assert.deepEqual(names, ["SENTRY_DSN", "SMTP_PASSWORD"]);
    const run = await project.people.sync("live");
    assert.ok(run.jobs.some((job) => !/refused +(CRASH_DSN|SMTP_PASSWORD)/.test(job.log)));
    const read = await opened();
    assert.deepEqual(read("crash_dsn"), [VALUE, VALUE]);
    for (const key of ["sentry_dsn", "smtp_password"])
      assert.deepEqual(read(key), [undefined, undefined], key);
  });
});
