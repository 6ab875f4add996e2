import assert from "node:assert/strict";
import { GITHUB_LIMITS } from "../../sandbox/github/rate-limits";
import { type EngineProject, startProject } from "../engine/engine-project";
import { CATALOG_FILES, otherOrganization } from "../engine/other-organization";

const COUNT = 200;
const NAMES = Array.from({ length: COUNT }, (_, index) => `KEY_${String(index).padStart(3, "0")}`);
const LINES = NAMES.map((name) => `    { name: "${name}", group: "platform" },`).join("\n");
const CATALOG = CATALOG_FILES["secrets/catalog.ts"].replace(
  /secrets: \[[\s\S]*\]/,
  `secrets: [\n${LINES}\n  ]`,
);
const CARRIERS = ["infrastructure", "another-reader", "third"];

interface AuditRecord {
  service: string;
  action: string;
  target: string;
}

describe(`a first up of ${COUNT} slots, under every limit that GitHub has`, function () {
  this.timeout(1_200_000);
  let project: EngineProject;

  before(async () => {
    const options = otherOrganization({ "secrets/catalog.ts": CATALOG });
    const [organization] = options.seed.github.organizations;
    organization?.repositories.push({ name: "third", private: true });
    project = await startProject(options);
    for (const stack of ["live", "test"]) {
      for (const [index, carrier] of CARRIERS.entries())
        await project.ok("config", "set", "-s", stack, "--path", `carriers[${index}]`, carrier);
    }
    const { primaryPerHour, concurrent, pointsPerMinute, contentPerMinute, contentPerHour } = GITHUB_LIMITS;
    const limits = { primaryPerHour, concurrent, pointsPerMinute, contentPerMinute, contentPerHour };
    const url = `${project.sandbox.github.url}/_sandbox/limits`;
    await fetch(url, { method: "PUT", body: JSON.stringify(limits) });
  });
  after(async () => {
    await project?.close();
  });

  it("is never refused for writing too fast", async () => {
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    const started = performance.now();
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    console.log(`      up of live: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const answer = await fetch(`${project.sandbox.github.url}/_sandbox/audit`);
    const records = (await answer.json()) as AuditRecord[];
    const refused = records.filter(
      ({ service, action }) => service === "github" && /refused with/.test(action),
    );
    assert.deepEqual(refused, []);
    const { octokit } = project.people;
    const { data } = await octokit.rest.actions.listOrgSecrets({ org: "corner-shop", per_page: 1 });
    assert.equal(data.total_count, COUNT);
  });

  it("needs no call for any slot the second time", async () => {
    await project.requests("github");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    const asked = (await project.requests("github")).filter((each) => each.includes("/actions/secrets/"));
    assert.deepEqual(asked, []);
  });
});
