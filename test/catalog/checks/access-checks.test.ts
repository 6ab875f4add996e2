import { deepEqual, match } from "node:assert/strict";
import { catalog as sophia } from "../../../secrets/catalog";
import { checkAccess, checkAccessHere } from "../../../src/catalog/checks/check-access";
import { checkCatalog } from "../../../src/catalog/checks/check-catalog";
import { type Catalog, resolveCatalog } from "../../../src/catalog/entry";
import { parseSettings, type Settings } from "../../../src/catalog/settings";

const RIGHT = {
  name: "people",
  why: "They work on it",
  groups: ["keys"],
  environments: ["production"],
  identities: [{ type: "user", name: "ann" }],
  level: "open",
};

function catalogOf(...policies: object[]): Catalog {
  const group = { description: "", rotationDays: 90, owner: "Ops" };
  return {
    environments: ["staging", "production"],
    groups: { keys: group, tokens: group },
    secrets: [],
    accessPolicies: policies as Catalog["accessPolicies"] & object,
  };
}

/** The problems of one policy, changed so: `thing: cause. remedy`. */
const problems = (change: object) =>
  checkAccess(resolveCatalog(catalogOf({ ...RIGHT, ...change }))).map(
    ({ subject: thing, cause, remedy }) => `${thing}: ${cause}. ${remedy}`,
  );

const SETTINGS = parseSettings({
  githubOrganization: "acme",
  pulumiOrganization: "acme",
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
}).settings as Settings;

describe("access policies", () => {
  it("of Sophia are right, and so is a small one", () => {
    deepEqual(checkAccess(resolveCatalog(sophia)), []);
    deepEqual(problems({}), []);
  });

  const cases: [string, object, RegExp][] = [
    [
      "an unknown group",
      { groups: ["key"] },
      /^access policy people: names an unknown group: key\. use one of keys, tokens$/,
    ],
    [
      "an unknown environment",
      { environments: ["prod"] },
      /names an unknown environment: prod\. use one of staging, production/,
    ],
    [
      "no identity",
      { identities: [] },
      /grants nothing: it names no identities\. name who it is for, or remove the policy/,
    ],
    ["no group", { groups: [] }, /grants nothing: it names no groups/],
    ["no environment", { environments: [] }, /grants nothing: it names no environments/],
    [
      "a level that is none",
      { level: "owner" },
      /names an unknown level: owner\. use one of read, open, write, admin/,
    ],
    ["no reason", { why: " " }, /does not say why\. write one sentence/],
    ["a name that no team can have", { name: "On Call" }, /its name is not lower case/],
    ...["1 day", "0s", "-1h", "1d", "8 h", ""].map((time): [string, object, RegExp] => [
      `a time that is none: "${time}"`,
      { maxOpenDuration: time },
      /its maxOpenDuration is not a duration\. write hours/,
    ]),
    ["a time for what opens nothing", { level: "read", maxOpenDuration: "1h" }, /level read opens nothing/],
    [
      "an identity of a kind that is none",
      { identities: [{ type: "robot", name: "x" }] },
      /its identity robot x is none\. write/,
    ],
    [
      "an identity without a name",
      { identities: [{ type: "user", name: "" }] },
      /its identity user {2}is none/,
    ],
    [
      "a time that limits nothing",
      { maxOpenDuration: "900000h" },
      /is longer than a year, which limits nothing\. write a shorter one, or leave it out/,
    ],
    ["a group twice", { groups: ["keys", "keys"] }, /names keys twice\. name it once/],
    ["an environment twice", { environments: ["staging", "staging"] }, /names staging twice/],
    ["groups in one text", { groups: "keys" }, /groups is not a list\. src\/catalog\/access-policy\.ts says/],
    ["no identities at all", { identities: undefined }, /has no identities/],
    ["an identity that is a text", { identities: ["ann"] }, /one of its identities is not a mapping/],
    ["a word it does not know", { maxOpen: "8h" }, /has a maxOpen, which no access policy has/],
    ["somebody twice", { identities: [...RIGHT.identities, ...RIGHT.identities] }, /names user ann twice/],
  ];
  for (const [what, change, expected] of cases) {
    it(`are refused for ${what}, in one line`, () => {
      const found = problems(change);
      deepEqual(found.length, 1, found.join("\n"));
      match(found[0] ?? "", expected);
    });
  }

  it("are refused when two have one name", () => {
    const found = checkAccess(resolveCatalog(catalogOf(RIGHT, { ...RIGHT, level: "read" })));
    deepEqual(
      found.map(({ subject: thing, cause }) => `${thing}: ${cause}`),
      ["access policy people: is listed twice"],
    );
  });

  it("are checked with the rest of the catalog", () => {
    const [problem] = checkCatalog(resolveCatalog(catalogOf({ ...RIGHT, groups: ["key"] })), "app");
    match(problem?.cause ?? "", /unknown group: key/);
  });
});

describe("access policies beside a stack's config", () => {
  const team = (name: string) => catalogOf({ ...RIGHT, identities: [{ type: "team", name }] });
  const causes = (catalog: Catalog, settings: Settings) =>
    checkAccessHere(resolveCatalog(catalog), settings).map(({ cause }) => cause);

  it("may name teams made elsewhere, and none of this program's own, of whatever stack", () => {
    deepEqual(causes(team("platform"), SETTINGS), []);
    deepEqual(causes(team("app-staging-sync"), SETTINGS), [
      "names app-staging-sync, a team of this program's own",
    ]);
  });

  it("may name no team where the edition has none", () => {
    deepEqual(causes(team("platform"), { ...SETTINGS, edition: "individual" }), [
      "names the team platform, and the edition individual has no teams",
    ]);
    deepEqual(causes(catalogOf(RIGHT), { ...SETTINGS, edition: "individual" }), []);
  });
});
