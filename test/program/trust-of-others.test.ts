import assert from "node:assert/strict";
import { digestOf, type FoundRule } from "../../src/access/trust-of-others";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { ofType, TYPES } from "./declared";
import { committedConfig, type ProgramOptions, runProgram } from "./run-program";

const URL = "https://token.actions.githubusercontent.com";
const BASE = "urn:pulumi:production::sophia-secrets::sophia-secrets:esc:IdentityTrust";
const THEIRS = { decision: "allow", tokenType: "team", teamName: "ops", rules: { sub: "repo:acme/infra:*" } };
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

  const register = async (policies: readonly object[]) => {
    const body = { name: "of-all", url: URL };
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
    const [issuer] = ofType(all.resources, TYPES.issuer);
    const rules = ((issuer?.inputs.policies ?? []) as FoundRule[]).map(digestOf);
    return { ...all, issuer, rules };
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

  it("declares nothing while the rules do not fit, in a preview too", async () => {
    await register(Array.from({ length: 38 }, (_, index) => ({ ...THEIRS, teamName: `team-${index}` })));
    for (const preview of [true, false]) {
      const { issuer, resources } = await run({ preview });
      assert.equal(issuer, undefined);
      assert.deepEqual(ofType(resources, TYPES.slot), []);
    }
  });
});
