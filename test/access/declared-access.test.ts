import { deepEqual } from "node:assert/strict";
import { boolean, constantFrom, assert as holds, property, record, subarray, uniqueArray } from "fast-check";
import { rightsOf } from "../../src/access/access-matrix";
import { auditAccess, declaredAccess } from "../../src/access/declared-access";
import { LEVELS } from "../../src/catalog/access-policy";
import { type Catalog, resolveCatalog } from "../../src/catalog/entry";
import { escLayout } from "../../src/catalog/esc-environments";
import { parseSettings, type Settings } from "../../src/catalog/settings";

const SETTINGS = parseSettings({
  githubOrganization: "acme",
  pulumiOrganization: "acme",
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
  programRepository: "program",
}).settings as Settings;
const GROUP = { description: "", rotationDays: 1, owner: "o" };
const CATALOG: Catalog = {
  environments: ["staging", "production"],
  groups: { b: GROUP, a: GROUP },
  secrets: [],
  rotators: [
    {
      name: "orders",
      group: "a",
      kind: "postgres",
      schedule: "0 3 1 * *",
      users: ["orders_a", "orders_b"],
      databases: { production: { host: "db.example.org", port: 5432, database: "orders" } },
      username: "ORDERS_USER",
      password: "ORDERS_PASSWORD",
    },
    { name: "sessions", group: "b", kind: "password", schedule: "0 4 * * 0", value: "SESSION_KEY" },
  ],
};

describe("the ESC environments of one environment", () => {
  const namesIn = (environment: string) => {
    const { kept, managing, composite } = escLayout(resolveCatalog(CATALOG), SETTINGS, environment);
    return [kept, managing, [composite]].map((ids) => ids.map(({ name }) => name.replace(/^app-\w+-?/, "")));
  };

  it("are values, ledger, what ESC rotates there, managing users of databases, and the composite", () => {
    deepEqual(namesIn("production"), [
      ["a", "b", "ledger", "rotated-orders", "rotated-sessions", "managing-orders"],
      ["managing-orders"],
      [""],
    ]);
    deepEqual(namesIn("staging"), [["a", "b", "ledger", "rotated-sessions"], [], [""]]);
  });

  it("are all read by the audit's team, and none is opened", () => {
    const { team, onValues, onComposites } = auditAccess(resolveCatalog(CATALOG), SETTINGS, "production");
    deepEqual(team, "app-program-audit");
    deepEqual(
      [...onValues, ...onComposites].map(({ level }) => level),
      Array(7).fill("read"),
    );
  });
});

describe("the matrix of what ESC rotates", () => {
  it("agrees with what is granted, for every mix of policies, with approvals and without", () => {
    const policy = record({
      name: constantFrom("p", "q", "r"),
      groups: subarray(["a", "b"], { minLength: 1 }),
      environments: subarray(["staging", "production"], { minLength: 1 }),
      identities: uniqueArray(record({ type: constantFrom("team" as const), name: constantFrom("x", "y") }), {
        minLength: 1,
        selector: ({ name }) => name,
      }),
      level: constantFrom(...LEVELS),
      why: constantFrom("why"),
    });
    const policies = uniqueArray(policy, { selector: ({ name }) => name });
    holds(
      property(policies, boolean(), (accessPolicies, approvals) => {
        const catalog = { ...CATALOG, accessPolicies };
        const settings = { ...SETTINGS, approvers: approvals ? ["security"] : [] };
        const granted = catalog.environments.flatMap((environment) =>
          [
            ...declaredAccess(resolveCatalog(catalog), settings, environment).teams,
            auditAccess(resolveCatalog(catalog), settings, environment),
          ]
            .flatMap(({ team, onValues }) =>
              onValues.map(({ environment: { name }, level }) => `${name} ${team} ${level}`),
            )
            .filter((line) => line.includes("-rotated-")),
        );
        const told = rightsOf(resolveCatalog(catalog), settings)
          .filter(({ rotator }) => rotator !== undefined)
          .map(
            ({ environment, rotator, identity, level }) =>
              `app-${environment}-rotated-${rotator} ${identity.name} ${level}`,
          );
        deepEqual(told.sort(), granted.sort());
      }),
    );
  });

  it("takes from each stack whether changes in its environments need an approval", () => {
    const accessPolicies = [
      {
        name: "ops",
        why: "w",
        groups: "all" as const,
        environments: CATALOG.environments,
        identities: [{ type: "team" as const, name: "ops" }],
        level: "write" as const,
      },
    ];
    const stacks = [
      { ...SETTINGS, environments: ["staging"] },
      { ...SETTINGS, approvers: ["security"] },
    ];
    const rights = rightsOf(resolveCatalog({ ...CATALOG, accessPolicies }), SETTINGS, stacks).filter(
      ({ identity, rotator }) => identity.name === "ops" && rotator === "sessions",
    );
    deepEqual(
      rights.map(({ environment, level }) => `${environment} ${level}`),
      ["staging write", "production open"],
    );
  });
});
