import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type EngineProject, startProject } from "../engine/engine-project";
import {
  CATALOG_FILES,
  NAMING,
  ORGANIZATION,
  otherSeed,
  PULUMI_ORGANIZATION,
} from "../engine/other-organization";
import { People, type WorkflowRun } from "../engine/people";

/* The most organization secrets that GitHub takes, over ten carrier repositories, through the whole sandbox. */

const COUNT = 1000;
const CARRIERS = Array.from({ length: 10 }, (_, index) => `carrier-${index}`);
const NAMES = Array.from({ length: COUNT }, (_, index) => `KEY_${String(index).padStart(4, "0")}`);
const SETTING_AT_ONCE = 20;

const CATALOG = `import { defineCatalog } from "../src/catalog/entry";
import { ENVIRONMENTS } from "./environments";
import { GROUPS } from "./groups";

export const catalog = defineCatalog({
  environments: ENVIRONMENTS,
  groups: GROUPS,
  secrets: [
${NAMES.map((name, index) => `    { name: "${name}", group: "${index % 2 ? "payments" : "platform"}" },`).join("\n")}
  ],
});
`;

/** At GitHub's pace two thousand writes take half an hour; the pace has tests of its own. */
const AT_ONCE = "export const paceOf = (_: number) => ({ legacyClient: false as const });\n";

function stackFile(environment: string): string {
  const config = {
    githubOrganization: ORGANIZATION,
    pulumiOrganization: PULUMI_ORGANIZATION,
    ...NAMING,
    environments: [environment],
    organizationStack: "live",
    carriers: CARRIERS,
  };
  const keys = Object.entries(config).map(([key, value]) => [`sophia-secrets:${key}`, value]);
  return JSON.stringify({ config: Object.fromEntries(keys) }); // JSON is YAML
}

describe("a thousand secrets over ten carriers", function () {
  this.timeout(1_800_000);
  let project: EngineProject;
  let people: People[];

  before(async () => {
    const seed = otherSeed();
    for (const organization of seed.github.organizations)
      organization.repositories = CARRIERS.map((name) => ({ name, private: true }));
    project = await startProject({
      seed,
      files: {
        ...CATALOG_FILES,
        "secrets/catalog.ts": CATALOG,
        "src/resources/pace.ts": AT_ONCE,
        "Pulumi.live.yaml": stackFile("live"),
        "Pulumi.test.yaml": stackFile("test"),
      },
      organization: ORGANIZATION,
      carrier: "carrier-0",
    });
    // The hour's limits of one person would end it: they are for people, and this sets a thousand values.
    const limits = JSON.stringify({ pointsPerMinute: null, primaryPerHour: null });
    await fetch(`${project.sandbox.github.url}/_sandbox/limits`, { method: "PUT", body: limits });
    // The engine sends the whole state after each of two thousand steps where the service keeps no journal.
    Object.assign(project.env, { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" });
    const { url } = project.sandbox.github;
    people = CARRIERS.map((each) => new People(url, project.sandbox.tokens.github, ORGANIZATION, each));
  });
  after(async () => {
    await project?.close();
  });

  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    console.log(`      ${what}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return result;
  };

  it("come up", async () => {
    await timed("up of test", () => project.ok("up", "-s", "test", "--yes", "--skip-preview"));
    await timed("up of live", () => project.ok("up", "-s", "live", "--yes", "--skip-preview"));
  });

  it("are all carried to applications, by ten workflows that share one ledger", async () => {
    await timed("first runs", async () => {
      for (const each of people) for (const { id } of await each.runs()) await each.ended(id);
    });
    await timed("setting the values", async () => {
      for (let from = 0; from < COUNT; from += SETTING_AT_ONCE) {
        const some = NAMES.slice(from, from + SETTING_AT_ONCE);
        await Promise.all(some.map((name) => people[0]?.setSecret(name, `value of ${name}`)));
      }
    });
    const runs: WorkflowRun[] = await timed("ten syncs at once", () =>
      Promise.all(
        people.map(async (each, index) => {
          await sleep(index);
          return each.sync("live");
        }),
      ),
    );
    for (const run of runs) {
      const log = run.jobs.map((job) => job.log).join("\n");
      assert.equal(run.conclusion, "success", log);
    }
    const { stdout } = await project.ok("env", "open", `${PULUMI_ORGANIZATION}/vault/shop-live`);
    const { environmentVariables } = JSON.parse(stdout) as { environmentVariables: Record<string, string> };
    for (const name of NAMES) assert.equal(environmentVariables[name], `value of ${name}`);
  });

  it("need nothing more afterwards", async () => {
    await timed("preview of live", () => project.ok("preview", "-s", "live", "--expect-no-changes"));
    await project.requests("github");
    await timed("no-op up of live", () => project.ok("up", "-s", "live", "--yes", "--skip-preview"));
    const asked = await project.requests("github");
    // Some for each carrier, also what its branch lets be committed; none for each secret.
    assert.ok(asked.length < 8 * CARRIERS.length, `${asked.length} requests`);
  });
});
