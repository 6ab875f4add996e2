import { deepEqual, equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holds, type Value } from "../../sandbox/runner/expression";
import { parseWorkflow } from "../../sandbox/runner/workflow-file";
import { jobOf, type Step, stepOf, WORKFLOWS } from "./shipped-workflows";

/** The pack, and the config by which it knows this program's administrators. */
const WITH_PACK = ["--policy-pack", "policies", "--policy-pack-config", "policies/config.json"];

/** Whether a job of a workflow runs, by GitHub's own evaluator. */
function runs(file: string, id: string, contexts: Record<string, Value>, failed = false): boolean {
  const { path = "", text = "" } = WORKFLOWS[file] ?? {};
  const job = parseWorkflow(path, text).jobs.find((each) => each.id === id);
  const status = { success: () => !failed, failure: () => failed, cancelled: () => false };
  return holds(job?.condition ?? "false", { contexts, status });
}

const pullRequest = (repository: string, login: string, deploy = "on"): Record<string, Value> => ({
  vars: { DEPLOY: deploy },
  github: {
    repository: "acme/infra",
    event: { pull_request: { number: 5, head: { repo: { full_name: repository } }, user: { login } } },
  },
});
const onBranch = (ref: string, deploy = "on"): Record<string, Value> => ({
  vars: { DEPLOY: deploy },
  github: { ref },
});

describe("which jobs run", () => {
  const preview = (contexts: Record<string, Value>) => [
    runs("pull-request.yml", "preview", contexts),
    runs("pull-request.yml", "no-preview", contexts),
  ];
  it("previews a branch of the repository", () =>
    deepEqual(preview(pullRequest("acme/infra", "ann")), [true, false]));
  it("previews no fork and nothing of Dependabot's, and says so", () => {
    deepEqual(preview(pullRequest("eve/infra", "eve")), [false, true]);
    deepEqual(preview(pullRequest("acme/infra", "dependabot[bot]")), [false, true]);
  });
  it("previews and deploys nothing before DEPLOY is on", () => {
    deepEqual(preview(pullRequest("acme/infra", "ann", "")), [false, false]);
    equal(runs("deploy.yml", "up", onBranch("refs/heads/main", "")), false);
    equal(runs("nightly.yml", "audit", onBranch("refs/heads/main", "")), false);
  });
  it("deploys main alone, also by hand, and only what was checked", () => {
    equal(runs("deploy.yml", "up", onBranch("refs/heads/main")), true);
    equal(runs("deploy.yml", "up", onBranch("refs/heads/other")), false);
    equal(runs("deploy.yml", "up", onBranch("refs/heads/main"), true), false);
  });
  it("publishes the report where the config asks for it, also of an audit that found something", () => {
    const needs = (publish: string): Record<string, Value> => ({
      needs: { audit: { outputs: { publish } } },
    });
    for (const [publish, published] of [
      ["", false],
      ["artifact", false],
      ["private", true],
      ["public", true],
    ] as const) {
      equal(runs("nightly.yml", "pages", needs(publish)), published, publish);
      equal(runs("nightly.yml", "pages", needs(publish), true), published, publish);
    }
  });
  it("reports only what failed", () => {
    deepEqual([runs("nightly.yml", "report", {}), runs("nightly.yml", "report", {}, true)], [false, true]);
  });
});

describe("what the steps run", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "steps-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a step's script as GitHub does, with stand-ins for commands that write down how they were called. */
  function run(step: Step, env: Record<string, string>, standIns: Record<string, string>) {
    const called = join(folder, "called");
    rmSync(called, { force: true });
    for (const [name, body] of Object.entries(standIns)) {
      const file = join(folder, name);
      const quoted =
        'for each in "$@"; do printf "%s\\n" "$each" >> "$CALLED"; done; echo "end of call" >> "$CALLED"';
      writeFileSync(file, `#!/bin/bash\n${quoted}\n${body}\n`);
      chmodSync(file, 0o755);
    }
    const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", step.run ?? ""], {
      encoding: "utf8",
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin`, CALLED: called, RUNNER_TEMP: folder, ...env },
    });
    const calls = existsSync(called)
      ? readFileSync(called, "utf8")
          .trimEnd()
          .split("end of call")
          .map((each) => each.trim())
      : [];
    return {
      status,
      stdout,
      stderr,
      calls: calls.filter((each) => each !== "").map((each) => each.split("\n")),
    };
  }

  it("previews the stack as the preview's identity, with the policy pack, into a file", () => {
    const step = stepOf(jobOf("pull-request.yml", "preview"), "Preview");
    const { status, calls, stdout } = run(step, { STACK: "staging" }, { "sophia-secrets": "echo an event" });
    deepEqual([status, stdout], [0, ""]);
    deepEqual(calls, [
      [
        ...["run-as", "--stack", "staging", "preview", "--"],
        ...["pulumi", "preview", "--json", "--non-interactive", ...WITH_PACK],
      ],
    ]);
    equal(readFileSync(join(folder, "plan.jsonl"), "utf8"), "an event\n");
    equal(step.env?.PULUMI_ENABLE_STREAMING_JSON_PREVIEW, "true");
  });

  it("writes the report page as the audit's identity, and says whether to publish it", () => {
    const step = stepOf(jobOf("nightly.yml", "audit"), "Report page");
    const output = join(folder, "output");
    const env = { GITHUB_OUTPUT: output, PATH: `${folder}:${process.env.PATH}` };
    const { status, calls } = run(step, env, {
      "sophia-secrets": `echo '{"publish":"private"}'`,
      jq: `[ "$1 $2" = "-r .publish" ] && echo private`,
    });
    equal(status, 0);
    deepEqual(calls[0], [
      ...["run-as", "audit", "--", "./sophia-secrets", "report", "--json"],
      ...["--html", join(folder, "site", "index.html")],
    ]);
    equal(readFileSync(output, "utf8"), "publish=private\n");
  });

  it("publishes no private report to a site that everyone can read, or of which GitHub says nothing", () => {
    const step = stepOf(jobOf("nightly.yml", "pages"), "Refuse a site that everyone can read");
    const answers = { false: 0, true: 1, null: 1, "": 1 };
    for (const [answer, expected] of Object.entries(answers))
      equal(run(step, { GH_REPO: "acme/infra" }, { gh: `echo "${answer}"` }).status, expected, answer);
    equal(run(step, { GH_REPO: "acme/infra" }, { gh: "exit 1" }).status, 1);
  });

  it("comments the plan, also of a preview that failed, and lets the failure through", () => {
    const job = jobOf("pull-request.yml", "preview");
    const step = stepOf(job, "Comment the plan");
    const summary = join(folder, "summary");
    const env = { STACK: "staging", PULL_REQUEST: "5; echo hurt", GITHUB_STEP_SUMMARY: summary };
    const { status, calls, stdout } = run(step, env, { "sophia-secrets": "echo a plan; exit 1" });
    deepEqual([status, stdout, readFileSync(summary, "utf8")], [1, "", "a plan\n"]);
    deepEqual(calls, [
      [
        ...["plan-comment", "--stack", "staging"],
        ...["--plan", join(folder, "plan.jsonl"), "--pull-request", "5; echo hurt"],
      ],
    ]);
    match(step.if ?? "", /!cancelled\(\)/);
  });

  it("updates the stack as an administrator, with the preview that the policy pack may refuse", () => {
    const step = stepOf(jobOf("deploy.yml", "up"), "Up");
    const { calls } = run(step, { STACK: "production" }, { "sophia-secrets": "" });
    deepEqual(calls, [
      [
        ...["run-as", "--stack", "production", "up", "--"],
        ...["pulumi", "up", "--yes", "--refresh", "--non-interactive", ...WITH_PACK],
      ],
    ]);
  });

  it("audits by every command, whatever the one before it found", () => {
    const job = jobOf("nightly.yml", "audit");
    for (const name of ["Drift", "Rotation", "Verify"]) {
      const step = stepOf(job, name);
      const { status, calls } = run(step, {}, { "sophia-secrets": "exit 1" });
      equal(status, 1, name);
      const own = ["./sophia-secrets", name.toLowerCase()];
      deepEqual(calls, [["run-as", "audit", "--", ...own]]);
      if (name !== "Drift") match(step.if ?? "", /!cancelled\(\)/);
    }
  });

  it("keeps what a check found, and nothing of one that found nothing", () => {
    for (const [job, name, file] of [
      ["audit", "Verify", "verify"],
      ["unused", "Search every repository for readers", "unused"],
    ] as const) {
      const step = stepOf(jobOf("nightly.yml", job), name);
      const kept = join(folder, "results", `${file}.txt`);
      const own = { ...step, run: (step.run ?? "").replaceAll("./sophia-secrets", "sophia-secrets") };
      equal(run(own, {}, { "sophia-secrets": "echo found; echo why >&2; exit 1" }).status, 1);
      equal(readFileSync(kept, "utf8"), "found\nwhy\n");
      equal(run(own, {}, { "sophia-secrets": "echo nothing" }).status, 0);
      equal(existsSync(kept), false);
    }
  });

  it("opens one issue with what was found, and adds to it as long as it is open", () => {
    const step = stepOf(jobOf("nightly.yml", "report"), "Open the issue, or add to it");
    const env = { TITLE: "Nightly", RUN: "https://github.example/run/1", GITHUB_RUN_ID: "1" };
    const download =
      'if [ "$1 $2" = "run download" ]; then mkdir -p results/results-audit results/results-unused';
    const kept = `printf '%s\\n' 'A_KEY unused' '@somebody **bold**' > results/results-unused/unused.txt; yes xxxxxxxxx | head -c 20000 > results/results-audit/drift.txt; fi`;
    const gh = `${download}; ${kept}; [ "$2" != list ] || echo $OPEN`;
    const first = run(step, { ...env, OPEN: "" }, { gh });
    equal(first.status, 0, first.stderr);
    deepEqual(first.calls[0], ["run", "download", "1", "--pattern", "results-*", "--dir", "results"]);
    deepEqual(first.calls.at(-1), ["issue", "create", "--title", "Nightly", "--body-file", "body.md"]);
    const body = readFileSync(join(folder, "body.md"), "utf8");
    match(body, /^https:\/\/github.example\/run\/1 found something/);
    match(body, /\n## unused\n\n {4}A_KEY unused\n {4}@somebody \*\*bold\*\*\n/);
    match(body, /\n## drift\n\n( {4}x+\n)+[\s\S]*The run has the rest/);
    equal(body.length < 20_000, true);
    const again = run(step, { ...env, OPEN: "7" }, { gh });
    deepEqual(again.calls.at(-1), ["issue", "comment", "7", "--body-file", "body.md"]);
  });

  it("opens the issue also where no check could begin", () => {
    const step = stepOf(jobOf("nightly.yml", "report"), "Open the issue, or add to it");
    rmSync(join(folder, "results"), { recursive: true, force: true });
    const env = { TITLE: "Nightly", RUN: "https://github.example/run/1", GITHUB_RUN_ID: "1" };
    const { status, calls } = run(step, env, { gh: '[ "$1" != run ]' });
    deepEqual([status, calls.at(-1)?.[1]], [0, "create"]);
  });

  it("tells a fork why it gets no plan", () => {
    const step = stepOf(jobOf("pull-request.yml", "no-preview"), "Say why");
    match(run(step, {}, {}).stdout, /^::notice title=No preview::Pull requests of forks/);
  });
});
