import assert from "node:assert/strict";
import { logLines, messages, Stage } from "./stage";

describe("runner: steps", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  it("shows a step nothing of the sandbox's own environment but PATH", async () => {
    process.env.RUNNER_TEST_CANARY = "visible";
    try {
      const job = await stage.job("- run: env | sed 's/=.*//' | sort | tr '\\n' ' '");
      const names = logLines(job).find((line) => line.includes("GITHUB_SHA")) ?? "";
      const allowed = /^(CI|HOME|PATH|PWD|OLDPWD|SHLVL|_|(GITHUB|RUNNER)_[A-Z_]+)$/;
      const foreign = names
        .trim()
        .split(" ")
        .filter((name) => !allowed.test(name));
      assert.deepEqual(foreign, []);
      assert.ok(!names.includes("RUNNER_TEST_CANARY"));
      for (const name of ["CI", "HOME", "GITHUB_ACTIONS", "GITHUB_OUTPUT", "RUNNER_TEMP"])
        assert.match(names, RegExp(name));
      assert.ok(!names.includes("GITHUB_TOKEN"));
      assert.ok(!names.includes("ID_TOKEN"));
    } finally {
      delete process.env.RUNNER_TEST_CANARY;
    }
  });
  it("gives the machine's own variables, which `env` overrides", async () => {
    stage.machine = { PULUMI_BACKEND_URL: "http://127.0.0.1:2", B: "machine" };
    const job = await stage.job("- run: echo $PULUMI_BACKEND_URL $B\n  env: { B: step }");
    assert.ok(logLines(job).includes("http://127.0.0.1:2 step"));
  });
  it("fails a step whose environment the kernel does not take, in the words of GitHub's runner", async () => {
    // Forty-eight times GitHub's largest secret are 2.25 MiB.
    const names = Array.from({ length: 48 }, (_, index) => `LARGE_${index}`);
    stage.organizationSecrets = Object.fromEntries(names.map((name) => [name, name.padEnd(49_152, "x")]));
    const handed = names.map((name) => `${name}: \${{ secrets.${name} }}`).join("\n          ");
    const job = await stage.job(`
      - run: echo started
        env:
          ${handed}
`);
    assert.equal(job.conclusion, "failure");
    assert.deepEqual(
      messages(job).map((message) => message.replace(/'[^']*'$|directory '[^']*'/, "directory '...'")),
      [
        `An error occurred trying to start process '/usr/bin/bash' with working directory '...'. Argument list too long`,
      ],
    );
    assert.ok(!logLines(job).includes("started"));
  });
  it("merges `env` of workflow, job and step, the nearest winning", async () => {
    const run = await stage.run(`on: push
env: { A: w, B: w, C: w }
jobs:
  work:
    runs-on: ubuntu-latest
    env: { B: j, C: j }
    steps:
      - run: echo "$A$B$C \${{ env.C }}"
        env: { C: s }
`);
    assert.ok(logLines(run.jobs[0] as never).includes("wjs s"));
  });
  it("does not let a step overwrite GITHUB_ variables", async () => {
    const job = await stage.job("- run: echo $GITHUB_REPOSITORY\n  env: { GITHUB_REPOSITORY: evil/evil }");
    assert.ok(logLines(job).includes("ai-cherry/sophia"));
  });
  it("stops at the first failing command; with shell bash also inside a pipe, without it not", async () => {
    const job = await stage.job(`
      - run: false | true; echo default-goes-on
      - run: |
          false
          echo never-reached
        continue-on-error: true
      - run: false | true; echo pipefail-missed
        shell: bash
        continue-on-error: true
      - run: 'false | true; echo sh-goes-on'
        shell: sh`);
    assert.ok(logLines(job).includes("default-goes-on"));
    assert.ok(logLines(job).includes("sh-goes-on"));
    assert.ok(!logLines(job).includes("never-reached"));
    assert.ok(!logLines(job).includes("pipefail-missed"));
    assert.deepEqual(messages(job), [
      "Process completed with exit code 1.",
      "Process completed with exit code 1.",
    ]);
    assert.equal(job.conclusion, "success");
  });
  it("takes shell and working directory from `defaults.run`", async () => {
    const job = await stage.job(
      "- run: mkdir -p inner\n  working-directory: .\n- run: basename $PWD",
      "defaults: { run: { working-directory: inner, shell: sh } }",
    );
    assert.ok(logLines(job).includes("inner"));
    assert.ok(logLines(job).includes("shell: sh -e {0}"));
  });
  it("fails with a reason on a missing working directory and on a shell it does not have", async () => {
    const job = await stage.job(`
      - run: 'true'
        working-directory: nowhere
        continue-on-error: true
      - run: 'true'
        shell: pwsh`);
    assert.match(messages(job)[0] ?? "", /working directory .*nowhere' does not exist/);
    assert.match(messages(job)[1] ?? "", /shell 'pwsh' is not offered/);
    assert.deepEqual(
      job.steps.map((step) => step.conclusion),
      ["success", "success", "failure", "success"],
    );
  });
  it("carries out conditions: success, failure, always and expressions", async () => {
    const job = await stage.job(`
      - run: exit 3
        id: bad
      - run: echo not-run
      - run: echo on-failure \${{ steps.bad.outcome }} \${{ job.status }}
        if: failure()
      - run: echo always
        if: always() && github.ref == 'refs/heads/main'
      - run: echo not-run-either
        if: failure() && false`);
    assert.equal(job.conclusion, "failure");
    const conclusions = job.steps.map((step) => step.conclusion);
    assert.deepEqual(conclusions, [
      "success",
      "failure",
      "skipped",
      "success",
      "success",
      "skipped",
      "success",
    ]);
    assert.ok(logLines(job).includes("on-failure failure failure"));
    assert.deepEqual(messages(job), ["Process completed with exit code 3."]);
  });
  it("keeps a script with quotes, braces and expressions as it is written", async () => {
    const job = await stage.job(`
      - run: |
          printf '%s\\n' 'it'\\''s {a} {{b}} \${x}' '\${{ github.actor }}' "''" '{0}'`);
    assert.ok(logLines(job).includes(`it's {a} {{b}} \${x}`));
    assert.ok(logLines(job).includes("octo"));
    assert.ok(logLines(job).includes("{0}"));
  });
  it("hands outputs, variables and paths on to later steps, also values of several lines", async () => {
    const job = await stage.job(`
      - id: one
        run: |
          echo "plain=a=b" >> "$GITHUB_OUTPUT"
          printf 'long<<END\\nfirst\\n\\nthird\\nEND\\n' >> "$GITHUB_OUTPUT"
          printf 'VAR<<E\\nx\\ny\\nE\\n' >> "$GITHUB_ENV"
          mkdir -p "$RUNNER_TEMP/bin"
          printf '#!/bin/sh\\necho own-tool\\n' > "$RUNNER_TEMP/bin/own-tool"
          chmod +x "$RUNNER_TEMP/bin/own-tool"
          echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
      - run: |
          own-tool
          echo "\${{ steps.one.outputs.plain }}-$(echo "$LONG" | tr '\\n' '|')-$(echo "$VAR" | tr '\\n' '|')\${{ startsWith(env.VAR, 'x') }}"
        env: { LONG: "\${{ steps.one.outputs.long }}" }`);
    assert.ok(logLines(job).includes("own-tool"));
    assert.ok(job.log.includes("a=b-first||third|-x|y|true"));
  });
  it("refuses NODE_OPTIONS in GITHUB_ENV", async () => {
    const job = await stage.job(`
      - run: echo 'NODE_OPTIONS=--require ./evil.js' >> "$GITHUB_ENV"
      - run: echo "[$NODE_OPTIONS]"`);
    assert.deepEqual(messages(job), [
      "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.",
    ]);
    assert.ok(logLines(job).includes("[]"));
  });
  it("fails a step that writes a broken GITHUB_OUTPUT, without showing the line", async () => {
    const job = await stage.job("- run: echo half-a-value >> $GITHUB_OUTPUT\n- run: echo not-run");
    assert.equal(job.conclusion, "failure");
    assert.match(messages(job).join("\n"), /Unable to process file command 'output'.*\n.*line 1/);
    assert.ok(!messages(job).join().includes("half-a-value"));
  });
  it("turns workflow commands into annotations, and leaves the rest as output", async () => {
    const job = await stage.job(`
      - run: |
          echo "::error title=T%3A1,file=a.ts,line=3::first%0Asecond"
          echo "  ::warning::careful"
          echo "::notice::good"
          echo "::debug::hidden"
          echo "::group::inner"
          echo "::endgroup::"
          echo "::unknown::stays"
          echo "not at the start ::error::stays too"`);
    assert.deepEqual(job.annotations, [
      { level: "error", message: "first\nsecond", title: "T:1" },
      { level: "warning", message: "careful" },
      { level: "notice", message: "good" },
    ]);
    const lines = logLines(job);
    for (const line of ["##[group]inner", "::unknown::stays", "not at the start ::error::stays too"]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(!lines.some((line) => line === "##[debug]hidden"));
    assert.equal(job.conclusion, "success");
  });
  it("pauses commands between stop-commands and its token", async () => {
    const job = await stage.job(`
      - run: |
          echo "::stop-commands::token-1234"
          echo "::error::only text"
          echo "::token-1234::"
          echo "::error::real"`);
    assert.deepEqual(messages(job), ["real"]);
  });
  it("shows at most ten annotations of a kind for each step", async () => {
    const job = await stage.job(
      "- run: for i in $(seq 12); do echo ::warning::w$i; done\n- run: echo ::warning::next",
    );
    assert.equal(job.annotations.length, 11);
  });
  it("does not let output change the environment", async () => {
    const job = await stage.job("- run: echo '::set-env name=A::b'");
    assert.equal(job.conclusion, "failure");
    assert.match(messages(job).join(), /`set-env` command is disabled/);
  });
  it("drops a summary over one megabyte with an error", async () => {
    const job = await stage.job("- run: head -c 1100000 /dev/zero | tr '\\0' x >> $GITHUB_STEP_SUMMARY");
    assert.equal(job.summary, "");
    assert.match(messages(job).join(), /supports content up to a size of 1024k/);
  });
});
