import { deepEqual, equal, match } from "node:assert/strict";
import { constantFrom, assert as holds, property, record, subarray, uniqueArray } from "fast-check";
import { ACCESS_POLICIES } from "../../secrets/access-policies";
import { rightsOf } from "../../src/access/access-matrix";
import {
  openDefault,
  permissionReplaced,
  unknownDefault,
  withoutTeams,
} from "../../src/access/declared-access";
import { accessOf } from "../../src/access/team-access";
import { type AccessPolicy, LEVELS } from "../../src/catalog/access-policy";
import { longerDuration, secondsOf } from "../../src/catalog/dates";
import { type Catalog, defineCatalog, resolveCatalog } from "../../src/catalog/entry";
import { pathOf } from "../../src/catalog/layout";
import { parseSettings, type Settings } from "../../src/catalog/settings";
import { diagnosticLine } from "../../src/errors";

const SOPHIA = { escProject: "default", application: "sophia-ai" };
const HERE = "default/sophia-ai-production";
const GROUPS = ["a", "b"];
const POLICY: AccessPolicy = {
  name: "people",
  why: "They work on it",
  groups: "all",
  environments: ["production"],
  identities: [{ type: "user", name: "ann" }],
  level: "open",
};

const access = (...policies: AccessPolicy[]) => accessOf(SOPHIA, "production", GROUPS, policies);
/** `level environment` of a team, by the end of its name. */
function grantsOf(team: string, ...policies: AccessPolicy[]) {
  const found = access(...policies).teams.find(
    ({ team: name }) => name === team || name.endsWith(`-${team}`),
  );
  return [...(found?.onValues ?? []), ...(found?.onComposites ?? [])].map(
    ({ environment, level, maxOpenDuration }) =>
      `${level} ${pathOf(environment).replace(HERE, "")}${maxOpenDuration === undefined ? "" : ` ${maxOpenDuration}`}`,
  );
}

describe("access to one environment without policies", () => {
  it("lets the sync write the values and the ledger, and not even see the composite", () => {
    deepEqual(grantsOf("sync"), ["write -a", "write -b", "write -ledger"]);
  });

  it("lets the application open the composite and what it imports, and write nothing", () => {
    deepEqual(grantsOf("application"), ["open -a", "open -b", "open "]);
  });

  it("gives nobody else anything", () => {
    deepEqual(
      access().teams.map(({ team }) => team),
      ["sophia-ai-production-application", "sophia-ai-production-sync"],
    );
    deepEqual(access().audiences, []);
  });
});

describe("an access policy", () => {
  it("of all groups gets the whole composite, written out or not, and reads the ledger", () => {
    const expected = ["open -a", "open -b", "read -ledger", "open "];
    deepEqual(grantsOf("people-open", POLICY), expected);
    deepEqual(grantsOf("people-open", { ...POLICY, groups: ["b", "a"] }), expected);
    deepEqual(access({ ...POLICY, groups: ["b", "a"] }).audiences, []);
  });

  it("of some groups gets a composite of its own, and no right on the whole one or on foreign groups", () => {
    const some = { ...POLICY, groups: ["b"] };
    deepEqual(grantsOf("people-open", some), ["open -b", "read -ledger", "open -for-people"]);
    deepEqual(access(some).audiences, [
      {
        policy: "people",
        environment: { project: "default", name: "sophia-ai-production-for-people" },
        groups: ["b"],
      },
    ]);
  });

  it("never lets anybody write a composite or the ledger, whatever its level", () => {
    deepEqual(grantsOf("people-admin", { ...POLICY, level: "admin" }), [
      "admin -a",
      "admin -b",
      "read -ledger",
      "open ",
    ]);
    deepEqual(grantsOf("people-read", { ...POLICY, level: "read" }), [
      "read -a",
      "read -b",
      "read -ledger",
      "read ",
    ]);
  });

  it("counts in its environments alone", () => {
    equal(accessOf(SOPHIA, "staging", GROUPS, [POLICY]).teams.length, 2);
  });

  it("gives a team made elsewhere the highest level and the longest time of all that name it", () => {
    const identities = [{ type: "team", name: "ops" }] as const;
    const short = { ...POLICY, identities, maxOpenDuration: "30m" };
    const long = { ...short, name: "more", groups: ["a"], maxOpenDuration: "2h" };
    const reads = { ...POLICY, identities, name: "look", level: "read" } as const;
    deepEqual(grantsOf("ops", short, long, reads), [
      "open -a 2h",
      "open -b 30m",
      "read -ledger",
      "open  30m",
      "open -for-more 2h",
    ]);
    const { maxOpenDuration: _, ...unlimited } = short;
    deepEqual(grantsOf("ops", long, unlimited).slice(0, 2), ["open -a", "read -ledger"]);
    equal(access(short, long).teams.length, 3);
  });
});

describe("the matrix", () => {
  const catalog: Catalog = {
    environments: ["staging", "production"],
    groups: {
      a: { description: "", rotationDays: 1, owner: "o" },
      b: { description: "", rotationDays: 1, owner: "o" },
    },
    secrets: [],
  };
  const matrix = (...accessPolicies: AccessPolicy[]) =>
    rightsOf(resolveCatalog({ ...catalog, accessPolicies }), SETTINGS);

  it("says union and every reason of somebody whom two policies name", () => {
    const writes = { ...POLICY, name: "fixers", why: "They fix it", groups: ["b"], level: "write" } as const;
    const ann = matrix(POLICY, writes).filter(({ identity }) => identity.name === "ann");
    deepEqual(
      ann.map(({ environment, group, level, because }) => [
        environment,
        group,
        level,
        because.map((each) => each.why),
      ]),
      [
        ["production", "a", "open", ["They work on it"]],
        ["production", "b", "write", ["They work on it", "They fix it"]],
      ],
    );
  });

  it("has the program's own teams in it", () => {
    const own = matrix().filter(({ environment, group }) => environment === "staging" && group === "a");
    deepEqual(
      own.map(({ identity, level }) => [identity.name, level]),
      [
        ["app-staging-application", "open"],
        ["app-staging-sync", "write"],
      ],
    );
  });

  it("agrees with what is granted, for every mix of policies", () => {
    const policy = record({
      name: constantFrom("p", "q", "r"),
      groups: subarray(["a", "b"], { minLength: 1 }),
      environments: subarray(["staging", "production"], { minLength: 1 }),
      identities: uniqueArray(
        record({ type: constantFrom("user" as const, "team" as const), name: constantFrom("ann", "bob") }),
        { minLength: 1, selector: ({ type, name }) => `${type} ${name}` },
      ),
      level: constantFrom(...LEVELS),
      why: constantFrom("why"),
    });
    holds(
      property(uniqueArray(policy, { selector: ({ name }) => name }), (policies) => {
        const granted = new Set(
          catalog.environments.flatMap((environment) =>
            accessOf(SETTINGS, environment, ["a", "b"], policies).teams.flatMap(({ team, own, onValues }) =>
              onValues.flatMap(({ environment: id, level }) => {
                const group = id.name.replace(`app-${environment}-`, "");
                const who = own?.members?.map((login) => `user ${login}`) ?? [`team ${team}`];
                return group === "ledger"
                  ? []
                  : who.map((each) => `${environment} ${group} ${each} ${level}`);
              }),
            ),
          ),
        );
        // Of somebody in several teams the highest counts.
        const highest = [...granted].filter((line) => {
          const [place, level] = [line.replace(/ \w+$/, ""), line.split(" ").at(-1) ?? ""];
          const above = LEVELS.slice((LEVELS as readonly string[]).indexOf(level) + 1);
          return !above.some((each) => granted.has(`${place} ${each}`));
        });
        const told = rightsOf(resolveCatalog({ ...catalog, accessPolicies: policies }), SETTINGS).map(
          ({ environment, group, identity, level }) =>
            `${environment} ${group} ${identity.type} ${identity.name} ${level}`,
        );
        deepEqual(told.sort(), highest.sort());
      }),
    );
  });
});

const SETTINGS = parseSettings({
  githubOrganization: "acme",
  pulumiOrganization: "acme",
  application: "app",
  appRoot: "app",
  environments: '["production"]',
  organizationStack: "production",
  carriers: '["carrier"]',
}).settings as Settings;

describe("what preview says of access", () => {
  it("names all that an edition without teams leaves out, and what the sync needs there", () => {
    const team = withoutTeams({ ...SETTINGS, edition: "team" }, ACCESS_POLICIES);
    for (const each of [
      "team has no teams",
      ...ACCESS_POLICIES.map(({ name }) => name),
      "maxOpenDuration",
      "default environment permission",
      "set syncAuthentication to token",
      "an organization's access token",
    ])
      equal(diagnosticLine(team).includes(each), true, each);
    const alone = withoutTeams({ ...SETTINGS, edition: "individual" }, []);
    equal(alone.remedy.includes("a personal access token"), true);
    const stored = withoutTeams({ ...SETTINGS, edition: "team", syncAuthentication: "token" }, []);
    equal(diagnosticLine(stored).includes("syncAuthentication"), false);
  });

  it("says which permission is taken away for a moment", () => {
    const grant = { environment: { project: "default", name: "x" }, level: "write" } as const;
    const { subject, cause } = permissionReplaced("ops", { level: "open", maxOpenDuration: "8h0m0s" }, grant);
    equal(subject, "team ops on default/x");
    match(cause, /^open for 8h0m0s -> write: /);
  });

  it("says what everybody has by default and how to end it, or why it is not known and what asks", () => {
    const { subject, cause, remedy } = openDefault("acme", "write");
    deepEqual([subject, remedy], ["acme", "./sophia-secrets access --close-default, when all stacks are up"]);
    match(cause, /is write: .* makes every access policy moot$/);
    match(openDefault("acme", "read").cause, /is read: .* shows everybody every name$/);
    const unknown = unknownDefault("acme", "no answer");
    match(unknown.cause, /could not be asked: no answer$/);
    equal(unknown.remedy, "./sophia-secrets access shows it");
  });
});

describe("durations", () => {
  it("are hours, minutes and seconds, in that order, and more than none", () => {
    deepEqual(["8h", "1h30m", "45s", "1h0m0s"].map(secondsOf), [28800, 5400, 45, 3600]);
    for (const text of ["", "0s", "8", "1d", "30m1h", "-1h", "1.5h", "8h "])
      equal(secondsOf(text), undefined, text);
  });

  it("are longest without limit", () => {
    equal(longerDuration("59m", "1h"), "1h");
    equal(longerDuration("60m", "1h"), "60m");
    equal(longerDuration(undefined, "1h"), undefined);
    equal(longerDuration("1h", undefined), undefined);
  });
});

describe("policies of a catalog", () => {
  it("do not compile with a group, environment or level that is not there", () => {
    const parts = {
      environments: ["production"],
      groups: { a: { description: "", rotationDays: 1, owner: "o" } },
      secrets: [],
    } as const;
    const identities = [{ type: "user", name: "ann" }] as const;
    const right = {
      name: "p",
      why: "w",
      groups: ["a"],
      environments: ["production"],
      identities,
      level: "open",
    } as const;
    defineCatalog({ ...parts, accessPolicies: [right] });
    // @ts-expect-error no such group
    defineCatalog({ ...parts, accessPolicies: [{ ...right, groups: ["b"] }] });
    // @ts-expect-error no such environment
    defineCatalog({ ...parts, accessPolicies: [{ ...right, environments: ["staging"] }] });
    // @ts-expect-error no such level
    defineCatalog({ ...parts, accessPolicies: [{ ...right, level: "own" }] });
    // @ts-expect-error it must say why
    defineCatalog({ ...parts, accessPolicies: [{ ...right, why: undefined }] });
  });
});
