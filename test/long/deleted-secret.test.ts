import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FORMER_SECRET_REPOSITORIES, SECRET_REPOSITORIES } from "../../src/catalog/layout";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { ORGANIZATION, otherOrganization } from "../engine/other-organization";

/** Has a person's value, and gets another visibility. */
const PERSONS = "STRIPE_WEBHOOK_SECRET";
const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");

describe("secrets that people changed in GitHub, with the real engine", function () {
  this.timeout(300_000);
  let project: EngineProject;
  const command = (args: readonly string[], input = "") => {
    const child = spawn(process.execPath, [COMMAND, ...args, "--stack", "live"], {
      cwd: project.folder,
      env: project.env,
    });
    child.stdin.end(input);
    return ending(child, project.printed);
  };
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
  const show = (secret_name: string, visibility: "all" | "private") =>
    project.people.octokit.rest.actions.createOrUpdateOrgSecret({
      org: ORGANIZATION,
      secret_name,
      visibility,
    } as never);
  const at = (path: string) => `PUT /api/v3/orgs/${ORGANIZATION}/actions/secrets/${path}`;
  const writes = async () =>
    (await project.requests("github")).filter((each) => !/^GET /.test(each) && !/graphql/.test(each)).sort();
  const ofCarrier = { visibility: "selected", repositories: ["infrastructure"] };
  const nothingToDo = () => project.ok("preview", "-s", "live", "--refresh", "--expect-no-changes");

  it("are named by a preview with a refresh, which would make two resources and nothing else", async () => {
    await remove(lost);
    await writes();
    const { stdout } = await project.ok("preview", "-s", "live", "--refresh");
    assert.match(
      stdout,
      new RegExp(`\\[secret-missing\\] ${lost}: .* made again .*Remedy: .* set ${lost} --replace `),
    );
    assert.match(stdout, /Resources:\n\s+\+ 2 to create\n\s+\d+ unchanged/);
    assert.deepEqual(await writes(), []);
  });

  it("are made again by an up with a refresh, with their access, and nothing else is written", async () => {
    const { code, output } = await up("--refresh");
    assert.equal(code, 0, output);
    assert.match(
      output,
      new RegExp(`\\[secret-missing\\] ${lost}: .* made again .*Remedy: .* set ${lost} --replace `),
    );
    assert.deepEqual(await writes(), [at(lost), at(`${lost}/repositories`)]);
    assert.deepEqual(await secret(lost), ofCarrier);
    const set = await command(["set", lost, "--replace"], "value-of-a-person-0123456789");
    assert.equal(set.code, 0, set.output);
    await nothingToDo();
  });

  it("are forgotten by a refresh alone, and made again by the next up", async () => {
    await remove(deleted);
    await project.ok("refresh", "-s", "live", "--yes", "--skip-preview");
    await writes();
    const { code, output } = await up();
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`\\[secret-missing\\] ${deleted}: .* made again .*Remedy:`));
    assert.deepEqual(await writes(), [at(deleted), at(`${deleted}/repositories`)]);
    assert.deepEqual(await secret(deleted), ofCarrier);
    await nothingToDo();
  });

  it("get their visibility back by an up with a refresh", async () => {
    await show(PERSONS, "private");
    const { stdout } = await project.ok("preview", "-s", "live", "--refresh");
    assert.match(stdout, new RegExp(`\\[visibility-differs\\] .*${PERSONS} \\(private, `));
    await writes();
    const { code, output } = await up("--refresh");
    assert.equal(code, 0, output);
    assert.deepEqual(await writes(), [at(PERSONS)]);
    assert.deepEqual(await secret(PERSONS), ofCarrier);
    await nothingToDo();
  });

  it("are set by repair too, after which an up has nothing to write", async () => {
    await remove(deleted);
    await show(PERSONS, "private");
    await writes();
    const { code, output } = await command(["repair", "--all"]);
    assert.equal(code, 0, output);
    const was = "was declared, and not in GitHub; now";
    assert.match(output, new RegExp(`^${deleted}: ${was} readable by infrastructure$`, "m"));
    assert.match(output, new RegExp(`^${PERSONS}: was readable by all private repositories`, "m"));
    assert.deepEqual(await writes(), [deleted, PERSONS].map(at).sort());
    assert.deepEqual(await secret(deleted), ofCarrier);
    const after = await up("--refresh");
    assert.equal(after.code, 0, after.output);
    assert.deepEqual(await writes(), []);
    await nothingToDo();
  });

  it("end a refresh where an earlier version made the stack, until repair has set them", async () => {
    await useFormerLists();
    await remove(lost);
    const failed = await up("--refresh");
    assert.notEqual(failed.code, 0);
    // The resource in the message is the document's, and its name the secret's.
    assert.match(failed.output, new RegExp(`ActionsOrganizationSecretRepositories.*${lost}[\\s\\S]*404`));
    const { code, output } = await command(["repair", "--all"]);
    assert.equal(code, 0, output);
    assert.match(
      output,
      new RegExp(`^${lost}: .* now made by the next pulumi up, readable by infrastructure$`, "m"),
    );
    await writes();
    const after = await up("--refresh");
    assert.equal(after.code, 0, after.output);
    assert.deepEqual(await writes(), [at(lost), at(`${lost}/repositories`)]);
    assert.deepEqual(await secret(lost), ofCarrier);
    await nothingToDo();
  });

  /** The state as an earlier version of the program wrote it: the GitHub provider had the lists of repositories. */
  async function useFormerLists(): Promise<void> {
    const exported = JSON.parse((await project.ok("stack", "export", "-s", "live")).stdout) as Exported;
    const { resources } = exported.deployment;
    const provider = resources.find(({ type }) =>
      type.endsWith("actionsOrganizationSecret:ActionsOrganizationSecret"),
    )?.provider;
    const text = JSON.stringify({
      ...exported,
      deployment: {
        ...exported.deployment,
        resources: resources.map((each) =>
          each.type === SECRET_REPOSITORIES ? former(each, provider) : each,
        ),
      },
    }).replaceAll(SECRET_REPOSITORIES, FORMER_SECRET_REPOSITORIES);
    const file = join(project.folder, "former.json");
    writeFileSync(file, text);
    await project.ok("stack", "import", "-s", "live", "--file", file);
  }
});

interface Exported {
  deployment: { resources: StateResource[] };
}

interface StateResource {
  type: string;
  provider?: string;
  inputs: Record<string, unknown>;
}

function former(resource: StateResource, provider: string | undefined): StateResource {
  const { secretName, selectedRepositoryIds } = resource.inputs;
  const properties = { secretName, selectedRepositoryIds };
  return {
    ...resource,
    ...(provider === undefined ? {} : { provider }),
    inputs: properties,
    outputs: properties,
  } as StateResource;
}
