import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../skip";
import { type EngineProject, startProject } from "./engine-project";
import { otherOrganization } from "./other-organization";

/** The image the sandbox's registry is seeded with; the project's own catalog of images names it too. */
const IMAGE = "scoobyjava15/sophia-ai";

describe("the images' digests", function () {
  this.timeout(120_000);
  let project: EngineProject;
  const preview = () => project.pulumi("preview", "-s", "test");
  const set = (key: string, value: string, ...more: string[]) =>
    project.ok("config", "set", key, value, "-s", "test", ...more);

  before(async () => {
    const other = otherOrganization();
    const seed = { ...other.seed, registry: { images: [`${IMAGE}:latest`] } };
    project = await startProject({
      ...other,
      seed: seed as typeof other.seed,
      providers: ["github", "pulumiservice", "docker"],
    });
    const { registry } = project.sandbox.tokens;
    const file = join(project.folder, "Pulumi.test.yaml");
    const { config } = JSON.parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    config["sophia-secrets:resolveImages"] = true;
    config["sophia-secrets:dockerRegistry"] = project.sandbox.registry.url;
    writeFileSync(file, JSON.stringify({ config }));
    await set("dockerUsername", registry.username);
    await set("dockerPassword", registry.password, "--secret");
  });
  after(async () => {
    await project?.close();
  });

  it("are looked up at preview, and the password is in no output", async function () {
    const { code, output } = await preview();
    // The real plugin wants an engine even for a lookup; where there is none, that is the one clear error.
    if (code !== 0 && /docker daemon/.test(output)) {
      assert.match(output, /start a Docker-compatible engine .* or set resolveImages to false/);
      skip(this, "the real docker plugin needs a Docker engine");
    }
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`${IMAGE}@sha256:[0-9a-f]{64}`));
    assert.ok(!project.printed.join("").includes(project.sandbox.tokens.registry.password));
  });

  it("cannot be looked up with a wrong account: the image, the cause and the remedy are named", async function () {
    await set("dockerUsername", "nobody");
    const { code, output } = await preview();
    if (/docker daemon/.test(output)) skip(this, "the real docker plugin needs a Docker engine");
    assert.notEqual(code, 0);
    assert.match(
      output,
      new RegExp(`image .*${IMAGE}:latest: its digest cannot be looked up .*401.*Remedy: .*dockerRegistry`),
    );
  });
});
