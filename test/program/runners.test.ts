import { deepEqual, equal, match } from "node:assert/strict";
import { parse } from "yaml";
import { readDiagnostics } from "../../src/errors";
import { ofType, TYPES } from "./declared";
import { committedConfig, type ProgramOptions, runProgram, type StackConfig } from "./run-program";
import { SMALL } from "./small-catalog";

const OWN = { labels: ["self-hosted", "linux"] };
const IMAGE = `node:24-slim@sha256:${"ab".repeat(32)}`;

const run = (production: StackConfig, staging: StackConfig = {}, more: ProgramOptions = {}) =>
  runProgram({
    stacks: {
      production: { ...committedConfig("production"), ...production },
      staging: { ...committedConfig("staging"), ...staging },
    },
    catalog: SMALL,
    ...more,
  });

async function runsOn(production: StackConfig, staging: StackConfig = {}): Promise<Record<string, unknown>> {
  const { resources, error } = await run(production, staging);
  equal(error, undefined);
  const workflow = ofType(resources, TYPES.file).find(({ inputs }) => String(inputs.file).endsWith(".yml"));
  const { jobs } = parse(String(workflow?.inputs.content)) as {
    jobs: Record<string, { "runs-on": unknown }>;
  };
  return Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, job["runs-on"]]));
}

describe("where the jobs of the sync run", function () {
  this.timeout(60_000);

  it("is for each deployment environment what the stack says that owns it", async () => {
    deepEqual(await runsOn({ runner: OWN }), {
      development: "ubuntu-latest",
      staging: "ubuntu-latest",
      production: OWN.labels,
    });
    deepEqual(await runsOn({ runner: { group: "sync" } }, { runner: { labels: ["ubuntu-24.04"] } }), {
      development: "ubuntu-24.04",
      staging: "ubuntu-24.04",
      production: { group: "sync" },
    });
  });

  it("is for a carrier that carrierRunners names what stands there", async () => {
    const { production } = await runsOn({
      runner: OWN,
      carrierRunners: { "sophia-main": { group: "sync" } },
    });
    deepEqual(production, { group: "sync" });
  });

  it("is told in a preview, where it is not GitHub's machines", async () => {
    const { said, error } = await run(
      { runner: { ...OWN, container: { image: IMAGE } } },
      {},
      { preview: true },
    );
    equal(error, undefined);
    const told = readDiagnostics(said.join("\n")).filter(({ code }) => code === "runner-own");
    deepEqual(
      told.map(({ subject }) => subject),
      ["sync job of production in sophia-main"],
    );
    match(
      told[0]?.cause ?? "",
      /^runs on self-hosted, linux in the container node:24-slim@sha256:(ab)+\. Whoever administers/,
    );
    const hosted = await run({}, {}, { preview: true });
    deepEqual(
      hosted.said.filter((line) => line.includes("runner-own")),
      [],
    );
  });

  it("is no machine of the organization for a public carrier, until its remedy is followed", async () => {
    const more = { open: ["sophia-main"] };
    const { error, resources } = await run({ runner: OWN }, {}, more);
    const [found] = readDiagnostics(error?.message ?? "");
    equal(found?.code, "runner-of-public-carrier");
    match(
      found?.remedy ?? "",
      /^gh repo edit ai-cherry\/sophia-main --visibility private .*; or .* remove runner/,
    );
    deepEqual(ofType(resources, TYPES.file), []);
    equal((await run({}, {}, more)).error, undefined);
    equal((await run({ runner: OWN })).error, undefined);
    equal((await run({ runner: { labels: ["ubuntu-24.04"] } }, {}, more)).error, undefined);
  });

  it("is refused for a carrier that there is not, with the nearest one, and in another stack's file", async () => {
    const { error } = await run(
      { carrierRunners: { "sofia-main": OWN } },
      { runner: { container: { image: "node:24" } } },
    );
    const found = readDiagnostics(error?.message ?? "");
    deepEqual(
      found.map(({ code, cause }) => [code, cause.slice(0, 48)]),
      [
        ["config-invalid", "names sofia-main, which is not in carriers"],
        ["config-invalid", "config runner.container.image: must be IMAGE@sha"],
      ],
    );
    match(found[0]?.remedy ?? "", /^rename it to sophia-main, if that is meant/);
    equal((await run({ carrierRunners: { "sophia-main": OWN } })).error, undefined);
  });
});
