import { deepEqual } from "node:assert/strict";
import { array, assert as check, constantFrom, property, record, subarray } from "fast-check";
import { rightsOf } from "../../src/access/access-matrix";
import { sharedValues, wideningsOf } from "../../src/access/shared-values";
import type { AccessPolicy, Level } from "../../src/catalog/access-policy";
import { LEVELS } from "../../src/catalog/access-policy";
import { checkCatalog } from "../../src/catalog/checks/check-catalog";
import { checkSharing } from "../../src/catalog/checks/check-sharing";
import { type Catalog, type Entry, resolveCatalog } from "../../src/catalog/entry";
import { SETTINGS } from "../cli/small-organization";

const TODAY = "2026-08-01";
const ENVIRONMENTS = ["development", "staging", "production"];
const policy = (name: string, environments: readonly string[], more: Partial<AccessPolicy> = {}) => ({
  name,
  why: "They need it",
  groups: "all" as const,
  environments,
  identities: [{ type: "user" as const, name }],
  level: "open" as Level,
  ...more,
});
const having = (secrets: readonly Entry[], accessPolicies: readonly AccessPolicy[], because?: string) =>
  resolveCatalog({
    environments: ENVIRONMENTS,
    groups: {
      keys: {
        description: "Keys",
        rotationDays: 90,
        owner: "Ops",
        ...(because === undefined ? {} : { sharedBecause: because }),
      },
      other: { description: "Other", rotationDays: 90, owner: "Ops" },
    },
    secrets,
    accessPolicies,
  } as Catalog);
const KEY = { name: "A_KEY", group: "keys" };
const DEVELOPERS = policy("developer", ["development"]);
const ADMINS = policy("admin", ENVIRONMENTS);

describe("a value that deployment environments share", () => {
  it("names who gets the others' by opening one, and by which policy", () => {
    deepEqual(sharedValues(having([KEY], [ADMINS, DEVELOPERS]), TODAY), [
      {
        name: "A_KEY",
        group: "keys",
        environments: ENVIRONMENTS,
        reason: undefined,
        gains: [
          {
            identity: { type: "user", name: "developer" },
            opens: ["development"],
            reaches: ["staging", "production"],
            policies: ["developer"],
          },
        ],
      },
    ]);
  });

  it("is none where all may open the same, where it has a value per environment, and where it is public", () => {
    const none = (secrets: readonly Entry[], ...policies: AccessPolicy[]) =>
      deepEqual(sharedValues(having(secrets, policies), TODAY), []);
    none([KEY], ADMINS);
    none([KEY], policy("auditor", ["production"], { level: "read" }));
    none([KEY], policy("developer", ["development"], { groups: ["other"] }));
    none([{ ...KEY, perEnvironment: true }], DEVELOPERS);
    none([{ ...KEY, environments: ["development"] }], DEVELOPERS);
    none([{ ...KEY, credential: false }], DEVELOPERS);
    none([{ ...KEY, bootstrap: true }], DEVELOPERS);
    none([{ ...KEY, tombstone: TODAY }], DEVELOPERS);
  });

  it("goes by all policies of a person together", () => {
    const both = [
      DEVELOPERS,
      policy("second", ["staging", "production"], { identities: DEVELOPERS.identities }),
    ];
    deepEqual(sharedValues(having([KEY], both), TODAY), []);
  });

  it("is told of exactly those whom the access matrix opens some of its environments and not all", () => {
    const policies = array(
      record({
        name: constantFrom("p", "q", "r"),
        why: constantFrom("They need it"),
        groups: constantFrom<"all" | string[]>("all", ["keys"], ["other"]),
        environments: subarray(ENVIRONMENTS, { minLength: 1 }),
        identities: subarray(
          [
            { type: "user" as const, name: "ann" },
            { type: "user" as const, name: "bob" },
            { type: "team" as const, name: "ann" },
          ],
          { minLength: 1 },
        ),
        level: constantFrom(...LEVELS),
      }),
      { maxLength: 4 },
    );
    check(
      property(policies, subarray(ENVIRONMENTS, { minLength: 1 }), (accessPolicies, environments) => {
        const catalog = having([{ ...KEY, environments }], accessPolicies);
        const rights = rightsOf(catalog, SETTINGS).filter(
          ({ group, level, because }) =>
            group === "keys" && level !== "read" && !because.some((each) => each.policy.startsWith("(")),
        );
        const who = new Set(rights.map(({ identity: { type, name } }) => `${type} ${name}`));
        const expected = [...who].filter((each) => {
          const open = rights.filter(
            ({ environment, identity: { type, name } }) =>
              environments.includes(environment) && `${type} ${name}` === each,
          );
          return open.length > 0 && open.length < environments.length;
        });
        const told = sharedValues(catalog, TODAY).flatMap(({ gains }) =>
          gains.map(({ identity: { type, name } }) => `${type} ${name}`),
        );
        deepEqual(told, expected.sort());
      }),
    );
  });

  it("is told once for all credentials of which the same people gain the same", () => {
    const secrets = [
      KEY,
      { name: "B_KEY", group: "keys" },
      { name: "C_KEY", group: "other", environments: ["development", "staging"] },
    ];
    deepEqual(
      wideningsOf(sharedValues(having(secrets, [DEVELOPERS]), TODAY)).map(
        ({ policy: by, reaches, names }) => [by, reaches, names],
      ),
      [
        ["developer", ["staging", "production"], ["A_KEY", "B_KEY"]],
        ["developer", ["staging"], ["C_KEY"]],
      ],
    );
  });
});

describe("an access policy that opens more than it names", () => {
  const codes = (secrets: readonly Entry[], because?: string) =>
    checkSharing(having(secrets, [ADMINS, DEVELOPERS], because), TODAY).map(({ code, subject }) => [
      code,
      subject,
    ]);

  it("is refused, unless the values are separate or the entry or its group says why they are not", () => {
    deepEqual(codes([KEY]), [["audience-widened", "access policy developer"]]);
    deepEqual(codes([{ ...KEY, perEnvironment: true }]), []);
    deepEqual(codes([{ ...KEY, sharedBecause: "The vendor gives one key an account" }]), []);
    deepEqual(codes([KEY], "The vendor gives one key an account"), []);
    deepEqual(codes([KEY, { ...KEY, name: "B_KEY", group: "other" }], "One key an account"), [
      ["audience-widened", "access policy developer"],
    ]);
  });

  it("needs a reason that says something, of a value that is shared", () => {
    const problems = (secrets: readonly Entry[], because?: string) =>
      checkCatalog(having(secrets, [], because), "app")
        .filter(({ code }) => /reason|shared/.test(code))
        .map(({ code, subject }) => [code, subject]);
    deepEqual(problems([{ ...KEY, sharedBecause: " " }]), [["reason-missing", "A_KEY"]]);
    deepEqual(problems([KEY], "\t"), [["reason-missing", "group keys"]]);
    deepEqual(problems([{ ...KEY, perEnvironment: true, sharedBecause: "It is one" }]), [
      ["shared-per-environment", "A_KEY"],
    ]);
    deepEqual(problems([{ ...KEY, perEnvironment: true }], "It is one"), []);
  });
});
