import assert from "node:assert/strict";
import { type AdoptProject, withCommand } from "../cli/adopt-project";
import { startProject } from "../engine/engine-project";
import { CARRIER, CATALOG_FILES, ORGANIZATION, otherOrganization } from "../engine/other-organization";
import { sealed } from "../engine/sealed-box";

const LINE = '{ name: "STRIPE_KEY", group: "payments", aliases: ["STRIPE_API_KEY"] }';
const PER_ENVIRONMENT = '{ name: "STRIPE_KEY", group: "payments", perEnvironment: true }';
const place = (environment_name: string) => ({ owner: ORGANIZATION, repo: CARRIER, environment_name });

describe("adopt, of secrets that stand in GitHub's environments already, with the real engine", function () {
  this.timeout(180_000);
  let project: AdoptProject;

  before("test has the rules that are declared, live has none", async () => {
    const catalog = CATALOG_FILES["secrets/catalog.ts"].replace(LINE, PER_ENVIRONMENT);
    assert.ok(catalog.includes(PER_ENVIRONMENT));
    project = withCommand(await startProject(otherOrganization({ "secrets/catalog.ts": catalog })));
    const { actions, repos } = project.people.octokit.rest;
    const policy = { protected_branches: false, custom_branch_policies: true };
    await repos.createOrUpdateEnvironment({ ...place("test"), deployment_branch_policy: policy });
    await repos.createDeploymentBranchPolicy({ ...place("test"), name: "main" });
    await repos.createOrUpdateEnvironment(place("live"));
    for (const environment of ["test", "live"]) {
      const { data } = await actions.getEnvironmentPublicKey(place(environment));
      await actions.createOrUpdateEnvironmentSecret({
        ...place(environment),
        secret_name: "STRIPE_KEY",
        key_id: data.key_id,
        encrypted_value: await sealed(data.key, `canary-of-${environment}`),
      });
    }
    await project.writes();
  });
  after(async () => {
    await project?.close();
  });

  const written = async () => (await project.writes()).filter((each) => each.includes("/environments/"));

  it("is refused by up, which names the command", async () => {
    const { code, output } = await project.pulumi("preview", "-s", "test");
    assert.notEqual(code, 0);
    assert.match(output, /STRIPE_KEY: .* exists in GitHub.*\.\/sophia-secrets adopt STRIPE_KEY --stack test/);
  });

  for (const stack of ["test", "live"]) {
    it(`takes those of ${stack}, without one write to GitHub`, async () => {
      const { code, stdout, stderr } = await project.command(`adopt STRIPE_KEY --stack ${stack}`).ended;
      assert.equal(code, 0, stderr);
      assert.equal(
        stdout,
        `1 adopted, 0 in the state already, 0 not in GitHub yet\n  ${CARRIER}/${stack}/STRIPE_KEY\n`,
      );
      assert.deepEqual(await project.writes(), []);
    });

    it(`leaves nothing to do for a second run in ${stack}`, async () => {
      const { stdout, code } = await project.command(`adopt STRIPE_KEY --stack ${stack}`).ended;
      assert.deepEqual([code, stdout], [0, "0 adopted, 1 in the state already, 0 not in GitHub yet\n"]);
    });
  }

  it("lets up make the rest: rules only where GitHub has others, and no secret", async () => {
    for (const stack of ["test", "live"]) await project.ok("up", "-s", stack, "--yes", "--skip-preview");
    const PLACE = `/api/v3/repos/${ORGANIZATION}/${CARRIER}/environments/live`;
    assert.deepEqual((await written()).sort(), [`POST ${PLACE}/deployment-branch-policies`, `PUT ${PLACE}`]);
    for (const stack of ["test", "live"])
      await project.ok("preview", "-s", stack, "--refresh", "--expect-no-changes");
    assert.deepEqual(
      (await written()).filter((each) => each.includes("/secrets/")),
      [],
    );
  });

  it("shows no value", () => {
    assert.ok(!project.printed.join("").includes("canary"));
  });
});
