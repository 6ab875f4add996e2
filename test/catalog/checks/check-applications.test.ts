import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { catalog } from "../../../secrets/catalog";
import type { Application, Groupings } from "../../../src/catalog/applications";
import { checkApplications as check } from "../../../src/catalog/checks/check-applications";
import { checkGroupings } from "../../../src/catalog/checks/check-groupings";
import { type Catalog, defineCatalog, resolveCatalog } from "../../../src/catalog/entry";

const small: Catalog = defineCatalog({
  environments: ["staging", "production"],
  groups: {
    keys: { description: "Keys", rotationDays: 90, owner: "Ops" },
    tokens: { description: "Tokens", rotationDays: 90, owner: "Ops" },
  },
  secrets: [
    { name: "PLAIN_KEY", group: "keys", appKeyAliases: ["other_key"] },
    { name: "PIPELINE_KEY", group: "keys", bootstrap: true },
  ],
  rotators: [
    { name: "session", kind: "password", group: "keys", schedule: "0 3 * * 0", value: "SESSION_KEY" },
  ],
  accessPolicies: [
    {
      name: "ops",
      why: "They run it",
      groups: ["keys"],
      environments: ["staging"],
      level: "open",
      identities: [],
    },
  ],
});
const checkApplications = (catalog: Catalog) => {
  const resolved = resolveCatalog(catalog);
  return [...check(resolved), ...checkGroupings(resolved)];
};
const backend: Application = {
  name: "backend",
  repository: "main",
  language: "python",
  path: "backend/core/auto_esc_config.py",
};
const problemsOf = (...applications: Application[]) => checkApplications({ ...small, applications });
const codesOf = (change: Partial<Application>) =>
  problemsOf({ ...backend, ...change }).map(({ code }) => code);
const groupingProblems = (groupings: Groupings) => checkApplications({ ...small, groupings });

describe("applications of a catalog", () => {
  it("are right in the one that is shipped", () => {
    deepEqual(checkApplications(catalog), []);
    ok((catalog.applications ?? []).length > 0 && Object.keys(catalog.groupings ?? {}).length > 0);
  });

  it("may name fewer groups and environments, another branch and the package", () => {
    deepEqual(
      codesOf({ groups: ["keys"], environments: ["staging"], branch: "develop", runtime: "package" }),
      [],
    );
  });

  for (const [what, change, code] of [
    [
      "the sync's own workflow",
      { githubActions: { workflow: ".github/workflows/sync_secrets.yml" } },
      "application-workflow",
    ],
    [
      "a workflow in a folder below",
      { githubActions: { workflow: ".github/workflows/a/b.yml" } },
      "application-workflow",
    ],
    [
      "a workflow with a wildcard",
      { githubActions: { workflow: ".github/workflows/*.yml" } },
      "application-workflow",
    ],
    ["a name with other characters", { name: "Back end" }, "application-name"],
    [
      "the name of an access policy whose environment it would share",
      { name: "ops", groups: ["keys"] },
      "application-name",
    ],
    ["a repository with its owner", { repository: "acme/main" }, "application-repository"],
    ["a path that leads out", { path: "../config.py" }, "application-path"],
    ["an absolute path", { path: "/config.py" }, "application-path"],
    ["a path into git's own folder", { path: ".git/config.py" }, "application-path"],
    ["a path of another language", { path: "src/secrets.ts" }, "application-path"],
    ["an unknown environment", { environments: ["prod"] }, "application-environment"],
    ["an unknown group", { groups: ["keys", "other"] }, "application-group"],
    ["no environment", { environments: [] }, "application-empty"],
    ["no group", { groups: [] }, "application-empty"],
  ] as const)
    it(`may not have ${what}`, () => {
      deepEqual(codesOf(change as Partial<Application>), [code]);
    });

  it("may not have a language that no loader is generated for", () => {
    deepEqual(codesOf({ language: "go" as "python" }), ["application-language"]);
    deepEqual(codesOf({ pydantic: true }), []);
    deepEqual(codesOf({ language: "typescript", path: "secrets.ts", pydantic: true }), [
      "application-pydantic",
    ]);
  });

  it("may not be two of one name, nor two of one file", () => {
    const other = { ...backend, name: "worker", path: "worker/config.py" };
    deepEqual(problemsOf(backend, other), []);
    deepEqual(
      problemsOf(backend, { ...other, name: "backend" }).map(({ cause }) => cause),
      ["another application has its name"],
    );
    deepEqual(
      problemsOf(backend, { ...other, path: backend.path }).map(({ cause }) => cause),
      ["another application has the file backend/core/auto_esc_config.py"],
    );
    deepEqual(problemsOf(backend, { ...other, path: backend.path, repository: "other" }), []);
  });
});

describe("applications and groupings that come as data", () => {
  it("are named with all that they lack or have too much", () => {
    const given = [{ name: "a", path: 3, owner: "x", runtime: "docker" }, null] as unknown as Application[];
    deepEqual(
      problemsOf(...given).map(({ subject, cause }) => `${subject} ${cause}`),
      [
        "application a has no repository",
        "application a has no language",
        "application a its path is not text",
        "application a its runtime is not included or package",
        "application a has a owner, which no application has",
        "application no. 2 is not a mapping",
      ],
    );
  });

  it("survive whatever stands there", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (applications, groupings) => {
        const data = { ...small, applications: applications ?? [], groupings: groupings ?? {} };
        for (const problem of checkApplications(data as unknown as Catalog)) ok(problem.code !== "");
      }),
    );
  });
});

describe("groupings of a catalog", () => {
  it("may ask for keys, aliases, rotated values and constants, nested", () => {
    deepEqual(
      groupingProblems({
        all: { a: "plain_key", b: { c: "other_key", d: "session_key" }, e: { constant: "x" } },
      }),
      [],
    );
  });

  it("may not ask for a key that is not there, or for the pipeline's own", () => {
    const [unknown, own] = groupingProblems({ all: { a: "plian_key", b: { c: "pipeline_key" } } });
    equal(unknown?.code, "grouping-key");
    ok(unknown?.remedy.startsWith("use plain_key, "));
    equal(own?.cause, "the catalog has no app key pipeline_key");
  });

  it("may not have a name that is none in Python, nor be empty", () => {
    deepEqual(
      groupingProblems({ "docker-hub": { "access-token": "plain_key" } }).map(({ cause }) => cause),
      ["docker-hub is not lower case, digits and _", "access-token is not lower case, digits and _"],
    );
    deepEqual(
      groupingProblems({ docker: {} }).map(({ code }) => code),
      ["grouping-empty"],
    );
  });
});
