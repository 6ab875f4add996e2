import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ending } from "../engine/command";
import { type EngineProject, startProject } from "../engine/engine-project";
import { otherOrganization, PULUMI_ORGANIZATION } from "../engine/other-organization";

const COMMAND = join(__dirname, "..", "..", "build", "sophia-secrets.cjs");
const TASKS = readFileSync(join(__dirname, "..", "..", "docs", "tasks.md"), "utf8");
const ISSUERS = `/api/orgs/${PULUMI_ORGANIZATION}`;
const OPS = {
  decision: "allow",
  tokenType: "team",
  teamName: "ops",
  rules: { aud: `urn:pulumi:org:${PULUMI_ORGANIZATION}`, sub: "repo:corner-shop/infra:*" },
};

/** The document's commands, for the stacks of this organization: live has its objects, and test gets them. */
function commandsOf(heading: string): string[] {
  const [, section = ""] = TASKS.split(`## ${heading}\n`);
  const [, block = ""] = /```sh.*\n([\s\S]*?)```/.exec(section.split("\n## ", 1)[0] ?? "") ?? [];
  return block.trim().replaceAll("production", "live").replaceAll("staging", "test").split("\n");
}

describe("moving the organization's objects to another stack, with the real engine", function () {
  this.timeout(400_000);
  this.bail(true);
  let project: EngineProject;
  let earlier: Awaited<ReturnType<typeof standing>>;

  const cloud = async (method: string, path: string, body?: object) => {
    const answer = await fetch(project.sandbox.pulumi.url + ISSUERS + path, {
      method,
      headers: { authorization: `token ${project.sandbox.tokens.pulumi}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const policy = async () => {
    const { oidcIssuers } = (await cloud("GET", "/oidc/issuers")) as { oidcIssuers: { id: string }[] };
    return (await cloud("GET", `/auth/policies/oidcissuers/${oidcIssuers[0]?.id}`)) as {
      id: string;
      policies: object[];
    };
  };
  const standing = async () => {
    const state = readFileSync(join(project.folder, ".sandbox", "state", "github", "state.json"), "utf8");
    const [{ secrets }] = JSON.parse(state).organizations;
    return { secrets, policy: await policy() };
  };
  const writes = async () =>
    [...(await project.requests("github")), ...(await project.requests("pulumi"))].filter(
      (each) => !each.startsWith("GET ") && !each.includes("/api/stacks/"),
    );

  before(async () => {
    project = await startProject(otherOrganization());
    await project.ok("up", "-s", "test", "--yes", "--skip-preview");
    await project.ok("up", "-s", "live", "--yes", "--skip-preview");
    await project.people.setSecret("STRIPE_KEY", "sk_live_canary-0123456789");
    const { id, policies } = await policy();
    await cloud("PATCH", `/auth/policies/${id}`, { policies: [...policies, OPS] });
    for (const { id: run } of await project.people.runs()) await project.people.ended(run);
    await project.ok("up", "-s", "live", "--yes", "--skip-preview", "--refresh");
    earlier = await standing();
    await writes();
  });
  after(() => project?.close());

  it("is refused by preview and up of the stack that has them, and nothing is deleted", async () => {
    const name = async (owner: string) => {
      for (const stack of ["live", "test"])
        await project.ok("config", "set", "organizationStack", owner, "-s", stack);
    };
    await name("test");
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, output } = await project.pulumi(...command, "-s", "live");
      assert.notEqual(code, 0);
      assert.match(output, /organization-moved/);
    }
    await name("live");
    assert.deepEqual(await writes(), []);
  });

  it("moves them as the document says: no value, file or rule of trust is written or lost", async () => {
    const { stdout } = await project.ok("stack", "export", "-s", "live");
    const [urn = ""] = /urn:[^"]*::sophia-secrets:github:Organization::[^"]*/.exec(stdout) ?? [];
    for (const line of commandsOf("Move the organization's objects to another stack")) {
      const [program = "", ...words] = line.replace("URN", urn).split(" ");
      const confirmed = /^(state|up)$/.test(words[0] ?? "") ? ["--yes"] : [];
      const skipped = words[0] === "up" ? ["--skip-preview"] : [];
      const { code, output } =
        program === "pulumi"
          ? await project.pulumi(...words, ...confirmed, ...skipped)
          : await ending(
              spawn(process.execPath, [COMMAND, ...words], { cwd: project.folder, env: project.env }),
              project.printed,
            );
      assert.equal(code, 0, `${line}\n${output}`);
      assert.doesNotMatch(output, /canary/);
    }
    assert.deepEqual(await standing(), earlier);
    const written = (await writes()).filter((each) =>
      /^(PUT|POST|PATCH|DELETE) .*\/(secrets|contents|oidc|policies)/.test(each),
    );
    assert.deepEqual(written, []);
  });

  it("has each thing in one place of the state alone", async () => {
    const { stdout } = await project.ok("stack", "export", "-s", "test");
    const { resources } = JSON.parse(stdout).deployment as { resources: { type: string; id?: string }[] };
    const issuers = resources.filter(({ type }) => type === "pulumiservice:index:OidcIssuer");
    assert.equal(issuers.length, 1);
  });

  it("leaves both stacks with nothing to change", async () => {
    for (const stack of ["test", "live"]) await project.ok("preview", "-s", stack, "--expect-no-changes");
  });
});
