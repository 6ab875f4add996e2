import assert from "node:assert/strict";
import { logLines, Stage } from "./stage";

/** Asks for a token as a toolkit does and shows its claims, which are not secret. */
const ASK = `
  - run: |
      node -e '
        const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = process.env;
        const headers = { authorization: "bearer " + token };
        (async () => {
          const answer = await (await fetch(url + process.argv[1], { headers })).json();
          console.log(Buffer.from(answer.value.split(".")[1], "base64url").toString());
          console.log("jwt " + answer.value);
          console.log("bearer " + token);
        })();' "$QUERY"
    env: { QUERY: "&audience=urn%3Apulumi%3Aorg%3Ascoobyjava-org" }`;

describe("runner: id tokens", () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage();
  });
  afterEach(() => stage.close());

  it("gives a job with id-token: write a token in GitHub's form, for the audience it asks", async () => {
    const job = await stage.job(ASK, "permissions: { id-token: write }");
    assert.equal(job.conclusion, "success", job.log);
    const [claims] = stage.claims as Record<string, string>[];
    assert.ok(claims !== undefined);
    const { iat, nbf, exp, jti, sha, ...rest } = claims;
    assert.equal(Number(exp) - Number(iat), 300);
    assert.equal(Number(iat) - Number(nbf), 600);
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    assert.match(String(sha), /^[0-9a-f]{40}$/);
    assert.deepEqual(rest, {
      sub: "repo:ai-cherry/sophia:ref:refs/heads/main",
      aud: "urn:pulumi:org:scoobyjava-org",
      iss: "https://token.actions.githubusercontent.com",
      ref: "refs/heads/main",
      ref_type: "branch",
      ref_protected: "false",
      base_ref: "",
      head_ref: "",
      repository: "ai-cherry/sophia",
      repository_id: "22",
      repository_owner: "ai-cherry",
      repository_owner_id: "11",
      run_id: "1",
      run_number: "1",
      run_attempt: "1",
      actor: "octo",
      event_name: "push",
      workflow: ".github/workflows/sync.yml",
      workflow_ref: "ai-cherry/sophia/.github/workflows/sync.yml@refs/heads/main",
      job_workflow_ref: "ai-cherry/sophia/.github/workflows/sync.yml@refs/heads/main",
      workflow_sha: sha,
      job_workflow_sha: sha,
      runner_environment: "github-hosted",
    });
    assert.ok(logLines(job).includes("jwt ***"));
    assert.ok(logLines(job).includes("bearer ***"));
  });
  it("names the environment in the subject, and ids where subjects are immutable", async () => {
    stage.immutableSubject = true;
    await stage.job(ASK, "permissions: { id-token: write }\nenvironment: 'prod:eu'");
    assert.equal(stage.claims[0]?.sub, "repo:ai-cherry@11/sophia@22:environment:prod%3Aeu");
    assert.equal(stage.claims[0]?.environment, "prod:eu");
  });
  it("takes the owner's page as audience when none is asked for", async () => {
    await stage.job(ASK.replace(/QUERY: .*"/, 'QUERY: ""'), "permissions: { id-token: write }");
    assert.equal(stage.claims[0]?.aud, "https://github.com/ai-cherry");
  });
  it("offers nothing without id-token: write, whatever else is granted", async () => {
    const steps = '- run: echo "[$ACTIONS_ID_TOKEN_REQUEST_URL$ACTIONS_ID_TOKEN_REQUEST_TOKEN]"';
    for (const keys of ["", "permissions: read-all", "permissions: { contents: write }"]) {
      assert.ok(logLines(await stage.job(steps, keys)).includes("[]"));
    }
  });
  it("answers 401 without the bearer and is gone when the job has ended", async () => {
    const job = await stage.job(
      `
      - run: |
          node -e 'fetch(process.env.ACTIONS_ID_TOKEN_REQUEST_URL).then((r) => console.log("status", r.status))'
          node -e 'const u = new URL(process.env.ACTIONS_ID_TOKEN_REQUEST_URL); console.log("port", u.port)'`,
      "permissions: { id-token: write }",
    );
    assert.ok(logLines(job).includes("status 401"));
    assert.deepEqual(stage.claims, []);
    const port = logLines(job)
      .find((line) => line.startsWith("port "))
      ?.slice(5);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });
});
