import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineProject, startProject } from "../engine/engine-project";
import { otherOrganization } from "../engine/other-organization";

const KEPT = '{ name: "SMTP_PASSWORD", group: "platform", visibility: "all" },';
const SELECTED = '{ name: "STRIPE_KEY", group: "payments", aliases: ["STRIPE_API_KEY"] },';
const GOING = (line: string, day: string) => line.replace(" },", `, tombstone: "${day}" },`);

const UP = ["up", "--yes", "--skip-preview"];

/** The last block of "Remove a secret" in docs/stories.md is this, on the tombstone's day. */
describe("what leaves the catalog, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;

  before(async () => {
    project = await startProject(otherOrganization());
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    await project.people.setSecret("SMTP_PASSWORD", "a person's");
    await project.people.setSecret("STRIPE_KEY", "a person's too");
  });
  after(async () => {
    await project?.close();
  });

  const edit = (file: string, from: string, to: string) => {
    const path = join(project.folder, file);
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(from), `${file} has no ${from}`);
    writeFileSync(path, text.replaceAll(from, to));
  };
  const inCatalog = (from: string, to: string) => edit("secrets/catalog.ts", from, to);
  const live = (...args: string[]) => project.pulumi(...args, "-s", "live");
  const up = () => live(...UP);
  /** Writes of secrets, their readers included, since the last look. */
  const writes = async () =>
    (await project.requests("github")).filter(
      (each) => /^(PUT|DELETE) /.test(each) && each.includes("/actions/secrets/"),
    );
  const refusals = async (name: string, commands: string[][], ...reasons: RegExp[]) => {
    await writes();
    for (const command of commands) {
      const { code, output } = await live(...command);
      assert.notEqual(code, 0);
      for (const reason of reasons) assert.match(output, reason);
      assert.match(output, new RegExp(`${name}: deleting this secret would lose its value.*Remedy: `));
    }
    assert.deepEqual(await writes(), []);
  };

  it("is refused without a tombstone, at preview and at up: nothing is written, the way out is named", async () => {
    inCatalog(SELECTED, "");
    await refusals(
      "STRIPE_KEY",
      [["preview"], UP],
      /no tombstone announced it/,
      /put the entry STRIPE_KEY back/,
    );
    inCatalog("secrets: [", `secrets: [ ${SELECTED}`);
    assert.equal((await up()).code, 0);
  });

  it("is refused when its tombstone is due at once: no run has announced it", async () => {
    inCatalog(SELECTED, GOING(SELECTED, "2020-01-01"));
    await refusals("STRIPE_KEY", [["preview"]], /no run of up has announced its tombstone/);
  });

  it("is named, with its day, and nothing of it is deleted before", async () => {
    inCatalog("2020-01-01", "2999-12-31");
    const { output } = await live("preview");
    assert.match(output, /\[tombstone-announced\] STRIPE_KEY: expires on 2999-12-31/);
    await writes();
    assert.equal((await up()).code, 0);
    assert.deepEqual(await writes(), []);
  });

  it("is refused when its entry goes before the day", async () => {
    inCatalog(GOING(SELECTED, "2999-12-31"), "");
    await refusals("STRIPE_KEY", [UP], /no tombstone announced it/);
    inCatalog("secrets: [", `secrets: [ ${GOING(SELECTED, "2999-12-31")}`);
  });

  it("goes on its day, and nothing else does", async () => {
    inCatalog("2999-12-31", "2020-01-01");
    const { output } = await live("preview");
    assert.match(output, /\[tombstone-due\] STRIPE_KEY: expired on 2020-01-01/);
    await writes();
    const done = await up();
    assert.equal(done.code, 0, done.output);
    const [request, ...others] = await writes();
    assert.match(request ?? "", /^DELETE .*\/actions\/secrets\/STRIPE_KEY$/);
    assert.deepEqual(others, []);
    assert.equal((await up()).code, 0);
    assert.deepEqual(await writes(), []);
  });

  it("then needs no entry any more", async () => {
    inCatalog(GOING(SELECTED, "2020-01-01"), "");
    const { code, output } = await up();
    assert.equal(code, 0, output);
  });

  it("is not destroyed either, with the program or without", async () => {
    await writes();
    for (const how of [[], ["--run-program"]]) {
      const { code } = await live("destroy", "--yes", "--skip-preview", ...how);
      assert.notEqual(code, 0);
    }
    assert.deepEqual(
      (await writes()).filter((each) => each.includes("SMTP_PASSWORD")),
      [],
    );
  });

  it("would be lost without the guards: the same removal deletes the value", async () => {
    edit(
      "src/resources/github/organization-secret.ts",
      "hooks, retainOnDelete: stays, protect: stays }",
      "}",
    );
    await up();
    inCatalog(KEPT, "");
    await writes();
    await up();
    assert.ok((await writes()).some((each) => /^DELETE .*\/SMTP_PASSWORD$/.test(each)));
  });
});
