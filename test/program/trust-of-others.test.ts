import assert from "node:assert/strict";
import { catalog as committed } from "../../secrets/catalog";
import { digestOf, type FoundRule } from "../../src/access/trust-of-others";
import type { Application } from "../../src/catalog/applications";
import type { Catalog } from "../../src/catalog/entry";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { type Declared, ofType, TYPES } from "./declared";
import { committedConfig, type ProgramOptions, runProgram } from "./run-program";

const URL = "https://token.actions.githubusercontent.com";
const BASE = "urn:pulumi:production::sophia-secrets::sophia-secrets:esc:IdentityTrust";
const THEIRS = { decision: "allow", tokenType: "team", teamName: "ops", rules: { sub: "repo:acme/infra:*" } };
const backend: Application = {
  name: "backend",
  repository: "sophia-main",
  language: "python",
  path: "backend/core/auto_esc_config.py",
};
const ADMIN = {
  decision: "allow",
  tokenType: "organization",
  authorizedPermissions: ["admin"],
  rules: { sub: "x" },
};

describe("an issuer that others have rules at", function () {
  this.timeout(60_000);
  let cloud: CloudFixture;
  beforeEach(async () => {
    cloud = await startCloud();
  });
  afterEach(() => cloud.close());

  const register = async (policies: readonly object[], url = URL) => {
    const body = { name: "of-all", url };
    const { json } = await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body });
    const root = `/api/orgs/${ORG}/auth/policies`;
    const { id } = (await cloud.call("GET", `${root}/oidcissuers/${json.id}`)).json;
    await cloud.call("PATCH", `${root}/${id}`, { body: { policies } });
    return json.id as string;
  };
  const run = async (options: ProgramOptions = {}, change: object = {}) => {
    const at = { pulumiOrganization: ORG, pulumiApiUrl: cloud.url, ...change };
    const stacks = { production: { ...committedConfig("production"), ...at } };
    const { staging } = { staging: { ...committedConfig("staging"), ...at } };
    const env = { PULUMI_ACCESS_TOKEN: TOKENS.admin };
    const all = await runProgram({ stacks: { ...stacks, staging }, env, state: {}, ...options });
    const [issuer, ...others] = ofType(all.resources, TYPES.issuer);
    const rules = ((issuer?.inputs.policies ?? []) as FoundRule[]).map(digestOf);
    return { ...all, issuer, others, rules };
  };

  it("is imported where the state does not have it, with its name and with theirs behind ours", async () => {
    const id = await register([THEIRS, ADMIN]);
    const { issuer, rules } = await run();
    assert.equal(issuer?.importId, `${ORG}/${id}`);
    assert.equal(issuer?.inputs.name, "of-all");
    assert.equal(rules.length, 5);
    assert.deepEqual(rules.slice(3).sort(), [digestOf(THEIRS), digestOf(ADMIN)].sort());
    assert.deepEqual(
      [issuer?.hooks.beforeUpdate, issuer?.hooks.others],
      [["keep-trust-of-others"], ["refuse-to-delete-trust-of-others"]],
    );
  });

  it("is not imported again, and loses what an earlier up of this stack recorded", async () => {
    const old = { ...THEIRS, teamName: "former" };
    await register([old, THEIRS]);
    const state = {
      [`${BASE}::github-actions`]: { rules: [digestOf(old)] },
      [`${BASE}$pulumiservice:index:OidcIssuer::github-actions`]: { name: "of-all", url: URL },
    };
    const { issuer, rules } = await run({ state });
    assert.equal(issuer?.importId, "");
    assert.deepEqual(
      [rules.length, rules.includes(digestOf(THEIRS)), rules.includes(digestOf(old))],
      [4, true, false],
    );
  });

  it("is recorded so that the next preview has nothing to change, and that a run which dies knows every rule of ours", async () => {
    const old = { ...THEIRS, teamName: "former" };
    await register([old, THEIRS]);
    const recorded = async (before: Record<string, Record<string, unknown>>) => {
      const { resources, rules } = await run({ state: before });
      const own = rules.filter((digest) => digest !== digestOf(THEIRS)).sort();
      const [trust] = ofType(resources, "sophia-secrets:esc:IdentityTrust");
      assert.ok(ofType(resources, "sophia-secrets:esc:WrittenTrust").length === 1);
      return { own, first: trust?.inputs.rules };
    };
    const byOlderVersion = await recorded({ [`${BASE}::github-actions`]: { rules: [digestOf(old)] } });
    assert.deepEqual(byOlderVersion.first, [...byOlderVersion.own, digestOf(old)].sort());
    const written = `${BASE}$sophia-secrets:esc:WrittenTrust::github-actions`;
    const settled = await recorded({ [written]: { rules: [digestOf(old)] } });
    assert.deepEqual(settled.first, settled.own);
  });

  it("is told by a preview, and what may reach our values as a warning until it is accepted", async () => {
    await register([THEIRS, ADMIN]);
    const told = async (change: object = {}) =>
      (await run({ preview: true }, change)).said
        .filter((line) => line.includes("trust-of-others"))
        .join("\n");
    assert.match(await told(), new RegExp(`^warning: .*${digestOf(ADMIN)}`, "m"));
    assert.match(await told(), new RegExp(`^info: .*${digestOf(THEIRS)}`, "m"));
    const accepted = await told({ acceptedTrust: [digestOf(ADMIN)] });
    assert.doesNotMatch(accepted, /^warning/m);
  });

  describe("of a Kubernetes cluster", () => {
    const CLUSTER = "https://cluster.example/id/0A1B";
    const OPS = { ...THEIRS, rules: { sub: "system:serviceaccount:ops:argo" } };
    const policiesOf = (issuer: Declared | undefined) => (issuer?.inputs.policies ?? []) as FoundRule[];
    const account = { environment: "production", issuer: CLUSTER, namespace: "shop", serviceAccount: "api" };
    const applications = [{ ...backend, kubernetes: [account] }] as const;
    const withCluster: Catalog = { ...committed, applications };

    it("is declared beside GitHub's, with one rule, its own record and the same hooks", async () => {
      const { issuer, others, resources } = await run({ catalog: withCluster });
      assert.equal(issuer?.name, "github-actions");
      assert.equal(others.length, 1);
      const [cluster] = others;
      assert.match(cluster?.name ?? "", /^kubernetes-[0-9a-f]{12}$/);
      assert.deepEqual(
        [cluster?.inputs.url, cluster?.inputs.name, cluster?.inputs.maxExpirationSeconds],
        [CLUSTER, cluster?.name, 3600],
      );
      assert.deepEqual(cluster?.inputs.policies, [
        {
          decision: "allow",
          tokenType: "team",
          teamName: "sophia-ai-production-application",
          rules: { aud: `urn:pulumi:org:${ORG}`, sub: "system:serviceaccount:shop:api" },
        },
      ]);
      assert.deepEqual(
        [cluster?.hooks.beforeUpdate, cluster?.hooks.others],
        [["keep-trust-of-others"], ["refuse-to-delete-trust-of-others"]],
      );
      const records = ofType(resources, "sophia-secrets:esc:IdentityTrust");
      assert.deepEqual(records.map(({ name }) => name).sort(), ["github-actions", cluster?.name].sort());
    });

    it("is imported with what others have there, which a preview tells", async () => {
      const id = await register([OPS], CLUSTER);
      const { others, said } = await run({ catalog: withCluster, preview: true });
      assert.equal(others[0]?.importId, `${ORG}/${id}`);
      assert.deepEqual(
        policiesOf(others[0]).map(({ teamName }) => teamName),
        ["sophia-ai-production-application", "ops"],
      );
      const told = said.join("\n");
      assert.match(told, /issuer of-all: exists for https:\/\/cluster\.example\/id\/0A1B; up imports it/);
      assert.match(told, new RegExp(`trust in service accounts of Kubernetes: kept: .*${digestOf(OPS)}`));
    });

    it("keeps the rules of others after its application has left the catalog, and goes where there are none", async () => {
      await register([OPS], CLUSTER);
      const before = await run({ catalog: withCluster });
      const [cluster] = before.others;
      const own = policiesOf(cluster).filter((rule) => rule.teamName !== "ops");
      const state = {
        [`${BASE}::${cluster?.name}`]: { rules: own.map(digestOf) },
        [`${BASE}$pulumiservice:index:OidcIssuer::${cluster?.name}`]: { name: "of-all", url: CLUSTER },
      };
      const { others } = await run({ state });
      assert.deepEqual(
        others.map(({ name, inputs }) => [name, inputs.policies]),
        [[cluster?.name, [OPS]]],
      );
      const { json } = await cloud.call("GET", `/api/orgs/${ORG}/oidc/issuers`);
      await cloud.call("DELETE", `/api/orgs/${ORG}/oidc/issuers/${json.oidcIssuers[0].id}`);
      assert.deepEqual((await run({ state })).others, []);
    });

    it("is refused in an edition without teams, and with two deployment environments on one service account", async () => {
      const refused = await run({ catalog: withCluster }, { edition: "team" });
      assert.match(
        String(refused.error),
        /an identity of its own gets a team's token, and edition team has no teams/,
      );
      const both = [account, { ...account, environment: "staging" }];
      const shared = await run({
        catalog: { ...committed, applications: [{ ...backend, kubernetes: both }] },
      });
      assert.match(String(shared.error), /the service account api in namespace shop would get what/);
    });
  });

  it("declares nothing while the rules do not fit, in a preview too", async () => {
    await register(Array.from({ length: 38 }, (_, index) => ({ ...THEIRS, teamName: `team-${index}` })));
    for (const preview of [true, false]) {
      const { issuer, resources } = await run({ preview });
      assert.equal(issuer, undefined);
      assert.deepEqual(ofType(resources, TYPES.slot), []);
    }
  });
});
