import { deepEqual, equal, match } from "node:assert/strict";
import { issuerAt, issuerOf } from "../../src/access/issuers";
import { issuerSeconds, longestTokenSeconds, TOKEN_SECONDS } from "../../src/access/token-lifetimes";
import {
  applicationRules,
  programEnvironment,
  programRules,
  programTeam,
  syncRules,
  type TrustRule,
  trustedRepositories,
} from "../../src/access/trust";
import { checkTrust, type TrustPlace } from "../../src/catalog/checks/check-trust";
import { resolveCatalog } from "../../src/catalog/entry";
import { parseSettings, type Settings } from "../../src/catalog/settings";

const place: TrustPlace = {
  environments: ["development", "staging", "production"],
  applications: [],
  stacks: ["production", "staging"],
  stateIn: "acme",
};

function settingsOf(change: Record<string, string> = {}): Settings {
  const { settings, problems } = parseSettings({
    githubOrganization: "acme-corp",
    pulumiOrganization: "acme",
    application: "shop",
    appRoot: "shop",
    environments: '["production"]',
    organizationStack: "production",
    carriers: '["shop"]',
    ...change,
  });
  if (settings === undefined) throw new Error(JSON.stringify(problems));
  return settings;
}
const problemsOf = (change: Record<string, string>, there: Partial<TrustPlace> = {}) =>
  checkTrust(settingsOf(change), { ...place, ...there });
const ours = { programRepository: "infra" };

describe("rules of trust", () => {
  it("name every claim exactly, for the sync and for the program", () => {
    const settings = settingsOf(ours);
    const targets = [{ environment: "production", team: "shop-production-sync" }];
    const rules = [
      ...syncRules(settings, targets, [{ name: "shop", id: 7 }]),
      ...programRules(settings, place.stacks, { name: "infra", id: 8 }),
    ];
    for (const rule of rules) {
      equal(rule.decision, "allow");
      for (const claim of ["aud", "repository", "repository_id", "environment"])
        equal(claim in rule.rules, true, claim);
      equal("ref" in rule.rules || rule.rules.base_ref === "main", true, "the branch");
      for (const [claim, value] of Object.entries(rule.rules))
        match(value, claim === "workflow_ref" ? /^[^*?]+$/ : /^[^*?.]+$/);
    }
  });

  it("name the one workflow file whose jobs they trust, but for previews, whose file is the pull request's own", () => {
    const settings = settingsOf({ ...ours, branch: "release" });
    const targets = [{ environment: "production", team: "shop-production-sync" }];
    const files = (rules: TrustRule[]) => rules.map((each) => each.rules.workflow_ref);
    deepEqual(files(syncRules(settings, targets, [{ name: "shop", id: 7 }])), [
      "acme-corp/shop/.github/workflows/sync_secrets.yml@refs/heads/release",
    ]);
    const own = (file: string) => `acme-corp/infra/.github/workflows/${file}@refs/heads/release`;
    deepEqual(files(programRules(settings, ["production"], { name: "infra", id: 8 })), [
      undefined,
      own("nightly.yml"),
      own("deploy.yml"),
    ]);
  });

  it("make an administrator of the branch's deployment alone", () => {
    const rules = programRules(settingsOf(ours), place.stacks, { name: "infra", id: 8 });
    const admins = rules.filter(({ authorizedPermissions }) => authorizedPermissions !== undefined);
    deepEqual(
      admins.map(({ rules: { ref, environment } }) => [ref, environment]),
      [
        ["refs/heads/main", "program-production"],
        ["refs/heads/main", "program-staging"],
      ],
    );
  });

  it("trust the issuer of the GitHub that is used", () => {
    equal(issuerOf({}), "https://token.actions.githubusercontent.com");
    equal(
      issuerOf({ githubApiUrl: "https://api.github.com" }),
      "https://token.actions.githubusercontent.com",
    );
    equal(issuerOf({ githubApiUrl: "https://api.acme.ghe.com" }), "https://token.actions.acme.ghe.com");
    equal(issuerOf({ issuerEnterprise: "acme" }), "https://token.actions.githubusercontent.com/acme");
    equal(
      issuerOf({ githubApiUrl: "https://api.acme.ghe.com", issuerEnterprise: "acme" }),
      "https://token.actions.acme.ghe.com/acme",
    );
    equal(issuerOf({ githubApiUrl: "https://github.acme.com" }), "https://github.acme.com/_services/token");
    equal(
      issuerOf({ githubApiUrl: "https://api.github.com.acme.com" }),
      "https://api.github.com.acme.com/_services/token",
    );
  });

  it("name teams and GitHub environments that no environment of the catalog has", () => {
    equal(programTeam(settingsOf(), "audit"), "shop-program-audit");
    equal(programEnvironment("production"), "program-production");
  });
});

describe("refused as trust", () => {
  it("is nothing that names exactly what it means", () => deepEqual(problemsOf(ours), []));

  const refused: [what: string, Record<string, string>, Partial<TrustPlace>, RegExp][] = [
    ["a branch with a '.'", { branch: "v1.2" }, {}, /^config branch: .*the branch v1x2 would be trusted/],
    [
      "an environment with a '.'",
      {},
      { environments: ["eu.production"] },
      /^environment eu\.production: .*the GitHub environment euxproduction/,
    ],
    ["a stack with a '.'", ours, { stacks: ["eu.production"] }, /^stack eu\.production: /],
    ["a stack with the name of a job", ours, { stacks: ["audit"] }, /^stack audit: .*the audit job's/],
    [
      "an environment in which the program's jobs run",
      ours,
      { environments: ["program-production"] },
      /^environment program-production: .*a sync job would be trusted as one/,
    ],
    ["a stack whose state is elsewhere", ours, { stateIn: "organization" }, /^config programRepository: /],
    [
      "a team's name that Pulumi Cloud does not take",
      { ...ours, application: "a-rather-long-name-of-an-application" },
      {},
      /^config application: .*longer than the 40 characters/,
    ],
  ];
  for (const [what, change, there, expected] of refused)
    it(`is ${what}`, () => {
      const problems = problemsOf(change, there);
      equal(problems.length, 1);
      for (const { subject: thing, cause, remedy } of problems) {
        match(`${thing}: ${cause}`, expected);
        match(remedy, /\w/);
      }
    });

  it("is no '.' where nobody is trusted by identity", () => {
    deepEqual(problemsOf({ syncAuthentication: "token", branch: "v1.2" }), []);
  });

  it("is a thumbprint that is none", () => {
    const { problems } = parseSettings({ issuerThumbprints: '["AA:BB"]' });
    match(
      String(problems?.map(({ subject: thing, cause }) => `${thing} ${cause}`)),
      /issuerThumbprints.*SHA-256/,
    );
  });
});

describe("how long tokens live", () => {
  it("is what the sync needs, and an up's hour only where the program's own jobs are trusted", () => {
    equal(longestTokenSeconds({}), 900);
    equal(longestTokenSeconds({ programRepository: "infra" }), TOKEN_SECONDS.up);
  });

  it("is never shortened for others whose rules share the issuer, and never too short for us", () => {
    equal(issuerSeconds(900, undefined), 900);
    equal(issuerSeconds(900, { seconds: 7200, othersRules: 0 }), 900);
    equal(issuerSeconds(900, { seconds: 7200, othersRules: 1 }), 7200);
    equal(issuerSeconds(3600, { seconds: 600, othersRules: 2 }), 3600);
    equal(issuerSeconds(900, { seconds: undefined, othersRules: 1 }), 90_000);
  });
});

describe("the issuer registered for an address", () => {
  const url = "https://token.actions.githubusercontent.com";

  it("is found with a slash at the end, as Pulumi Cloud keeps it", () => {
    equal(issuerAt([{ url: "https://other.example" }, { url: `${url}/` }], url)?.url, `${url}/`);
  });

  it("is no other whose address only begins the same", () => {
    equal(issuerAt([{ url }], `${url}/`)?.url, url);
    equal(issuerAt([{ url: `${url}/enterprise` }, { url: `${url}.example` }], url), undefined);
  });
});

describe("trust in the jobs of applications", () => {
  const application = {
    name: "backend",
    repository: "shop-api",
    language: "python",
    path: "api/secrets.py",
    githubActions: { workflow: ".github/workflows/deploy.yml" },
  } as const;
  const catalogWith = (change: object = {}) =>
    resolveCatalog({
      environments: ["staging", "production"],
      groups: {
        keys: { description: "Keys", rotationDays: 90, owner: "Ops" },
        tokens: { description: "Tokens", rotationDays: 90, owner: "Ops" },
      },
      secrets: [],
      applications: [{ ...application, ...change }],
    });
  const rulesOf = (change?: object) =>
    applicationRules(catalogWith(change), settingsOf(), [{ name: "shop-api", id: 9 }]);

  it("gives the application's team to its own workflow, on the branch, in each GitHub environment", () => {
    deepEqual(
      rulesOf().map(({ teamName, rules }) => [teamName, rules.environment]),
      [
        ["shop-staging-application", "staging"],
        ["shop-production-application", "production"],
      ],
    );
    deepEqual(rulesOf()[0]?.rules, {
      aud: "urn:pulumi:org:acme",
      repository: "acme-corp/shop-api",
      repository_id: "9",
      ref: "refs/heads/main",
      workflow_ref: "acme-corp/shop-api/.github/workflows/deploy.yml@refs/heads/main",
      environment: "staging",
    });
  });

  it("gives an application of some groups its own team, and only where it runs", () => {
    const rules = rulesOf({ groups: ["keys"], environments: ["production"], branch: "live" });
    deepEqual(
      rules.map(({ teamName, rules: { ref } }) => [teamName, ref]),
      [["shop-production-backend-application", "refs/heads/live"]],
    );
  });

  it("asks for its repository's id with those of the carriers, and for none where nothing is trusted", () => {
    deepEqual(trustedRepositories(settingsOf(), catalogWith()), ["shop", "shop-api"]);
    deepEqual(trustedRepositories(settingsOf(), catalogWith({ githubActions: undefined })), ["shop"]);
  });

  it("is refused on a branch whose dots would let another one in", () => {
    const problems = problemsOf({}, { applications: [{ ...application, branch: "release-1.2" }] });
    deepEqual(
      problems.map(({ code, subject }) => [code, subject]),
      [["name-with-dot", "application backend"]],
    );
  });
});
