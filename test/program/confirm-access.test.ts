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

  it("is told in no up: that tells what it does, and preview came before", async () => {
    assert.deepEqual(ofAccess((await run([], { preview: false })).said), []);
    assert.deepEqual(await asked(), [`GET /api/orgs/${ORG}/metadata`, `GET /api/orgs/${ORG}/oidc/issuers`]);
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

  it("is told as unknown, and stops nothing, without a token, with an unknown one, and when nobody answers", async () => {
    for (const [env, why] of [
      [{}, "there is no PULUMI_ACCESS_TOKEN, and pulumi login keeps none for this address"],
      [
        { PULUMI_ACCESS_TOKEN: "pul-unknown" },
        "PULUMI_ACCESS_TOKEN: its token is unknown, revoked or expired",
      ],
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

  it("is the organization: one that the token cannot see is refused before anything, with the nearest one", async () => {
    const misspelled = Object.fromEntries(
      ["production", "staging"].map((stack) => [
        stack,
        { ...committedConfig(stack), pulumiOrganization: "payraedy", pulumiApiUrl: cloud.url },
      ]),
    );
    for (const preview of [true, false])
      for (const stack of ["production", "staging"]) {
        const { error, said, resources } = await run([policy], { stack, preview, stacks: misspelled });
        const told = preview ? said.filter((line) => line.startsWith("error: ")) : [String(error)];
        assert.equal(told.length, 1, told.join());
        assert.match(
          String(told),
          /\[pulumi-organization-unknown\] config pulumiOrganization: names payraedy, which Pulumi Cloud does not show to this token; the token's organizations are payready\. Remedy: for every stack: pulumi config set pulumiOrganization payready$/,
        );
        assert.deepEqual(ofAccess(said), []);
        if (!preview) assert.deepEqual(ofType(resources, TYPES.environment), []);
      }
    const { said } = await run([], { env: { PULUMI_ACCESS_TOKEN: TOKENS.other } });
    assert.match(
      said.filter((line) => line.startsWith("error: ")).join(),
      /\[pulumi-organization-unknown\] .*: name one of those, for every stack: pulumi config set pulumiOrganization ORGANIZATION; or use a token of a member of payready/,
    );
  });

  it("is the edition: one that the subscription is not (edition-too-large) is told in preview, until it is set as printed", async () => {
    await cloud.close();
    cloud = await startCloud({ edition: "team" });
    const told = async (edition: string, preview = true) => {
      const at = { pulumiOrganization: ORG, pulumiApiUrl: cloud.url, edition };
      const stacks = Object.fromEntries(
        ["production", "staging"].map((stack) => [stack, { ...committedConfig(stack), ...at }]),
      );
      const { said } = await run([], { stacks, preview });
      return said.filter((line) => line.includes("[edition-too-large]"));
    };
    const first = await told("enterprise");
    assert.deepEqual(first, [
      "warning: [edition-too-large] config edition: is enterprise, and Pulumi Cloud says that payready has team, which refuses what only enterprise has, in the middle of an up. Remedy: in every stack, unless a trial is under way: pulumi config set edition team",
    ]);
    const [, smaller = ""] = /pulumi config set edition (\S+)$/.exec(first[0] ?? "") ?? [];
    assert.deepEqual(await told(smaller), []);
    assert.deepEqual(await told("individual"), []);
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
    const paths = ["metadata", "oidc/issuers", "teams"];
    assert.deepEqual(
      await asked(),
      paths.map((path) => `GET /api/orgs/${ORG}/${path}`),
    );
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
