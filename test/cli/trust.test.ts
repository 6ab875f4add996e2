import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterIssuers } from "../../src/access/issuers";
import { declaredTrust, type TrustRule } from "../../src/access/trust";
import { digestOf } from "../../src/access/trust-of-others";
import { resolveCatalog } from "../../src/catalog/entry";
import type { Settings } from "../../src/catalog/settings";
import type { StandingRule } from "../../src/clients/pulumi-trust";
import type { Context } from "../../src/operations/context";
import { checkTrust, compareTrust } from "../../src/operations/verification/check-trust";
import { ORG, TOKENS } from "../pulumi-cloud/cloud-fixture";
import { type Auditing, CATALOG, startAuditing } from "./auditing";
import { commandContext } from "./command-context";
import { AT_CLOUD } from "./small-organization";

const GITHUB = "https://token.actions.githubusercontent.com";
const CLUSTER = "https://cluster.example/id/0A1B";
const ANYBODY = {
  decision: "allow",
  tokenType: "organization",
  authorizedPermissions: ["admin"],
  rules: { aud: "*", sub: "*" },
};

describe("verify's look at the trust in GitHub's identities", () => {
  let both: Auditing;
  let carrier: { name: string; id: number };
  let declared: TrustRule[];
  beforeEach(async () => {
    both = await startAuditing();
    carrier = { name: "carrier", id: await both.context.github().repositoryId("carrier") };
    declared = declaredTrust(resolveCatalog(CATALOG), AT_CLOUD, ["production"], [carrier]);
  });
  afterEach(() => both.close());

  /** Registers an issuer, and gives it rules where there are some. */
  const trust = async (url: string, policies: readonly object[] = [], maxExpiration: number | null = 900) => {
    const body = { name: url, url, maxExpiration };
    const { json } = await both.cloud.call("POST", `/api/orgs/${ORG}/oidc/issuers`, { body });
    const root = `/api/orgs/${ORG}/auth/policies`;
    const { id } = (await both.cloud.call("GET", `${root}/oidcissuers/${json.id}`)).json;
    if (policies.length === 0) return;
    const written = await both.cloud.call("PATCH", `${root}/${id}`, { body: { policies } });
    assert.equal(written.status, 200, written.text);
  };
  const issuerId = async () =>
    (await both.cloud.call("GET", `/api/orgs/${ORG}/oidc/issuers`)).json.oidcIssuers[0].id as string;
  const look = (change: Partial<Settings> = {}, more: Partial<Context> = {}, dir = "/nowhere") => {
    const settings = { ...AT_CLOUD, ...change };
    return checkTrust({ ...both.context, project: { ...both.context.project, dir, settings }, ...more });
  };

  it("is ok with exactly the rules that the program declares, and names issuers that are somebody else's", async () => {
    await trust(GITHUB, declared);
    assert.deepEqual(await look(), {
      subject: "trust in GitHub's identities",
      code: "trust-matches",
      state: "ok",
      cause: `${GITHUB}, 2 rules as declared`,
    });
    await trust("https://gitlab.com");
    const { state, cause } = await look();
    assert.deepEqual(
      [state, cause],
      ["ok", `${GITHUB}, 2 rules as declared; 1 other issuer not of this program: https://gitlab.com`],
    );
  });

  it("is wrong with a rule that lets anybody's job be an administrator, and says how to end it", async () => {
    await trust(GITHUB, [...declared, ANYBODY]);
    const { state, cause, remedy } = await look();
    assert.equal(state, "wrong");
    assert.equal(
      cause,
      `${GITHUB}: a rule that nothing declares (${digestOf(ANYBODY)}) allows organization tokens (admin) by aud, sub=* (with wildcards)`,
    );
    assert.match(remedy ?? "", /it keeps rules that it never declared: delete those in Pulumi Cloud/);
    const accepted = await look({ acceptedTrust: [digestOf(ANYBODY)] });
    assert.equal(accepted.state, "ok");
    assert.match(accepted.cause, /; 1 rule of others: [0-9a-f]{16} allows organization tokens \(admin\)/);
  });

  it("names what others have there and cannot reach our values with, and compares the rest with the declaration", async () => {
    const theirs = {
      decision: "allow",
      tokenType: "team",
      teamName: "ops",
      rules: { sub: "repo:acme/infra:*" },
    };
    await trust(GITHUB, [theirs, ...declared]);
    const { state, cause } = await look();
    assert.equal(state, "ok");
    assert.equal(
      cause,
      `${GITHUB}, 2 rules as declared; 1 rule of others: ${digestOf(theirs)} allows team tokens of ops by sub=repo:acme/infra:* (with wildcards)`,
    );
    const one = compareTrust(declared, [{ ...theirs, authorizedPermissions: [] }], AT_CLOUD);
    assert.deepEqual([one.strange.length, one.known.length, one.missing.length], [0, 1, 2]);
  });

  it("is wrong with a rule that is missing or says anything else than declared", async () => {
    const [first, second] = declared as [TrustRule, TrustRule];
    await trust(GITHUB, [first]);
    assert.deepEqual((await look()).cause, `${GITHUB}: ${missing("production")}`);
    const { ref: _, ...wider } = second.rules;
    for (const rules of [wider, { ...second.rules, repository_id: "1" }, { ...second.rules, ref: "*" }]) {
      const standing = { ...standingOf(second), rules };
      const claims = Object.keys(rules).sort().join(", ");
      const by = `${claims.replace("repository,", "repository=ai-cherry/carrier,")}${rules.ref === "*" ? " (with wildcards)" : ""}`;
      assert.deepEqual(compareTrust(declared, [standingOf(first), standing], AT_CLOUD), {
        strange: [
          `a rule that nothing declares (${digestOf(standing)}) allows team tokens of app-production-sync by ${by}`,
        ],
        known: [],
        missing: [missing("production")],
      });
    }
  });

  it("is wrong with tokens that may live longer than the jobs need, unless someone else has rules there", async () => {
    for (const [limit, longest] of [
      [3600, "3600 s"],
      [null, "as long as the service allows"],
    ] as const) {
      await trust(GITHUB, declared, limit);
      const { state, cause } = await look();
      assert.deepEqual(
        [state, cause],
        ["wrong", `${GITHUB}: its tokens may live ${longest}, and the declared jobs need 900 s at most`],
      );
      await both.cloud.call("DELETE", `/api/orgs/${ORG}/oidc/issuers/${await issuerId()}`);
    }
    await trust(GITHUB, [...declared, ANYBODY], 3600);
    assert.doesNotMatch((await look()).cause, /may live/);
  });

  it("knows the program's own jobs, of every stack of the project", async () => {
    const folder = mkdtempSync(join(tmpdir(), "stacks-"));
    const config = { "sophia-secrets:organizationStack": "production", ...STAGING };
    writeFileSync(join(folder, "Pulumi.staging.yaml"), JSON.stringify({ config }));
    writeFileSync(join(folder, "Pulumi.elsewhere.yaml"), "encryptionsalt: x\n");
    try {
      const program = { programRepository: "carrier" };
      const all = declaredTrust(
        resolveCatalog(CATALOG),
        { ...AT_CLOUD, ...program },
        ["production", "staging"],
        [carrier],
      );
      await trust(GITHUB, all);
      assert.equal((await look(program, {}, folder)).cause, `${GITHUB}, ${all.length} rules as declared`);
      assert.match(
        (await look(program)).cause,
        /a rule that nothing declares \([0-9a-f]{16}\) allows organization tokens \(admin\) by/,
      );
      const stored = await look({ ...program, syncAuthentication: "token" }, {}, folder);
      assert.match(stored.cause, /nothing declares \([0-9a-f]{16}\) allows team tokens of app-staging-sync/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is wrong where the issuer is not there, or the edition gives no job a token", async () => {
    assert.equal((await look()).cause, `${GITHUB} is not registered`);
    const { state, cause } = await look({ edition: "team" });
    assert.deepEqual([state, cause], ["wrong", "edition team has no team tokens, so no job gets one"]);
  });

  it("compares a cluster's issuer too, also where no job of GitHub's is trusted", async () => {
    const account = { environment: "production", issuer: CLUSTER, namespace: "shop", serviceAccount: "api" };
    const catalog = resolveCatalog({
      ...CATALOG,
      applications: [
        { name: "api", repository: "carrier", language: "python", path: "a.py", kubernetes: [account] },
      ],
    });
    const stored = { syncAuthentication: "token" } as const;
    assert.equal((await look(stored, { catalog })).cause, `${CLUSTER} is not registered`);
    assert.equal((await look({}, { catalog })).cause, `${GITHUB}, ${CLUSTER} are not registered`);
    const [cluster] = clusterIssuers(catalog, AT_CLOUD);
    await trust(GITHUB, declared);
    await trust(`${CLUSTER}/`, cluster?.rules, 3600);
    assert.equal(
      (await look({}, { catalog })).cause,
      `${GITHUB}, 2 rules as declared; ${CLUSTER}, 1 rule as declared`,
    );
    await both.cloud.call("DELETE", `/api/orgs/${ORG}/oidc/issuers/${await issuerId()}`);
    await both.cloud.call("DELETE", `/api/orgs/${ORG}/oidc/issuers/${await issuerId()}`);
    await trust(CLUSTER, [{ ...cluster?.rules[0], rules: { sub: "system:serviceaccount:*" } }], 3600);
    const wide = await look(stored, { catalog });
    assert.equal(wide.state, "wrong");
    assert.match(
      wide.cause,
      /a rule that nothing declares \([0-9a-f]{16}\) allows team tokens of app-production-application by sub=system:serviceaccount:\*/,
    );
    assert.match(
      wide.cause,
      /no rule allows team tokens of app-production-application to system:serviceaccount:shop:api as declared/,
    );
  });

  it("needs none where the sync uses a stored token", async () => {
    const { state, cause } = await look({ syncAuthentication: "token" });
    assert.deepEqual([state, cause], ["ok", "none is needed: the sync uses a stored token"]);
  });

  it("is unknown, and not ok, to a token that may not read policies, and where GitHub hides a repository", async () => {
    await trust(GITHUB, declared);
    const { cloudCall } = commandContext({ cloud: { url: both.cloud.url, token: TOKENS.dev } });
    const { state, cause } = await look({}, { cloudCall });
    const said = `Forbidden: oidc-issuer-read needs an administrator of organization '${ORG}'`;
    assert.deepEqual(
      [state, cause],
      ["unknown", `OIDC issuers of ${ORG}: the token may not do this: ${said}`],
    );
    await fetch(`${both.cloud.url}/_sandbox/faults`, {
      method: "POST",
      body: JSON.stringify({ path: "auth/policies", answer: { status: 403 } }),
    });
    const policies = await look();
    assert.deepEqual(
      [policies.state, policies.cause],
      ["unknown", `trust policy of ${GITHUB}: the token may not do this`],
    );
    await fetch(`${both.cloud.url}/_sandbox/faults`, { method: "DELETE" });
    const hidden = await look({ carriers: ["nowhere"] });
    assert.equal(hidden.state, "unknown");
    assert.match(hidden.cause, /repository ai-cherry\/nowhere/);
  });
});

const missing = (environment: string) =>
  `no rule allows team tokens of app-${environment}-sync to jobs of ai-cherry/carrier as declared`;
const standingOf = (rule: TrustRule): StandingRule => ({ ...rule, authorizedPermissions: [] });
const STAGING = Object.fromEntries(
  Object.entries({
    githubOrganization: "ai-cherry",
    pulumiOrganization: ORG,
    application: "app",
    appRoot: "app",
    environments: ["staging"],
    carriers: ["carrier"],
  }).map(([key, value]) => [`sophia-secrets:${key}`, value]),
);
