import { deepEqual, equal, match } from "node:assert/strict";
import { checkCatalog } from "../../../src/catalog/checks/check-catalog";
import { catalogWith, problemsOf } from "../catalog-with";

describe("app keys and paths", () => {
  it("pass when each is well formed and belongs to one secret", () => {
    const problems = problemsOf(
      { name: "A", appKeyAliases: ["a_old"] },
      { name: "B", path: "infrastructure.docker.token" },
      { name: "C", path: "infrastructure.docker.user", pulumiConfig: "user" },
    );
    deepEqual(problems, []);
  });

  it("are refused when application code could not write them", () => {
    for (const key of ["Upper", "1st", "with-hyphen", "with.dot", ""]) {
      for (const entry of [{ appKey: key, path: "p" }, { appKeyAliases: [key] }]) {
        const [first] = problemsOf({ name: "A", ...entry });
        equal(first, `A: its app key ${key} is not lower case, digits and _`);
      }
    }
  });

  it("are refused when they are words of the loader itself", () => {
    for (const key of ["get", "__proto__"])
      deepEqual(problemsOf({ name: "A", appKey: key }), [
        `A: its app key ${key} has a meaning of its own in the loader`,
      ]);
  });

  it("are refused when two secrets share an app key, naming both", () => {
    for (const second of [{ appKey: "a" }, { appKeyAliases: ["a"] }]) {
      const problems = problemsOf({ name: "A", path: "x" }, { name: "B", path: "y", ...second });
      equal(problems[0], "B: shares the app key a with A");
    }
  });

  it("are refused when two secrets share a key of Pulumi's config, naming both", () => {
    deepEqual(problemsOf({ name: "A", pulumiConfig: "k" }, { name: "B", pulumiConfig: "k" }), [
      "B: shares the pulumiConfig key k with A",
    ]);
  });

  it("are refused once when an alias repeats the secret's own app key, path or alias", () => {
    const refused = (key: string) => [
      `A: its app key alias ${key} is its app key, its path or another of its aliases already`,
    ];
    deepEqual(problemsOf({ name: "A", appKeyAliases: ["a"] }), refused("a"));
    deepEqual(problemsOf({ name: "A", path: "p.q", appKeyAliases: ["a"] }), refused("a"));
    deepEqual(problemsOf({ name: "A", path: "p", appKeyAliases: ["p"] }), refused("p"));
    deepEqual(problemsOf({ name: "A", appKeyAliases: ["b", "b"] }), refused("b"));
  });

  it("are refused when a path is none", () => {
    for (const path of ["", ".", "a.", ".a", "a..b", "a-b", "a b", "1a", "$" + "{a}"])
      deepEqual(problemsOf({ name: "A", path }), [`A: its path ${path} is not a path`]);
  });

  it("are refused when two secrets stand at one path", () => {
    deepEqual(problemsOf({ name: "A", path: "p.q" }, { name: "B", path: "p.q" }), [
      "B: has the same ESC path p.q as A",
    ]);
  });

  it("are refused when one path lies inside someone else's value, whoever's", () => {
    deepEqual(problemsOf({ name: "A", path: "p" }, { name: "B", path: "p.q.r" }), [
      "B: its ESC path p.q.r lies inside p, which is the value of A",
    ]);
    deepEqual(problemsOf({ name: "A", path: "p.q", appKeyAliases: ["p"] }), [
      "A: its ESC path p.q lies inside p, which is the value of A",
    ]);
    deepEqual(problemsOf({ name: "A", path: "p" }, { name: "B", path: "p_q" }), []);
  });

  it("do not matter for the pipeline's own credentials, which never stand in ESC", () => {
    deepEqual(problemsOf({ name: "A" }, { name: "B", appKey: "a", path: "-", bootstrap: true }), []);
  });

  it("may not stand under a root key that means something to ESC", () => {
    for (const root of ["environmentVariables", "files", "pulumiConfig", "imports", "context"]) {
      const [problem] = checkCatalog(catalogWith({ name: "A" }), root);
      equal(problem?.subject, "config appRoot");
      match(problem?.cause ?? "", new RegExp(`^${root} has a meaning`));
    }
  });
});
