import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { ORGANIZATION, otherOrganization } from "../engine/other-organization";

const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");
const CARRIER = "infrastructure";
const ELSEWHERE = "another-company";

describe("a carrier that people changed in GitHub, with the real engine", function () {
  this.timeout(300_000);
  let project: EngineProject;
  const command = (...args: string[]) =>
    ending(
      spawn(process.execPath, [COMMAND, ...args, "--stack", "live"], {
        cwd: project.folder,
        env: project.env,
      }),
      project.printed,
    );
  const repos = () => project.people.octokit.rest.repos;
  const repo = { owner: ORGANIZATION, repo: CARRIER };
  /** What is no read: queries and git's fetches are asked by POST. */
  const writes = async () =>
    (await project.requests("github")).filter((each) => !/^GET |\/(graphql|git-upload-pack)$/.test(each));

  before(async () => {
    const options = otherOrganization();
    const [own] = options.seed.github.organizations;
    assert.ok(own !== undefined);
    options.seed.github.organizations.push({ ...own, login: ELSEWHERE, repositories: [] });
    project = await startProject(options);
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
  });
  after(() => project?.close());

  /** Pulumi names it by its code, commands with the same remedy, and nothing is written anywhere. */
  async function isTold(code: string, remedy: RegExp): Promise<void> {
    await writes();
    for (const line of [
      ["preview", "--refresh"],
      ["up", "--refresh", "--yes", "--skip-preview"],
    ]) {
      const { code: ended, output } = await project.pulumi(...line, "-s", "live");
      assert.notEqual(ended, 0, output);
      assert.match(output, new RegExp(`\\[${code}\\] `));
      assert.match(output, remedy);
    }
    for (const name of ["drift", "verify"]) {
      const { code: ended, output } = await command(name);
      assert.notEqual(ended, 0, output);
      assert.match(output, remedy);
    }
    assert.deepEqual(await writes(), []);
  }

  /** After the remedy an `up` with a refresh passes. */
  async function isRight(): Promise<string[]> {
    await writes();
    await project.ok("up", "-s", "live", "--refresh", "--yes", "--skip-preview");
    return writes();
  }

  it("renamed, is named with its new name, and back under the old one nothing is written", async () => {
    await repos().update({ ...repo, name: "renamed" });
    await isTold("github-repository-renamed", /gh repo rename infrastructure -R [\w-]+\/renamed/);
    await repos().update({ owner: ORGANIZATION, repo: "renamed", name: CARRIER });
    assert.deepEqual(await isRight(), []);
  });

  it("archived, is named, and unarchived nothing is written", async () => {
    await repos().update({ ...repo, archived: true });
    await isTold("github-repository-archived", /gh repo unarchive [\w-]+\/infrastructure/);
    await repos().update({ ...repo, archived: false });
    assert.deepEqual(await isRight(), []);
  });

  it("transferred, is named with its new owner, and back again gets its access again", async () => {
    await repos().transfer({ ...repo, new_owner: ELSEWHERE });
    await isTold("github-repository-moved", /transfer it back/);
    await repos().transfer({ owner: ELSEWHERE, repo: CARRIER, new_owner: ORGANIZATION });
    const written = await isRight();
    assert.ok(written.length > 0 && written.every((each) => /\/repositories$/.test(each)), written.join());
  });

  it("deleted, is named, and made again gets its files and its access again", async () => {
    await repos().delete(repo);
    await isTold("github-repository-not-shown", /create it/);
    await repos().createInOrg({ org: ORGANIZATION, name: CARRIER, private: true, auto_init: true });
    const written = await isRight();
    assert.ok(
      written.every((each) => /\/actions\/secrets\/\w+\/repositories$|\/contents\//.test(each)),
      written.join(),
    );
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
  });
});
