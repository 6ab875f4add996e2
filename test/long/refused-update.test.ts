import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineProject, startProject } from "../engine/engine-project";
import { CATALOG_FILES, otherOrganization } from "../engine/other-organization";

/** The provider reports an update that Pulumi Cloud refused as a success (facts: its Update drops the error). */
describe("an update of a composite that Pulumi Cloud refuses", function () {
  this.timeout(120_000);
  let project: EngineProject;
  const up = (...more: string[]) => project.pulumi("up", "-s", "test", "--yes", "--skip-preview", ...more);

  before(async () => {
    project = await startProject(otherOrganization());
    const { code, output } = await up();
    assert.equal(code, 0, output);
    // A group more: the composite's text changes.
    const groups = CATALOG_FILES["secrets/groups.ts"].replace(
      "} as const",
      '  logistics: { description: "Parcels", rotationDays: 90, owner: "Platform" },\n} as const',
    );
    writeFileSync(join(project.folder, "secrets", "groups.ts"), groups);
    project.sandbox.pulumi.faults.add({
      method: "PATCH",
      path: "/api/esc/environments/[^/]+/vault/shop-test$",
      answer: { status: 403, body: { code: 403, message: "Forbidden" } },
    });
  });
  after(async () => {
    await project?.close();
  });

  it("fails the up, naming the environment and the remedy", async () => {
    const { code, output } = await up();
    assert.notEqual(code, 0);
    assert.match(output, /shop-test: Pulumi Cloud refused its text, though .*Remedy: .*--refresh/);
  });

  it("keeps failing: the state calls it unchanged, the program does not", async () => {
    const { code, output } = await project.pulumi("preview", "-s", "test");
    assert.notEqual(code, 0);
    assert.match(output, /shop-test: Pulumi Cloud refused its text/);
  });

  it("is fixed by the remedy that the error names", async () => {
    const { code, output } = await up("--refresh");
    assert.equal(code, 0, output);
    const { stdout } = await project.ok("env", "get", "corner-shop-cloud/vault/shop-test", "--show-secrets");
    assert.match(stdout, /shop-test-logistics/);
    await project.ok("preview", "-s", "test", "--expect-no-changes");
  });
});
