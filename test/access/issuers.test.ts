import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { clusterIssuers, declaredIssuers } from "../../src/access/issuers";
import type { Application, ServiceAccount } from "../../src/catalog/applications";
import { checkServiceAccounts } from "../../src/catalog/checks/check-service-accounts";
import { checkTrust } from "../../src/catalog/checks/check-trust";
import { resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";

const CLUSTER = "https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B";
const ACCOUNT: ServiceAccount = {
  environment: "production",
  issuer: CLUSTER,
  namespace: "shop",
  serviceAccount: "backend",
};
const backend: Application = { name: "backend", repository: "shop", language: "python", path: "a.py" };
const settingsOf = (change: Record<string, string> = {}): Settings =>
  parseSettings({
    githubOrganization: "acme-corp",
    pulumiOrganization: "acme",
    organizationStack: "production",
    application: "shop",
    appRoot: "shop",
    environments: '["staging","production"]',
    carriers: '["shop"]',
    ...change,
  }).settings as Settings;
const catalogOf = (...applications: Application[]) =>
  resolveCatalog({
    environments: ["staging", "production"],
    groups: {
      keys: { description: "Keys", rotationDays: 90, owner: "Ops" },
      tokens: { description: "Tokens", rotationDays: 90, owner: "Ops" },
    },
    secrets: [],
    applications,
  });
const issuersOf = (...kubernetes: ServiceAccount[]) =>
  clusterIssuers(catalogOf({ ...backend, kubernetes }), settingsOf());

describe("trust in service accounts of Kubernetes", () => {
  it("is an issuer per cluster with a rule per service account, which names it and the audience exactly", () => {
    const staging = {
      environment: "staging",
      issuer: "https://staging.example/",
      namespace: "shop",
      serviceAccount: "b",
    };
    const [production, other, ...more] = issuersOf(ACCOUNT, staging);
    deepEqual(more, []);
    equal(production?.url, CLUSTER);
    equal(production?.seconds, 3600);
    deepEqual(production?.rules, [
      {
        decision: "allow",
        tokenType: "team",
        teamName: "shop-production-application",
        rules: { aud: "urn:pulumi:org:acme", sub: "system:serviceaccount:shop:backend" },
      },
    ]);
    deepEqual([other?.url, other?.rules[0]?.teamName], [staging.issuer, "shop-staging-application"]);
    ok(production?.resource !== other?.resource);
  });

  it("is one issuer with a slash at its end and without, and one rule for two applications of one team", () => {
    const both = clusterIssuers(
      catalogOf(
        { ...backend, kubernetes: [ACCOUNT] },
        { ...backend, name: "api", kubernetes: [{ ...ACCOUNT, issuer: `${CLUSTER}/` }] },
      ),
      settingsOf(),
    );
    deepEqual(
      both.map(({ url, rules }) => [url, rules.length]),
      [[CLUSTER, 1]],
    );
  });

  it("gives an application of some groups its own team", () => {
    const [issuer] = clusterIssuers(
      catalogOf({ ...backend, groups: ["keys"], kubernetes: [ACCOUNT] }),
      settingsOf(),
    );
    equal(issuer?.rules[0]?.teamName, "shop-production-backend-application");
  });

  it("stands beside GitHub's issuer, and alone where no job of GitHub's is trusted", () => {
    const catalog = catalogOf({ ...backend, kubernetes: [ACCOUNT] });
    const urls = (repositories: { name: string; id: number }[]) =>
      declaredIssuers(catalog, settingsOf(), ["production"], repositories).map(({ url }) => url);
    deepEqual(urls([{ name: "shop", id: 7 }]), ["https://token.actions.githubusercontent.com", CLUSTER]);
    deepEqual(urls([]), [CLUSTER]);
  });

  it("is nobody's in an edition without team tokens", () => {
    const catalog = catalogOf({ ...backend, kubernetes: [ACCOUNT] });
    deepEqual(clusterIssuers(catalog, settingsOf({ edition: "team" })), []);
  });

  it("keeps an issuer's resource, whatever stands beside it in the catalog and in which order", () => {
    const account = fc.record({
      environment: fc.constantFrom("staging", "production"),
      issuer: fc.constantFrom(CLUSTER, "https://b.example", "https://c.example/"),
      namespace: fc.constantFrom("shop", "ops"),
      serviceAccount: fc.constantFrom("a", "b"),
    });
    fc.assert(
      fc.property(fc.array(account, { maxLength: 6 }), (accounts) => {
        const of = (list: ServiceAccount[]) =>
          issuersOf(...list).map(({ resource, rules }) => [
            resource,
            rules.map((each) => JSON.stringify(each)).sort(),
          ]);
        deepEqual(of([...accounts].reverse()).sort(), of(accounts).sort());
      }),
    );
  });
});

describe("service accounts in the catalog", () => {
  const problemsOf = (...applications: Application[]) => {
    const catalog = catalogOf(...applications);
    return checkServiceAccounts(applications, catalog);
  };
  const codesOf = (change: Partial<ServiceAccount>, application: Partial<Application> = {}) =>
    problemsOf({ ...backend, ...application, kubernetes: [{ ...ACCOUNT, ...change }] }).map(
      ({ code, cause }) => `${code}: ${cause}`,
    );

  it("are right with what GKE, EKS and AKS call their issuers", () => {
    for (const issuer of [
      CLUSTER,
      "https://container.googleapis.com/v1/projects/p/locations/europe-west1/clusters/c",
      "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/11111111-1111-1111-1111-111111111111/",
    ])
      deepEqual(codesOf({ issuer }), []);
  });

  for (const [what, change, said] of [
    ["an issuer by http", { issuer: "http://cluster.example" }, /must be https/],
    ["an issuer that is not an address", { issuer: "cluster" }, /must be an http\(s\) address/],
    ["an issuer with a query", { issuer: "https://a.example/?x=1" }, /no query/],
    [
      "the issuer that clusters have of themselves",
      { issuer: "https://kubernetes.default.svc" },
      /inside a cl/,
    ],
    ["its longer form", { issuer: "https://kubernetes.default.svc.cluster.local" }, /inside a cluster/],
    ["an environment that is none", { environment: "prod" }, /where it does not run/],
    ["a namespace with a dot", { namespace: "a.b" }, /not a name of a namespace/],
    ["a namespace with a wildcard", { namespace: "*" }, /not a name of a namespace/],
    ["an empty namespace", { namespace: "" }, /not a name of a namespace/],
    ["a service account with a dot", { serviceAccount: "back.end" }, /not a name of a service account/],
    ["a service account with a wildcard", { serviceAccount: "back*" }, /not a name of a service account/],
    ["a service account with a colon", { serviceAccount: "a:b" }, /not a name of a service account/],
    ["the service account of every pod", { serviceAccount: "default" }, /every pod in shop has/],
  ] as const)
    it(`may not have ${what}`, () => {
      const [found, ...more] = codesOf(change);
      deepEqual(more, []);
      ok(found?.startsWith("application-service-account: ") && said.test(found), found);
    });

  it("may not be of an environment where the application does not run", () => {
    equal(codesOf({ environment: "staging" }, { environments: ["production"] }).length, 1);
  });

  it("may not stand for two deployment environments, nor for two applications with groups of their own", () => {
    const both = problemsOf({ ...backend, kubernetes: [ACCOUNT, { ...ACCOUNT, environment: "staging" }] });
    deepEqual(
      both.map(({ code }) => code),
      ["service-account-shared"],
    );
    const scoped = problemsOf(
      { ...backend, groups: ["keys"], kubernetes: [ACCOUNT] },
      { ...backend, name: "api", groups: ["tokens"], kubernetes: [{ ...ACCOUNT, issuer: `${CLUSTER}/` }] },
    );
    deepEqual(
      scoped.map(({ code, subject }) => [code, subject]),
      [["service-account-shared", "application api"]],
    );
    deepEqual(
      problemsOf({ ...backend, kubernetes: [ACCOUNT] }, { ...backend, name: "api", kubernetes: [ACCOUNT] }),
      [],
    );
  });

  it("may not have GitHub's issuer, whose jobs githubActions is for", () => {
    const issuer = "https://token.actions.githubusercontent.com/";
    const applications = [{ ...backend, kubernetes: [{ ...ACCOUNT, issuer }] }];
    const place = { environments: ["production"], applications, stacks: ["production"], stateIn: "acme" };
    deepEqual(
      checkTrust(settingsOf(), place).map(({ code, cause }) => [code, cause]),
      [["application-issuer", "an issuer in kubernetes is GitHub's"]],
    );
  });
});
