import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runWorkflow } from "../../sandbox/run-workflow";
import { catalog } from "../../secrets/catalog";
import { resolveCatalog } from "../../src/catalog/entry";
import { SENTINEL } from "../../src/catalog/layout";
import { createHttp } from "../../src/clients/http";
import { createPulumiCloud } from "../../src/clients/pulumi-cloud";
import { createCatalogLoader } from "../../src/loaders/typescript/catalog-loader";
import { readProject } from "../../src/operations/project";
import { Secret } from "../../src/secret";
import { ending } from "./command";
import { type EngineProject, startProject } from "./engine-project";
import type { WorkflowRun } from "./people";
import { type Sample, sampleValues } from "./sample-values";

const SYNCED = resolveCatalog(catalog).entries.filter((secret) => !secret.bootstrap);
const SEPARATE = SYNCED.filter(({ perEnvironment }) => perEnvironment);
const ENVIRONMENTS = ["development", "staging", "production"] as const;

describe("the whole pipeline, with the real engine", function () {
  this.timeout(180_000);
  let project: EngineProject;
  const samplesIn: Record<(typeof ENVIRONMENTS)[number], Map<string, Sample>> = {
    development: sampleValues(catalog),
    staging: sampleValues(catalog),
    production: sampleValues(catalog),
  };
  /** Shared ones stand for every environment. */
  const samples = samplesIn.production;
  const runs: WorkflowRun[] = [];
  const override: Sample = { value: "sk-canaryOfStagingAlone", canary: "canaryOfStagingAlone" };
  const rotated: Sample = { value: "sk-canaryAfterRotation", canary: "canaryAfterRotation" };

  const everySample = () => Object.values(samplesIn).flatMap((each) => [...each.values()]);
  const settings = () => readProject(join(__dirname, "../..")).settings;
  const cloud = () =>
    createPulumiCloud({
      url: project.sandbox.pulumi.url,
      organization: settings().pulumiOrganization,
      token: new Secret(project.sandbox.tokens.pulumi),
      http: createHttp(),
    });
  const load = async (environment: (typeof ENVIRONMENTS)[number]) =>
    createCatalogLoader(catalog, settings(), {
      environment,
      url: project.sandbox.pulumi.url,
      token: new Secret(project.sandbox.tokens.pulumi),
      variables: {},
    }).load();
  const opened = async (environment: string) => {
    const { stdout } = await project.ok("env", "open", `scoobyjava-org/default/sophia-ai-${environment}`);
    return JSON.parse(stdout) as {
      sophia: Record<string, unknown>;
      environmentVariables: Record<string, string>;
    };
  };
  const revisions = async () => {
    const groups = Object.keys(catalog.groups);
    const names = ENVIRONMENTS.flatMap((environment) =>
      [...groups, "ledger"].map((each) => `default/sophia-ai-${environment}-${each}`),
    );
    return Promise.all(names.map(async (name) => (await cloud().read(name)).revision));
  };
  const sync = async () => {
    const run = await project.people.sync();
    runs.push(run);
    return run;
  };

  before(async () => {
    project = await startProject();
  });
  after(async () => {
    await project?.close();
  });

  it("comes up from nothing: staging, then production", async () => {
    await project.ok("up", "-s", "staging", "--yes", "--skip-preview");
    await project.ok("up", "-s", "production", "--yes", "--skip-preview");
    const secrets = await project.people.octokit.paginate(
      project.people.octokit.rest.actions.listOrgSecrets,
      {
        org: "ai-cherry",
      },
    );
    assert.ok(SEPARATE.length > 0);
    assert.equal(secrets.length, catalog.secrets.length - SEPARATE.length);
  });

  it("keeps values from being deleted, whoever tries", async () => {
    const place = "/api/esc/environments/scoobyjava-org/default/sophia-ai-production-api-keys";
    const headers = { authorization: `token ${project.sandbox.tokens.pulumi}` };
    const answer = await fetch(project.sandbox.pulumi.url + place, { method: "DELETE", headers });
    assert.equal(answer.status, 409);
  });

  it("never lets a placeholder reach ESC: the first run says who is waiting and fails", async () => {
    for (const { id } of await project.people.runs()) runs.push(await project.people.ended(id));
    const first = runs.find((run) => run.event === "push");
    assert.equal(first?.conclusion, "failure");
    for (const job of first?.jobs ?? [])
      assert.match(job.log, /OPENAI_API_KEY.*nobody has set it in GitHub yet/);
    for (const environment of ENVIRONMENTS) {
      const document = await cloud().open(`default/sophia-ai-${environment}`);
      assert.ok(!JSON.stringify(document).includes(SENTINEL), environment);
    }
    await assert.rejects(load("production"), /MissingSecretsError|openai_api_key/);
  });

  it("carries every value that people set to the application, byte for byte", async () => {
    for (const { name, perEnvironment } of SYNCED) {
      for (const environment of perEnvironment ? ENVIRONMENTS : []) {
        const own = samplesIn[environment].get(name)?.value ?? "";
        await project.people.setEnvironmentSecret(environment, name, own);
      }
      if (!perEnvironment) await project.people.setSecret(name, samples.get(name)?.value ?? "");
    }
    await project.people.setEnvironmentSecret("staging", "OPENAI_API_KEY", override.value);
    const run = await sync();
    assert.equal(run.conclusion, "success", run.jobs.map((job) => job.log).join("\n"));

    const production = await opened("production");
    const loaded = await load("production");
    for (const secret of SYNCED) {
      const expected = samples.get(secret.name)?.value;
      assert.ok(expected !== undefined);
      const fromCli = secret.path
        .split(".")
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], production.sophia);
      assert.equal(fromCli, expected, `${secret.name} by pulumi env open`);
      assert.equal(production.environmentVariables[secret.name], expected, `${secret.name} as a variable`);
      for (const key of [secret.appKey, ...secret.appKeyAliases]) {
        assert.equal(
          loaded.get(key as never as "openai_api_key")?.unwrap(),
          expected,
          `${key} by the loader`,
        );
      }
    }
  });

  it("lets a secret of GitHub's staging environment stand above the organization's, there alone", async () => {
    assert.equal((await load("staging")).openai_api_key.unwrap(), override.value);
    for (const environment of ["development", "production"] as const) {
      const { openai_api_key } = await load(environment);
      assert.equal(openai_api_key.unwrap(), samples.get("OPENAI_API_KEY")?.value, environment);
    }
  });

  it("gives development no value of production's where each has its own", async () => {
    for (const environment of ENVIRONMENTS) {
      const loaded = await load(environment);
      for (const { name, appKey } of SEPARATE) {
        const value = loaded.get(appKey as never as "openai_api_key")?.unwrap();
        assert.equal(value, samplesIn[environment].get(name)?.value, `${name} in ${environment}`);
      }
    }
  });

  it("makes no revision when nothing changed", async () => {
    const before = await revisions();
    assert.equal((await sync()).conclusion, "success");
    assert.deepEqual(await revisions(), before);
  });

  it("carries a rotation, and up --refresh leaves it alone: not one write of a secret", async () => {
    await project.people.setSecret("OPENAI_API_KEY", rotated.value);
    assert.equal((await sync()).conclusion, "success");
    assert.equal((await load("production")).openai_api_key.unwrap(), rotated.value);

    await project.requests("github");
    await project.ok("up", "-s", "production", "--refresh", "--yes", "--skip-preview");
    const writes = (await project.requests("github")).filter((request) => !request.startsWith("GET "));
    assert.deepEqual(writes, []);
    await sync();
    assert.equal((await load("production")).openai_api_key.unwrap(), rotated.value);
  });

  it("has nothing to change afterwards, refreshed or not", async () => {
    await project.ok("preview", "-s", "staging", "--refresh", "--expect-no-changes");
    await project.ok("preview", "-s", "production", "--expect-no-changes", "--json");
  });

  it("is verified check by check, and a broken one is named with what to do", async () => {
    const verify = async () => {
      const line = [join(__dirname, "..", "..", "build", "sophia-secrets.cjs"), "verify", "--json"];
      const child = spawn(process.execPath, line, { cwd: project.folder, env: project.env });
      const { code, stdout, output } = await ending(child, project.printed);
      assert.notEqual(stdout, "", output);
      return {
        code,
        wrong: (JSON.parse(stdout) as { subject: string; state: string; cause: string }[]).filter(
          // The seed's carrier is open to people with write, which is a warning.
          ({ state }) => state !== "ok" && state !== "warning",
        ),
      };
    };
    assert.deepEqual(await verify(), { code: 0, wrong: [] });
    const setDefault = async (setDefaultEnvironmentPermission: string) => {
      const answer = await fetch(`${project.sandbox.pulumi.url}/api/orgs/scoobyjava-org`, {
        method: "PATCH",
        headers: { authorization: `token ${project.sandbox.tokens.pulumi}` },
        body: JSON.stringify({ setDefaultEnvironmentPermission }),
      });
      assert.ok(answer.ok);
    };
    await setDefault("write");
    const { code, wrong } = await verify();
    assert.deepEqual([code, wrong.map(({ subject }) => subject)], [1, ["access"]]);
    assert.match(wrong[0]?.cause ?? "", /write/);
    await setDefault("none");
  });

  it("prints no value: not in any output, preview, verbose log, state, log or run's page", async () => {
    await project.ok(
      "preview",
      "-s",
      "production",
      "--refresh",
      "-v=9",
      "--logtostderr",
      "--save-plan",
      "plan.json",
    );
    assert.match(readFileSync(join(project.folder, "plan.json"), "utf8"), /resourcePlans/); // looked through below
    await project.ok("stack", "export", "-s", "production");
    await project.ok("stack", "output", "-s", "production", "--json", "--show-secrets");
    // `env open` prints values because it is asked to.
    const texts = project.printed.filter((text) => !text.includes('"environmentVariables"'));
    const logs = runs.flatMap((run) => run.jobs.map((job) => job.log));
    assert.ok(texts.length > 6 && logs.length >= 12);
    const values = [...everySample(), override, rotated].map((sample) => sample.canary);
    const { github, pulumi } = project.sandbox.tokens;
    const canaries = [...values, github, pulumi];
    for (const [index, text] of [...texts, ...logs].entries()) {
      const found = canaries.findIndex((canary) => text.includes(canary));
      assert.equal(found, -1, `text ${index} holds value ${found}`);
    }
  });

  it("leaves no value in plain text on the disk: not in the state of GitHub or Pulumi Cloud, a run's summary or a log", () => {
    const values = [...everySample(), override, rotated].map((sample) => sample.canary);
    const files = readdirSync(project.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    let summaries = 0;
    for (const file of files) {
      const text = readFileSync(file, "latin1");
      if (text.includes("### Secrets of production")) summaries += 1;
      assert.ok(!values.some((value) => text.includes(value)), file);
    }
    assert.equal(summaries, 1); // GitHub's own state, which is among what was looked through
  });

  it("runs again by the sandbox's own command, which says where the run's page is and how it ended", async () => {
    const { sandbox } = project;
    const said: string[] = [];
    const running = { github: sandbox.github.url, tokens: sandbox.tokens };
    assert.equal(await runWorkflow(running, ["ai-cherry"], (line) => said.push(line)), true);
    assert.match(
      said.join("\n"),
      /running sync_secrets\.yml: http\S+\/actions\/runs\/\d+\nai-cherry\/sophia-main: success$/,
    );
    await assert.rejects(
      runWorkflow(running, [], () => {}),
      /No repository has sync_secrets\.yml\. Remedy: pulumi up/,
    );
  });
});
