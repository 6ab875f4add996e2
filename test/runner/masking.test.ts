import assert from "node:assert/strict";
import { logLines, messages, Stage } from "./stage";

describe("runner: masking", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  it("hides a secret that a step prints", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(`
      - run: echo "key=$KEY."
        env: { KEY: "\${{ secrets.API_KEY }}" }`);
    assert.equal(job.conclusion, "success");
    assert.ok(logLines(job).includes("key=***."));
    assert.ok(!job.log.includes("sk-canary-0001"));
  });

  it("hides a secret put straight into the script, in the step's name and in the shown script", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(`- run: echo '\${{ secrets.API_KEY }}'`);
    assert.ok(!JSON.stringify(job).includes("sk-canary-0001"));
    assert.equal(job.steps[1]?.name, "Run echo '***'");
  });

  it("hides every line of a secret of several lines, whatever surrounds it", async () => {
    stage.organizationSecrets = {
      PEM: "\n-----BEGIN KEY-----\r\ncanaryline1\ncanaryline2\n-----END KEY-----\n",
    };
    const job = await stage.job(`
      - run: printf 'a %s b\\n' "$PEM"; echo canaryline2
        env: { PEM: "\${{ secrets.PEM }}" }`);
    assert.ok(!job.log.includes("canaryline"));
    assert.ok(!job.log.includes("BEGIN KEY"));
  });

  it("hides a secret in base64, JSON and percent form, as GitHub's runner does", async () => {
    stage.organizationSecrets = { API_KEY: 'canary "quoted"/+value' };
    const job = await stage.job(`
      - run: |
          printf %s "$KEY" | base64 -w0; echo
          printf %s "$KEY" | node -p 'JSON.stringify(require("fs").readFileSync(0, "utf8"))'
          printf %s "$KEY" | node -p 'encodeURIComponent(require("fs").readFileSync(0, "utf8"))'
        env: { KEY: "\${{ secrets.API_KEY }}" }`);
    assert.equal(job.conclusion, "success");
    const shown = logLines(job).slice(logLines(job).indexOf("##[endgroup]") + 1, -1);
    assert.deepEqual(shown, ["***", '"***"', "***"]);
  });

  it("does NOT hide a secret that is reversed or split, as GitHub's runner does not", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(`
      - run: echo "$KEY" | rev; echo "\${KEY:0:5} \${KEY:5}"
        env: { KEY: "\${{ secrets.API_KEY }}" }`);
    assert.ok(job.log.includes("1000-yranac-ks"));
    assert.ok(job.log.includes("sk-ca nary-0001"));
  });

  it("hides a mask added by a step from then on", async () => {
    const job = await stage.job(`
      - run: |
          echo "before made-up-value"
          echo "::add-mask::made-up-value"
          echo "after made-up-value"
      - run: echo "next made-up-value"`);
    assert.ok(logLines(job).includes("before made-up-value"));
    assert.ok(logLines(job).includes("after ***"));
    assert.ok(logLines(job).includes("next ***"));
  });

  it("hides secrets in annotations, their titles and the summary", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(`
      - run: |
          echo "::error title=about $KEY::bad $KEY"
          echo "# summary of $KEY" >> "$GITHUB_STEP_SUMMARY"
        env: { KEY: "\${{ secrets.API_KEY }}" }`);
    assert.deepEqual(job.annotations, [{ level: "error", message: "bad ***", title: "about ***" }]);
    assert.equal(job.summary, "# summary of ***\n");
    assert.ok(!JSON.stringify(stage.changes).includes("sk-canary-0001"));
  });

  it("leaves out a job output that holds a secret and says so", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(
      `
      - id: make
        run: |
          echo "leak=x$KEY" >> "$GITHUB_OUTPUT"
          echo "fine=yes" >> "$GITHUB_OUTPUT"
        env: { KEY: "\${{ secrets.API_KEY }}" }`,
      `outputs: { leak: '\${{ steps.make.outputs.leak }}', fine: '\${{ steps.make.outputs.fine }}' }`,
    );
    assert.deepEqual(job.outputs, { fine: "yes" });
    assert.deepEqual(messages(job), ["Skip output 'leak' since it may contain secret."]);
  });

  it("hides the job's own token", async () => {
    const job = await stage.job(`- run: echo \${{ github.token }} \${{ secrets.GITHUB_TOKEN }}`);
    assert.ok(logLines(job).includes("*** ***"));
    assert.ok(!job.log.includes("ghs_token"));
  });

  it("hides a secret in toJSON(secrets)", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(`
      - run: echo "$ALL"
        env: { ALL: "\${{ toJSON(secrets) }}" }`);
    assert.ok(job.log.includes('"API_KEY": "***"'));
    assert.ok(!job.log.includes("sk-canary-0001"));
  });

  it("does not show a secret that no process can be given", async () => {
    stage.organizationSecrets = { API_KEY: "canary\u0000rest" };
    const job = await stage.job(`
      - run: 'true'
        env: { KEY: "\${{ secrets.API_KEY }}" }`);
    assert.equal(job.conclusion, "failure");
    assert.match(messages(job).join(), /variable 'KEY' holds a NUL/);
    assert.ok(!JSON.stringify(job).includes("canary"));
  });

  it("leaves out a line too long to be read whole instead of cutting it", async () => {
    stage.organizationSecrets = { API_KEY: "sk-canary-0001" };
    const job = await stage.job(`
      - run: head -c 1048570 /dev/zero | tr '\\0' x; echo "$KEY"; echo after
        env: { KEY: "\${{ secrets.API_KEY }}" }`);
    assert.ok(!/canar|0001/.test(job.log));
    assert.ok(logLines(job).includes("[a line of over 1048576 characters left out]"));
    assert.ok(logLines(job).includes("after"));
  });

  it("hides a secret printed without a newline at the end and one cut by U+2028", async () => {
    stage.organizationSecrets = { ONE: "canary-one", TWO: "canary\u2028two" };
    const job = await stage.job(`
      - run: echo "$TWO"; printf %s "$ONE"
        env: { ONE: "\${{ secrets.ONE }}", TWO: "\${{ secrets.TWO }}" }`);
    assert.ok(!job.log.includes("canary"));
  });
});
