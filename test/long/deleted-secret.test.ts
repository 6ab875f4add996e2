import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { ORGANIZATION, otherOrganization } from "../engine/other-organization";

/** Has a person's value, and gets another visibility. */
const PERSONS = "STRIPE_WEBHOOK_SECRET";
const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");

describe("secrets that people changed in GitHub, with the real engine", function () {
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
  const up = (...options: string[]) =>
    project.pulumi("up", "-s", "live", "--yes", "--skip-preview", ...options);
  const secret = async (name: string) => {
    const { actions } = project.people.octokit.rest;
    const place = { org: ORGANIZATION, secret_name: name };
    const { visibility } = (await actions.getOrgSecret(place)).data;
    if (visibility !== "selected") return { visibility, repositories: [] };
    const { repositories } = (await actions.listSelectedReposForOrgSecret(place)).data;
    return { visibility, repositories: repositories.map((each) => each.name) };
  };

  before(async () => {
    project = await startProject(otherOrganization());
    assert.equal((await up()).code, 0);
    await project.people.setSecret(PERSONS, "whsec_of_a_person_0123456789abcdef");
  });
  after(() => project?.close());

  const { deleted, lost } = { deleted: "PAYPAL_PEM", lost: "STRIPE_KEY" };
  const remove = (secret_name: string) =>
    project.people.octokit.rest.actions.deleteOrgSecret({ org: ORGANIZATION, secret_name });
  const writes = async () =>
    (await project.requests("github")).filter((each) => /^(PUT|DELETE) .*actions\/secrets/.test(each));
  const ofCarrier = { visibility: "selected", repositories: ["infrastructure"] };

  it("end each up with a refresh: the provider's list of the repositories of a deleted one is a 404", async () => {
    await remove(lost);
    // The resource in the message is the document's, and its name the secret's.
    const named = new RegExp(`ActionsOrganizationSecretRepositories.*${lost}[\\s\\S]*404`);
    const { code, output } = await up("--refresh");
    assert.notEqual(code, 0);
    assert.match(output, named);
  });

  it("are named and set by repair, and no other is written", async () => {
    await remove(deleted);
    await project.people.octokit.rest.actions.createOrUpdateOrgSecret({
      org: ORGANIZATION,
      secret_name: PERSONS,
      visibility: "private",
    } as never);
    await writes();
    const { code, output } = await command("repair", "--all");
    assert.equal(code, 0, output);
    const was = "was declared, and not in GitHub; now";
    assert.match(output, new RegExp(`^${deleted}: ${was} readable by infrastructure$`, "m"));
    assert.match(
      output,
      new RegExp(`^${lost}: ${was} made by the next pulumi up, readable by infrastructure$`, "m"),
    );
    assert.match(output, new RegExp(`^${PERSONS}: was readable by all private repositories`, "m"));
    const names = [deleted, PERSONS].map(
      (name) => `PUT /api/v3/orgs/${ORGANIZATION}/actions/secrets/${name}`,
    );
    assert.deepEqual((await writes()).sort(), names.sort());
    assert.deepEqual(await secret(deleted), ofCarrier);
  });

  it("let an up with a refresh pass then, which makes what the state had lost and writes no other", async () => {
    const { code, output } = await up("--refresh");
    assert.equal(code, 0, output);
    const written = await writes();
    assert.ok(
      written.every((each) => each.includes(`/${lost}`)),
      written.join(),
    );
    assert.deepEqual([await secret(lost), await secret(PERSONS)], [ofCarrier, ofCarrier]);
    await project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");
  });
});
