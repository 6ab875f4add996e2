import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import { catalog } from "../../../secrets/catalog";
import { checkCatalog } from "../../../src/catalog/checks/check-catalog";
import { defineCatalog, resolveCatalog } from "../../../src/catalog/entry";
import { SENTINEL } from "../../../src/catalog/layout";
import { describeProblems } from "../../../src/errors";
import { catalogWith, problemsOf } from "../catalog-with";

describe("the catalog's rules", () => {
  it("find nothing wrong with Sophia's catalog", () => {
    deepEqual(checkCatalog(resolveCatalog(catalog), "sophia"), []);
  });

  it("refuse an unknown group, environment or format, naming the known ones", () => {
    const problems = checkCatalog(
      catalogWith({ name: "A", group: "kees", environments: ["prod"], format: "uuid" }),
      "app",
    );
    deepEqual(
      problems.map(({ subject: thing, cause }) => [thing, cause]),
      [
        ["A", "names an unknown group: kees"],
        ["A", "names an unknown format: uuid"],
        ["A", "names an unknown environment: prod"],
      ],
    );
    equal(problems[0]?.remedy, "use one of keys");
    equal(problems[2]?.remedy, "use one of staging, production");
  });

  it("do not take a word every object has for a group or format", () => {
    for (const word of ["constructor", "toString", "__proto__"]) {
      deepEqual(problemsOf({ name: "A", group: word, format: word, default: "x", credential: false }), [
        `A: names an unknown group: ${word}`,
        `A: names an unknown format: ${word}`,
      ]);
    }
  });

  it("refuse a limit of changes that is not a number of values", () => {
    for (const changeLimit of [0, -1, 1.5, Number.NaN])
      deepEqual(
        checkCatalog(resolveCatalog({ ...catalog, changeLimit }), "sophia").map(
          ({ subject: thing }) => thing,
        ),
        ["changeLimit"],
      );
    deepEqual(checkCatalog(resolveCatalog({ ...catalog, changeLimit: 3 }), "sophia"), []);
  });

  it("refuse environments that would be one job of the workflow", () => {
    const of = (...environments: string[]) =>
      checkCatalog({ ...catalogWith(), environments }, "app").map(
        ({ subject: thing, cause }) => `${thing}: ${cause}`,
      );
    deepEqual(of("a.b", "a_b", "production"), [
      "environments a.b and a_b: would be one job, a_b, in the workflow, whose job ids may not contain dots",
    ]);
    ok((of("2.eu", "_2_eu")[0] ?? "").startsWith("environments 2.eu and _2_eu: "));
    deepEqual(of("a.b", "ab"), []);
  });

  it("refuse an entry in no environment", () => {
    deepEqual(problemsOf({ name: "A", environments: [] }), ["A: is in no environment"]);
  });

  it("refuse a rotation interval that is not a number of days", () => {
    for (const rotationDays of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      deepEqual(problemsOf({ name: "A", rotationDays }), ["A: has no rotation interval"]);
    deepEqual(problemsOf({ name: "A", rotationDays: 1 }), []);
  });

  it("refuse repositories that GitHub would ignore", () => {
    for (const visibility of ["all", "private"]) {
      const cause = `names repositories, which GitHub ignores when visibility is ${visibility}`;
      deepEqual(problemsOf({ name: "A", visibility, repositories: ["r"] }), [`A: ${cause}`]);
    }
    deepEqual(problemsOf({ name: "A", visibility: "selected", repositories: ["r"] }, { name: "B" }), []);
  });

  it("refuse a default that is not a value or has the wrong format, without quoting it", () => {
    for (const value of ["", SENTINEL])
      deepEqual(problemsOf({ name: "A", default: value, credential: false }), [
        "A: its default is empty or the placeholder",
      ]);
    const problems = problemsOf({ name: "A", format: "number", default: "hidden", credential: false });
    deepEqual(problems, ["A: its default must be digits only"]);
    deepEqual(problemsOf({ name: "A", format: "number", default: "1", credential: false }), []);
  });

  it("refuse a default of a credential: whoever reads the catalog would have it", () => {
    deepEqual(problemsOf({ name: "A", default: "hidden" }), [
      "A: is a credential with a default, which everyone who can read this repository reads",
    ]);
  });

  it("refuse a group that shares a name with the pipeline's own environments, or cannot be a name", () => {
    const group = { description: "", rotationDays: 1, owner: "" };
    for (const name of ["ledger", "sync", "application", "Upper", "a/b", "a b", "-a", ""]) {
      const [problem, ...others] = checkCatalog(
        resolveCatalog({ environments: ["e"], groups: { [name]: group }, secrets: [] }),
        "app",
      );
      equal(others.length, 0);
      equal(problem?.subject, `group ${name}`);
    }
  });

  it("report all problems at once, each with thing, cause and remedy", () => {
    const problems = checkCatalog(
      catalogWith(
        { name: "GITHUB_A", group: "none" },
        { name: "B", aliases: ["C"], rotationDays: 0 },
        { name: "C", path: "x y", environments: [] },
      ),
      "files",
    );
    deepEqual(problems.map(({ subject: thing }) => thing).sort(), [
      "B",
      "C",
      "C",
      "C",
      "GITHUB_A",
      "GITHUB_A",
      "config appRoot",
    ]);
    const text = describeProblems("secrets/catalog.ts", problems);
    const [heading, ...lines] = text.split("\n");
    equal(heading, "secrets/catalog.ts: 7 problems");
    equal(lines.length, 7);
    for (const line of lines) ok(/^ {2}\[[a-z-]+\] .+: .+\. Remedy: .+$/.test(line), line);
    doesNotMatch(text, /undefined/);
  });
});

describe("the compiler", () => {
  const groups = { keys: { description: "", rotationDays: 1, owner: "" } };
  const environments = ["staging", "production"] as const;

  it("refuses an entry that names a group, environment or format that is not there", () => {
    // @ts-expect-error no such group
    defineCatalog({ environments, groups, secrets: [{ name: "A", group: "kees" }] });
    // @ts-expect-error no such environment
    defineCatalog({ environments, groups, secrets: [{ name: "A", group: "keys", environments: ["prod"] }] });
    // @ts-expect-error no such format
    defineCatalog({ environments, groups, secrets: [{ name: "A", group: "keys", format: "uuid" }] });
    // @ts-expect-error no such visibility
    defineCatalog({ environments, groups, secrets: [{ name: "A", group: "keys", visibility: "public" }] });
    // @ts-expect-error a group is needed
    defineCatalog({ environments, groups, secrets: [{ name: "A" }] });
    // @ts-expect-error bootstrap is said or left out
    defineCatalog({ environments, groups, secrets: [{ name: "A", group: "keys", bootstrap: false }] });
  });

  it("takes an entry with a name and a group, and one that says everything", () => {
    const { secrets } = defineCatalog({
      environments,
      groups,
      secrets: [
        { name: "A", group: "keys" },
        {
          name: "B",
          group: "keys",
          aliases: ["C"],
          appKey: "b_key",
          appKeyAliases: ["b_old"],
          path: "b.key",
          owner: "Ops",
          rotationDays: 30,
          format: "number",
          visibility: "selected",
          repositories: ["r"],
          environments: ["production"],
          required: false,
          default: "1",
          pulumiConfig: "b",
          note: "all there is",
        },
      ],
    });
    equal(secrets.length, 2);
  });
});
