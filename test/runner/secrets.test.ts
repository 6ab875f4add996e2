import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { first, jobWorkflow, logLines, REPOSITORY, Stage, WORKFLOW } from "./stage";

/** Steps that show lengths and first letters only, so that masking does not hide what a test must see. */
const PROBE = `
  - run: echo "got \${VALUE:0:3}-\${#VALUE}"
    env: { VALUE: "\${{ secrets.NAME }}" }`;

describe("runner: secrets", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
    stage.organizationSecrets = { NAME: "org-1" };
  });
  afterEach(() => stage.close());

  it("gives the organization's value when nothing nearer has the name", async () => {
    assert.ok(logLines(await stage.job(PROBE)).includes("got org-5"));
  });

  it("prefers the repository's value, and the environment's to both", async () => {
    stage.repositorySecrets = { NAME: "rep-12" };
    stage.environments = { production: { secrets: { NAME: "env-123" } } };
    assert.ok(logLines(await stage.job(PROBE)).includes("got rep-6"));
    assert.ok(logLines(await stage.job(PROBE, "environment: production")).includes("got env-7"));
  });

  it("gives an empty text for a secret that does not exist", async () => {
    stage.organizationSecrets = {};
    const job = await stage.job(PROBE);
    assert.equal(job.conclusion, "success");
    assert.ok(logLines(job).includes("got -0"));
  });

  it("finds a secret whatever the case of its name", async () => {
    const job = await stage.job(PROBE.replace("secrets.NAME", "secrets.name"));
    assert.ok(logLines(job).includes("got org-5"));
  });

  it("reads organization secrets when the run is queued and environment secrets when the job starts", async () => {
    stage.environments = { production: { secrets: { LATE: "old-1" } } };
    const workflow = jobWorkflow(
      `
      - run: echo "got \${NAME:0:3}-\${#NAME} \${LATE:0:3}-\${#LATE}"
        env: { NAME: "\${{ secrets.NAME }}", LATE: "\${{ secrets.LATE }}" }`,
      "environment: { name: production, url: 'https://example.org' }",
    );
    const sha = stage.commit({ [WORKFLOW]: workflow });
    const [queued] = stage.runner.trigger(REPOSITORY, stage.push(sha));
    stage.organizationSecrets = { NAME: "rotated" };
    stage.environments = { production: { secrets: { LATE: "new-12" } } };
    await stage.runner.idle();
    assert.ok(logLines(first(stage.result(queued?.id ?? 0))).includes("got org-5 new-6"));
  });

  it("keeps values byte for byte", async () => {
    const value = `  a\tb "q" 'q' $HOME \`x\` \\n ü🙂 \${{ x }}\nline2\n`;
    stage.organizationSecrets = { NAME: value };
    const job = await stage.job(`
      - run: printf %s "$VALUE" | sha256sum
        env: { VALUE: "\${{ secrets.NAME }}" }`);
    const expected = spawnSync("sha256sum", { input: value, encoding: "utf8" }).stdout.trim();
    assert.ok(logLines(job).includes(expected));
  });

  it("leaves nothing on the disk when the job has ended", async () => {
    await stage.job(`
      - run: echo "$VALUE" > kept; echo "A=$VALUE" >> "$GITHUB_ENV"; exit 1
        env: { VALUE: "\${{ secrets.NAME }}" }`);
    assert.deepEqual(stage.leftovers(), []);
  });

  it("writes no secret to the disk by itself", async () => {
    stage.organizationSecrets = { NAME: "canary-on-disk" };
    const job = await stage.job(`
      - run: if grep -r canary-on-dis[k] "$RUNNER_TEMP" "$GITHUB_WORKSPACE" "$HOME"; then echo FOUND; fi
        env: { VALUE: "\${{ secrets.NAME }}" }`);
    assert.equal(job.conclusion, "success");
    assert.ok(!logLines(job).includes("FOUND"));
  });
});
