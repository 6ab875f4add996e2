import { TYPES } from "../../policies/resource-types";
import { checksOf } from "./check-rule";
import { type Told, UNKNOWN } from "./run-pack";
import { ADMIN_CLAIMS, CLAIMS, issuer } from "./told-stack";

const { aud, repository, repository_id } = CLAIMS;
const BASE = { aud, repository, repository_id };

describe("oidc-rules-are-exact", () => {
  const { passes, refuses, cannotKnow } = checksOf("oidc-rules-are-exact");
  const without = (...claims: string[]) =>
    issuer(Object.fromEntries(Object.entries(CLAIMS).filter(([claim]) => !claims.includes(claim))));
  const claim = (changes: Record<string, string>) => issuer({ ...CLAIMS, ...changes });

  it("lets pass an exact policy, one that denies, and an issuer without policies", async () => {
    await passes([issuer(), without("environment"), without("repository_id")]);
    await passes([issuer({ sub: "*" }, { decision: "deny" }), { ...issuer(), inputs: {} }]);
  });

  it("refuses a policy by sub alone", async () => {
    await refuses(
      [issuer({ aud: CLAIMS.aud, sub: "repo:acme/infrastructure:ref:refs/heads/main" })],
      [/policies\[0\] does not pin the claim repository/, /pins no branch/],
    );
  });

  it("refuses a missing audience, repository and branch", async () => {
    await refuses([without("aud")], [/claim aud/]);
    await refuses([without("repository")], [/claim repository/]);
    await refuses(
      [without("ref", "environment")],
      [/pins no branch \(none of ref, workflow_ref, job_workflow_ref\)\.$/m],
    );
    await refuses(
      [{ ...issuer(), inputs: { ...issuer().inputs, policies: [{ decision: "allow" }] } }],
      [/aud/, /repository/, /no branch/],
    );
  });

  it("refuses wildcards in what must be exact", async () => {
    await refuses([claim({ repository: "acme/*" })], [/wildcard in the claim repository/]);
    await refuses([claim({ ref: "refs/heads/release-?" })], [/wildcard in the claim ref/]);
    await refuses([claim({ aud: "urn:pulumi:org:*" })], [/wildcard in the claim aud/]);
  });

  it("refuses a dot that matches a neighbour, unless an id or another place pins it", async () => {
    await passes([claim({ repository: "acme/site.io" }), claim({ ref: "refs/heads/v1.0" })]);
    await refuses([issuer({ ...CLAIMS, repository: "acme/site.io", repository_id: "47*" })], [/for its dot/]);
    await refuses(
      [issuer({ aud: CLAIMS.aud, repository: "acme/site", ref: "refs/heads/v1.0" })],
      [/trusts a ref that has another character/],
    );
  });

  it("wants audience and subject of an issuer that is not GitHub's", async () => {
    const other = (rules: Record<string, string>) => ({
      ...issuer(),
      inputs: { ...issuer(rules).inputs, url: "https://gitlab.com" },
    });
    await passes([other({ aud: CLAIMS.aud, sub: "project:1" })]);
    await refuses([other({ aud: CLAIMS.aud, sub: "project:*" })], [/wildcard in the claim sub/]);
  });

  it("wants one service account of a cluster, and none that is every pod's", async () => {
    const cluster = (rules: Record<string, string>) => ({
      ...issuer(),
      inputs: { ...issuer(rules).inputs, url: "https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B" },
    });
    const account = "system:serviceaccount:shop:backend";
    await passes([cluster({ aud, sub: account })]);
    await refuses([cluster({ aud })], [/does not pin the claim sub/]);
    await refuses([cluster({ sub: account })], [/does not pin the claim aud/]);
    await refuses([cluster({ aud, '"kubernetes.io".namespace': "shop" })], [/does not pin the claim sub/]);
    await refuses([cluster({ aud, sub: "system:serviceaccount:shop:*" })], [/wildcard in the claim sub/]);
    await refuses([cluster({ aud, sub: "system:serviceaccount:*:backend" })], [/wildcard in the claim sub/]);
    await refuses([cluster({ aud, sub: "system:serviceaccount:shop:back.end" })], [/for its dot/]);
    await refuses(
      [cluster({ aud, sub: "system:serviceaccount:shop:default" })],
      [/every pod of a namespace/],
    );
  });

  it("knows a GitHub of one's own by its address", async () => {
    const own = {
      ...issuer(),
      inputs: { ...issuer().inputs, url: "https://github.acme.dev/_services/token" },
    };
    await passes([own]);
    const resident = {
      ...issuer(),
      inputs: { ...issuer().inputs, url: "https://token.actions.acme.ghe.com" },
    };
    await passes([resident]);
  });

  it("lets pass a workflow file beside the other claims, whose dots match no other file", async () => {
    await passes([issuer(ADMIN_CLAIMS)]);
  });

  it("says when a preview does not know a claim, after what it knows", async () => {
    await cannotKnow([claim({ repository: UNKNOWN })], "policies.0.rules.repository");
  });
});

describe("oidc-rules-are-exact, by weak claims", () => {
  const { passes, refuses, cannotKnow } = checksOf("oidc-rules-are-exact");
  const pull = { ...BASE, event_name: "pull_request", base_ref: "main", environment: "preview" };
  const byApi = (rules: unknown): Told => ({
    type: TYPES.trustPolicy,
    name: "trust",
    inputs: { policies: [{ decision: "allow", tokenType: "team", rules }] },
  });

  it("refuses a GitHub environment alone, and says that it is not enough", async () => {
    await refuses(
      [issuer({ ...BASE, environment: "production" })],
      [/policies\[0\] pins no branch \(none of .*\): environment is not enough/],
    );
  });

  it("lets pass a workflow's file in the place of the branch, and refuses a pull request's", async () => {
    const file = (ref: string) =>
      issuer({ ...BASE, workflow_ref: `${repository}/.github/workflows/a.yml@${ref}` });
    await passes([file("refs/heads/main")]);
    await refuses(
      [file("refs/pull/12/merge")],
      [/names in the claim workflow_ref the code of a pull request/],
    );
    await refuses([issuer({ ...BASE, ref: "refs/pull/12/merge" })], [/in the claim ref the code of/]);
  });

  it("lets pass a pull request's job with all that can be pinned of one, for a team", async () => {
    await passes([issuer(pull)]);
    for (const claim of ["event_name", "base_ref", "environment", "repository_id"])
      await refuses([issuer({ ...pull, [claim]: undefined })], [/pins no branch/]);
    await refuses([issuer(pull, { tokenType: "organization" })], [/pins no branch/]);
    await refuses(
      [issuer({ ...pull, environment: "preview*" })],
      [/pins no branch/, /wildcard in the claim environ/],
    );
  });

  it("takes the claims that must be there from the config", async () => {
    await passes([issuer({ ...BASE, environment: "production" })], { places: ["environment"] });
  });

  it("looks at the API's own type, whose claims say that they are GitHub's", async () => {
    await passes([byApi(CLAIMS), byApi({ aud, sub: "project_path:acme/shop:ref:main" })]);
    await refuses(
      [byApi({ aud, environment: "production" }), byApi({ aud, sub: "repo:acme/a:environment:production" })],
      [/claim repository/, /pins no branch/, /claim repository/, /pins no branch/],
    );
    await refuses([byApi(undefined)], [/claim aud/, /claim repository/, /pins no branch/]);
    await cannotKnow([byApi({ ...CLAIMS, aud: UNKNOWN })], "policies.0.rules.aud");
    await passes([{ ...byApi({}), inputs: {} }]);
  });

  it("knows GitHub's issuer with an enterprise's name behind it", async () => {
    const enterprise = issuer({ aud, sub: "repo:acme/a:environment:production" });
    enterprise.inputs = { ...enterprise.inputs, url: "https://token.actions.githubusercontent.com/acme" };
    await refuses([enterprise], [/claim repository/, /pins no branch/]);
  });
});
