import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccessPolicy } from "../../src/catalog/access-policy";
import type { Catalog } from "../../src/catalog/entry";
import { type CloudFixture, ORG, startCloud, TOKENS, team } from "../pulumi-cloud/cloud-fixture";
import { ofType, TYPES } from "./declared";
import { committedConfig, type ProgramOptions, runProgram } from "./run-program";
import { SMALL } from "./small-catalog";

const policy: AccessPolicy<"keys", "production"> = {
  name: "on-call",
  why: "They are called at night",
  groups: ["keys"],
  environments: ["production"],
  identities: [{ type: "team", name: "platform" }],
  level: "write",
};

describe("what the program asks Pulumi Cloud itself", function () {
  this.timeout(60_000);
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud({ defaultEnvironmentPermission: "write" });
  });
  afterEach(() => cloud.close());

  const run = (policies: readonly AccessPolicy[], options: ProgramOptions = {}) => {
    const at = { pulumiOrganization: ORG, pulumiApiUrl: cloud.url };
    const stacks = Object.fromEntries(
      ["production", "staging"].map((stack) => [stack, { ...committedConfig(stack), ...at }]),
    );
    const catalog = { ...SMALL, accessPolicies: policies } as Catalog;
    return runProgram({
      preview: true,
      env: { PULUMI_ACCESS_TOKEN: TOKENS.admin },
      stacks,
      catalog,
      ...options,
    });
  };
  const asked = async () => {
    const answer = await fetch(`${cloud.url}/_sandbox/requests`, { method: "DELETE" });
    return ((await answer.json()) as string[]).sort();
  };
  const ofAccess = (said: readonly string[]) =>
    said.filter((line) => /\[(default|access)-[a-z-]+\]/.test(line));

  it("is the default permission: a preview warns while it opens what policies close, and says the remedy", async () => {
    const { said, error } = await run([]);
    assert.equal(error, undefined);
    assert.deepEqual(ofAccess(said), [
      `warning: [default-permission-open] ${ORG}: its default environment permission is write: every member, and every team's token, has it on every environment, which makes every access policy moot. Remedy: ./sophia-secrets access --close-default, when all stacks are up`,
    ]);
    assert.deepEqual(await asked(), [`GET /api/orgs/${ORG}/metadata`, `GET /api/orgs/${ORG}/oidc/issuers`]);
  });

  it("is the default on stacks too, which jobs with a team's token have as well", async () => {
    const set = (body: object) => cloud.call("PATCH", `/api/orgs/${ORG}`, { body });
    await set({ setDefaultEnvironmentPermission: "none", setDefaultStackPermission: 102 });
    assert.deepEqual(ofAccess((await run([])).said), [
      `warning: [default-stack-permission-open] ${ORG}: its default stack permission is write: every member, and every team's token, may change, import into and destroy every stack. Remedy: set it to none in Pulumi Cloud (Settings, Access Management), once teams give people the stacks they work on`,
    ]);
    await set({ setDefaultStackPermission: 0 });
    assert.deepEqual(ofAccess((await run([])).said), []);
  });

  it("is silent about it once it is none", async () => {
    await cloud.call("PATCH", `/api/orgs/${ORG}`, { body: { setDefaultEnvironmentPermission: "none" } });
    assert.deepEqual(ofAccess((await run([])).said), []);
  });

  it("asks for it in no up: that tells what it does, and preview came before", async () => {
    assert.deepEqual(ofAccess((await run([], { preview: false })).said), []);
    assert.deepEqual(await asked(), [`GET /api/orgs/${ORG}/oidc/issuers`]);
  });

  it("takes the token of pulumi login for this very address, where no variable has one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "login-"));
    try {
      const accounts = {
        [cloud.url]: { accessToken: TOKENS.admin },
        "https://api.pulumi.com": { accessToken: "x" },
      };
      writeFileSync(join(folder, "credentials.json"), JSON.stringify({ accounts }));
      const { said } = await run([], { env: { PULUMI_CREDENTIALS_PATH: folder } });
      assert.match(ofAccess(said).join(), /^warning: \[default-permission-open\] /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is told as unknown, and stops nothing, without a token, with an outsider's, and when nobody answers", async () => {
    for (const [env, why] of [
      [{}, "there is no PULUMI_ACCESS_TOKEN, and pulumi login keeps none for this address"],
      [
        { PULUMI_ACCESS_TOKEN: "pul-unknown" },
        "PULUMI_ACCESS_TOKEN: its token is unknown, revoked or expired",
      ],
      [{ PULUMI_ACCESS_TOKEN: TOKENS.other }, "organization payready: there is no such thing"],
    ] as const) {
      const { said, error } = await run([], { env });
      assert.equal(error, undefined);
      assert.match(ofAccess(said).join(), /^info: \[default-permission-unknown\] .* could not be asked: /);
      assert.ok(ofAccess(said).join().includes(why), said.join());
      assert.doesNotMatch(said.join(), /pul-/);
    }
    await cloud.close();
    const { said, error } = await run([]);
    assert.equal(error, undefined);
    assert.match(
      ofAccess(said).join(),
      /^info: \[default-permission-unknown\] .* could not be asked: .*127\.0\.0\.1/,
    );
  });

  it("are the teams that policies name: one that is not there is refused, in an up too, with all others", async () => {
    await team(cloud, "security", []);
    const second: AccessPolicy = {
      ...policy,
      name: "watch",
      identities: [
        { type: "team", name: "security" },
        { type: "team", name: "secrity" },
        { type: "user", name: "ghost" },
      ],
    };
    for (const preview of [true, false]) {
      const { error, said, resources } = await run([policy, second], { preview });
      const message = preview
        ? said.filter((line) => line.startsWith("error: ")).join()
        : (error?.message ?? "");
      assert.match(
        message,
        /access policy on-call: names the team platform, which the Pulumi Cloud organization payready does not have\. Remedy: create it there, or spell it as its list of teams has it/,
      );
      assert.match(message, /access policy watch: names the team secrity, which/);
      assert.match(message, /access policy watch: names ghost, who has no account/);
      assert.doesNotMatch(message, /the team security/);
      assert.match(message, /secrity, .*Remedy: write security, if that is meant; otherwise create it/);
      if (preview) continue;
      assert.deepEqual(ofType(resources, TYPES.team), []);
      assert.deepEqual(ofType(resources, TYPES.permission), []);
    }
  });

  it("are the approvers as well: one that is not there could approve nothing", async () => {
    await team(cloud, "security", []);
    const approvers = ["security", "secrity"];
    const stacks = {
      production: {
        ...committedConfig("production"),
        pulumiOrganization: ORG,
        pulumiApiUrl: cloud.url,
        approvers,
      },
      staging: committedConfig("staging"),
    };
    const { error } = await run([], { preview: false, stacks });
    assert.match(
      error?.message ?? "",
      /config approvers: names the team secrity, which .* so nobody could approve\. Remedy: write security, if that is meant; otherwise create it there/,
    );
    assert.doesNotMatch(error?.message ?? "", /the team security/);
  });

  it("lets a team pass that is there, and asks for no list where no policy names one", async () => {
    await team(cloud, "platform", []);
    await asked();
    assert.equal((await run([policy], { preview: false })).error, undefined);
    assert.deepEqual(await asked(), [`GET /api/orgs/${ORG}/oidc/issuers`, `GET /api/orgs/${ORG}/teams`]);
  });

  describe("is the issuer's limit, which others' rules may share", () => {
    const url = "https://token.actions.githubusercontent.com";
    const register = async (policies: readonly unknown[]) => {
      const body = { name: "github", url, maxExpiration: 7200 };
      const { json } = await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body });
      const root = `/api/orgs/${ORG}/auth/policies`;
      const { id } = (await cloud.call("GET", `${root}/oidcissuers/${json.id}`)).json;
      if (policies.length > 0) await cloud.call("PATCH", `${root}/${id}`, { body: { policies } });
    };
    const declared = async (options: ProgramOptions = {}) => {
      const { resources, error, said } = await run([], { preview: false, ...options });
      return { issuer: ofType(resources, TYPES.issuer)[0]?.inputs, error, said };
    };
    const theirs = {
      decision: "allow",
      tokenType: "organization",
      rules: { repository: "ai-cherry/theirs" },
    };

    it("is what our jobs need where all rules are ours", async () => {
      const { issuer } = await declared();
      assert.equal(issuer?.maxExpirationSeconds, 900);
      await register([issuer?.policies ?? []].flat());
      assert.equal((await declared()).issuer?.maxExpirationSeconds, 900);
    });

    it("stays as long as it is where someone else's rule stands beside ours", async () => {
      const { issuer } = await declared();
      await register([issuer?.policies ?? [], theirs].flat());
      assert.equal((await declared()).issuer?.maxExpirationSeconds, 7200);
    });

    it("stops an up when it cannot be asked for, and is told by a preview", async () => {
      await register([theirs]);
      const env = { PULUMI_ACCESS_TOKEN: TOKENS.dev };
      // Without an engine nobody hears why: what waits for the answer is not declared, and nothing is lowered.
      assert.equal((await declared({ env })).issuer, undefined);
      const preview = await declared({ env, preview: true });
      assert.equal(preview.error, undefined);
      assert.match(
        preview.said.join(),
        /info: \[trust-unknown\] trust in GitHub's identities: whether others have rules/,
      );
    });
  });

  it("declares a team unchecked, with a warning, where nobody can be asked", async () => {
    const { said, error, resources } = await run([policy], { preview: false, env: {} });
    assert.equal(error, undefined);
    assert.match(said.join(), /warning: \[access-not-checked\] teams of .*: there is no PULUMI_/);
    assert.ok(ofType(resources, TYPES.permission).some(({ inputs }) => inputs.team === "platform"));
  });
});
