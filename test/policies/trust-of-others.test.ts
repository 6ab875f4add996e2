import { deepEqual, equal, match } from "node:assert/strict";
import { POLICIES } from "../../policies/list";
import { TYPES } from "../../policies/resource-types";
import { digestOf, type FoundRule } from "../../src/access/trust-of-others";
import { type CloudFixture, ORG, startCloud, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { runPack, type Told } from "./run-pack";

const URL = "https://token.actions.githubusercontent.com";
const AUD = { aud: `urn:pulumi:org:${ORG}` };
/** As Pulumi's documentation has them for its login action. */
const OPS: FoundRule = {
  decision: "allow",
  tokenType: "team",
  teamName: "ops",
  rules: { ...AUD, sub: "repo:acme/infra:*" },
};
const ADMIN: FoundRule = {
  decision: "allow",
  tokenType: "organization",
  authorizedPermissions: ["admin"],
  rules: { ...AUD, sub: "repo:acme/landing-zone:*" },
};
const MANDATORY = ["no-admin-permission", "oidc-rules-are-exact"];

describe("trust of others, in the policy pack", () => {
  let cloud: CloudFixture;
  const saved = { ...process.env };
  beforeEach(async () => {
    cloud = await startCloud();
    process.env.PULUMI_ACCESS_TOKEN = TOKENS.admin;
    const body = { name: "of-all", url: URL };
    const { json } = await cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body });
    const root = `/api/orgs/${ORG}/auth/policies`;
    const { id } = (await cloud.call("GET", `${root}/oidcissuers/${json.id}`)).json;
    await cloud.call("PATCH", `${root}/${id}`, { body: { policies: [OPS, ADMIN] } });
  });
  afterEach(async () => {
    for (const key of ["PULUMI_ACCESS_TOKEN", "PULUMI_NODEJS_DRY_RUN"]) {
      if (saved[key] === undefined) delete process.env[key];
      else process.env[key] = saved[key];
    }
    await cloud.close();
  });

  /** What the pack says of an issuer with these policies, whose program calls some of them its own. */
  const judge = async (policies: readonly FoundRule[], own: readonly string[] | undefined, config = {}) => {
    const component: Told = { type: TYPES.identityTrust, name: "github-actions", inputs: { rules: own } };
    const issuer: Told = {
      type: TYPES.issuer,
      name: "github-actions",
      inputs: { organization: ORG, name: "of-all", url: URL, policies },
      provider: { apiUrl: cloud.url },
    };
    const reported = await runPack(POLICIES, [component, issuer], config);
    return {
      reported,
      refusing: [
        ...new Set(reported.filter(({ level }) => level === "mandatory").map(({ policy }) => policy)),
      ].sort(),
    };
  };

  it("stops no update while it stands, and is told with its digest", async () => {
    const { reported, refusing } = await judge([OPS, ADMIN], []);
    deepEqual(refusing, []);
    equal(reported.length, 2);
    match(
      reported[0]?.message ?? "",
      new RegExp(`policies\\[0\\] \\(${digestOf(OPS)}, of others\\) does not`),
    );
    match(reported[1]?.message ?? "", /gives the identity admin on the organization/);
  });

  it("is silent about what the pack's config accepts", async () => {
    const config = { "trust-of-others-is-narrow": { accepted: [digestOf(OPS), digestOf(ADMIN)] } };
    deepEqual((await judge([OPS, ADMIN], [], config)).reported, []);
  });

  it("never includes what does not stand, whatever the program says", async () => {
    const added = { ...ADMIN, rules: { ...AUD, sub: "repo:acme/new:*" } };
    deepEqual((await judge([OPS, ADMIN, added], [])).refusing, MANDATORY);
    deepEqual((await judge([{ ...OPS, teamName: "prod" }], [])).refusing, ["oidc-rules-are-exact"]);
  });

  it("never includes what the program calls its own, or everything where it says nothing", async () => {
    deepEqual((await judge([OPS, ADMIN], [digestOf(ADMIN)])).refusing, MANDATORY);
    deepEqual((await judge([OPS, ADMIN], undefined)).refusing, MANDATORY);
  });

  it("is left to up by a preview that may not ask, and refused by an up that may not", async () => {
    process.env.PULUMI_ACCESS_TOKEN = "nobody's";
    deepEqual((await judge([OPS, ADMIN], [])).refusing, MANDATORY);
    process.env.PULUMI_NODEJS_DRY_RUN = "true";
    const { reported, refusing } = await judge([OPS, ADMIN], []);
    deepEqual(refusing, []);
    match(reported[0]?.message ?? "", /of others, if it exists, which up checks/);
    deepEqual((await judge([OPS, ADMIN], [digestOf(OPS)])).refusing, ["oidc-rules-are-exact"]);
  });
});
