import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type EngineProject, startProject } from "../engine/engine-project";

const DOCUMENT = readFileSync(join(__dirname, "..", "..", "docs", "LEAVING.md"), "utf8");
const VALUES = {
  OPENAI_API_KEY: "sk-canary-of-openai-0123456789",
  JWT_SECRET: "canary of jwt, 0123456789abcdef",
};

/** Commands of the document below a heading, in its order. */
function commandsOf(heading: string): string[][] {
  const [, section = ""] = DOCUMENT.split(`## ${heading}\n`);
  const [, block = ""] = /```sh.*\n([\s\S]*?)```/.exec(section.split("\n## ", 1)[0] ?? "") ?? [];
  return block
    .trim()
    .split("\n")
    .map((line) => line.split(" ").slice(1));
}

/** What people answer on a terminal, and where `rm` keeps the config for the tests after it. */
const CONFIRMED: Readonly<Record<string, string[]>> = {
  "stack rm": ["--yes", "--preserve-config"],
  destroy: ["--yes", "--skip-preview"],
  up: ["--yes", "--skip-preview"],
};

describe("leaving, with the real engine", function () {
  this.timeout(400_000);
  let project: EngineProject;
  let kept: ReturnType<typeof stored>;
  let states: string[];

  const read = (...path: string[]) =>
    JSON.parse(readFileSync(join(project.folder, ".sandbox", "state", ...path), "utf8"));
  /** What the services hold, values as ciphertext that every write changes. */
  const stored = () => {
    const [github] = read("github", "state.json").organizations;
    const environments = read("github", "state.json").repositories.map(
      (each: { environments: unknown }) => each.environments,
    );
    const {
      teams,
      issuers,
      roles,
      hooks,
      changeGates,
      environments: esc,
    } = read("pulumi", "cloud.json").organizations["scoobyjava-org"];
    return { secrets: github.secrets, environments, esc, teams, issuers, roles, hooks, changeGates };
  };
  const state = async (stack: string) => {
    const { stdout } = await project.ok("stack", "export", "-s", stack);
    const { resources = [] } = JSON.parse(stdout).deployment as {
      resources?: { urn: string; type: string; custom: boolean; parent?: string; dependencies?: string[] }[];
    };
    return resources;
  };
  const urnsOf = async () =>
    (await Promise.all(["production", "staging"].map(state))).map((each) =>
      // The engine forgets a provider that nothing uses, and makes it again.
      each
        .filter(({ type }) => !type.startsWith("pulumi:providers:"))
        .map(({ urn }) => urn)
        .sort(),
    );
  const files = async () => {
    const { octokit } = project.people;
    const place = { owner: "ai-cherry", repo: "sophia-main" };
    const paths = [
      ".github/workflows/sync_secrets.yml",
      "scripts/ci/sync_secrets.cjs",
      "backend/core/auto_esc_config.py",
    ];
    const there = await Promise.all(
      paths.map((path) =>
        octokit.rest.repos.getContent({ ...place, path }).then(
          () => true,
          () => false,
        ),
      ),
    );
    return Object.fromEntries(paths.map((path, index) => [path, there[index]]));
  };
  const isWrite = (each: string) => !each.startsWith("GET ") && !each.includes("/api/stacks/");
  const writes = async () =>
    [...(await project.requests("github")), ...(await project.requests("pulumi"))].filter(isWrite);
  const follow = async (heading: string) => {
    for (const command of commandsOf(heading)) {
      const two = command.slice(0, 2).join(" ");
      const ended = await project.ok(...command, ...(CONFIRMED[two] ?? CONFIRMED[command[0] ?? ""] ?? []));
      assert.doesNotMatch(ended.output, /canary/);
    }
  };

  before(async () => {
    project = await startProject();
    await project.ok("up", "-s", "staging", "--yes", "--skip-preview");
    await project.ok("up", "-s", "production", "--yes", "--skip-preview");
    for (const [name, value] of Object.entries(VALUES)) await project.people.setSecret(name, value);
    for (const { id } of await project.people.runs()) await project.people.ended(id);
    await project.people.sync();
    kept = stored();
    states = (await urnsOf()).map(String);
    await writes();
  });
  after(() => project?.close());

  it("guards every resource of a stack: each comes after the guard when it is destroyed", async () => {
    for (const stack of ["production", "staging"]) {
      const resources = await state(stack);
      const guard = resources.find(({ type }) => type === "sophia-secrets:stack:DestroyGuard");
      const first = resources
        .filter(
          ({ custom, type, urn }) =>
            (custom || !resources.some(({ parent }) => parent === urn)) &&
            urn !== guard?.urn &&
            !type.startsWith("pulumi:providers:") &&
            !guard?.dependencies?.includes(urn),
        )
        .map(({ urn }) => urn);
      assert.deepEqual(first, []);
    }
  });

  for (const flags of [
    [],
    ["--run-program"],
    ["--run-program", "--exclude-protected"],
    ["--run-program", "--continue-on-error", "--ignore-protect"],
  ])
    it(`is not begun by pulumi destroy ${flags.join(" ")}: nothing is deleted and nothing forgotten`, async () => {
      // One stack by each way; production has all that the other has, and the organization.
      const { code, output } = await project.pulumi(
        ...["destroy", "-s", "production", "--yes", "--skip-preview", ...flags],
      );
      assert.notEqual(code, 0);
      if (flags.length > 0)
        assert.match(output, /stack production: .*Nothing was deleted[\s\S]*leaving true -s production/);
      assert.deepEqual(await writes(), []);
      assert.deepEqual((await urnsOf()).map(String), states);
      assert.deepEqual(stored(), kept);
    });

  it("is refused by a preview of it too", async () => {
    const { code, output } = await project.pulumi(
      "destroy",
      "-s",
      "production",
      "--preview-only",
      "--run-program",
    );
    assert.notEqual(code, 0);
    assert.match(output, /docs\/LEAVING\.md/);
  });

  it("removes the sync and keeps all else, as the document says", async () => {
    await follow("Remove the sync and keep the values");
    assert.deepEqual(stored(), kept);
    assert.deepEqual(await files(), {
      ".github/workflows/sync_secrets.yml": false,
      "scripts/ci/sync_secrets.cjs": false,
      "backend/core/auto_esc_config.py": true,
    });
    assert.deepEqual(await urnsOf(), [[], []]);
  });

  it("can be undone, as the document says, with every value where it was", async () => {
    await follow("Come back");
    const { secrets, esc } = stored();
    assert.deepEqual(secrets, kept.secrets);
    assert.deepEqual(Object.keys(esc), Object.keys(kept.esc));
    assert.ok(Object.values(await files()).every(Boolean));
    await project.ok("preview", "-s", "production", "--refresh", "--expect-no-changes");
    assert.deepEqual((await urnsOf()).map(String), states);
    kept = stored();
  });

  it("forgets the stacks and changes nothing, as the document says", async () => {
    await writes();
    await follow("Forget the stacks and change nothing");
    assert.deepEqual(await writes(), []);
    assert.deepEqual(stored(), kept);
    assert.ok(Object.values(await files()).every(Boolean));
  });
});
