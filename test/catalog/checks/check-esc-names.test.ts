import { deepEqual } from "node:assert/strict";
import { checkCatalog } from "../../../src/catalog/checks/check-catalog";
import { checkEscNames } from "../../../src/catalog/checks/check-esc-names";
import { type Catalog, resolveCatalog } from "../../../src/catalog/entry";

const group = { description: "", rotationDays: 90, owner: "Ops" };
const policy = {
  name: "people",
  why: "They work on it",
  groups: ["keys"],
  environments: ["live"],
  identities: [{ type: "user" as const, name: "ann" }],
  level: "open" as const,
};
const rotator = {
  name: "orders",
  group: "keys",
  schedule: "0 3 1 * *",
  kind: "password",
  value: "ORDERS",
} as const;

/** A catalog with one of everything, and what must be added. */
function catalogWith(added: { environments?: string[]; groups?: string[] }): Catalog {
  const groups = ["keys", "tokens", ...(added.groups ?? [])];
  return {
    environments: ["live", ...(added.environments ?? [])],
    groups: Object.fromEntries(groups.map((name) => [name, group])),
    secrets: [],
    accessPolicies: [policy],
    rotators: [rotator],
  };
}
const problems = (added: Parameters<typeof catalogWith>[0]) =>
  checkEscNames(resolveCatalog(catalogWith(added))).map(({ subject: thing, cause }) => `${thing} ${cause}`);

describe("names in ESC", () => {
  it("are each one thing's", () => {
    deepEqual(problems({}), []);
    deepEqual(problems({ environments: ["test", "live-2"] }), []);
  });

  const shared = "would share an ESC environment with";
  const wrong: [string, Parameters<typeof problems>[0], string][] = [
    ["a group and the ledger", { groups: ["ledger"] }, `group ledger ${shared} the ledger`],
    [
      "an environment and a ledger",
      { environments: ["live-ledger"] },
      `environment live-ledger ${shared} the ledger`,
    ],
    [
      "a group and an environment",
      { environments: ["live-keys"] },
      `group keys ${shared} environment live-keys`,
    ],
    ["a policy and a group", { groups: ["for-people"] }, `access policy people ${shared} group for-people`],
    [
      "a policy and an environment",
      { environments: ["live-for-people"] },
      `access policy people ${shared} environment live-for-people`,
    ],
    [
      "a rotator and a group",
      { groups: ["rotated-orders"] },
      `rotator orders ${shared} group rotated-orders`,
    ],
    [
      "a rotator and an environment",
      { environments: ["live-managing-orders"] },
      `rotator orders ${shared} environment live-managing-orders`,
    ],
  ];
  for (const [who, added, problem] of wrong)
    it(`are not shared by ${who}`, () => {
      deepEqual(problems(added), [problem]);
    });

  it("are looked at with the rest of the catalog", () => {
    const [problem] = checkCatalog(resolveCatalog(catalogWith({ groups: ["for-people"] })), "app");
    deepEqual(problem?.cause, `${shared} group for-people`);
  });
});
