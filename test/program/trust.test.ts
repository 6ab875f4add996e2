import assert from "node:assert/strict";
import { ofType, TYPES } from "./declared";
import { committedConfig, runProgram } from "./run-program";

const staging = committedConfig("staging");
const production = committedConfig("production");

/** The issuer that production declares under a changed config. */
async function issuer(change: Record<string, unknown> = {}) {
  const stacks = { production: { ...production, ...change }, staging: { ...staging, ...change } };
  const run = await runProgram({ stacks });
  assert.equal(run.error, undefined);
  return ofType(run.resources, TYPES.issuer)[0];
}

const rule = (repository: string, id: string, environment: string, ref = "refs/heads/main") => ({
  decision: "allow",
  tokenType: "team",
  teamName: `sophia-ai-${environment}-sync`,
  rules: {
    aud: "urn:pulumi:org:scoobyjava-org",
    repository: `ai-cherry/${repository}`,
    repository_id: id,
    ref,
    environment,
  },
});

describe("trust in GitHub's identities", function () {
  this.timeout(60_000);

  it("allows exactly the carrier's jobs on the branch, each environment its own team", async () => {
    const declared = await issuer();
    assert.deepEqual(declared?.inputs, {
      organization: "scoobyjava-org",
      name: "github-actions",
      url: "https://token.actions.githubusercontent.com",
      maxExpirationSeconds: 3600,
      policies: ["development", "staging", "production"].map((each) => rule("sophia-main", "4711", each)),
    });
    assert.deepEqual(declared?.ignoreChanges, ["thumbprints"]);
  });

  it("has no wildcard anywhere", async () => {
    const declared = await issuer({ carriers: ["sophia-main", "second-carrier"] });
    assert.ok(!declared?.wire.includes("*"));
  });

  it("trusts every carrier by its own id, and the branch of the config", async () => {
    const declared = await issuer({ carriers: ["sophia-main", "second-carrier"], branch: "release" });
    const expected = [
      ["sophia-main", "4711"],
      ["second-carrier", "4712"],
    ].flatMap(([name = "", id = ""]) =>
      ["development", "staging", "production"].map((each) => rule(name, id, each, "refs/heads/release")),
    );
    assert.deepEqual(declared?.inputs.policies, expected);
  });

  it("names a self-hosted server's own issuer", async () => {
    const declared = await issuer({ githubApiUrl: "https://github.example.com" });
    assert.equal(declared?.inputs.url, "https://github.example.com/_services/token");
  });

  it("trusts nobody where the config asks for a stored token", async () => {
    assert.equal(await issuer({ syncAuthentication: "token" }), undefined);
  });
});
