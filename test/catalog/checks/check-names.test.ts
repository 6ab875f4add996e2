import { deepEqual, equal, match } from "node:assert/strict";
import { checkCatalog } from "../../../src/catalog/checks/check-catalog";
import { catalogWith, problemsOf } from "../catalog-with";

describe("a secret's name", () => {
  it("passes when GitHub stores it as it is written", () => {
    for (const name of ["A", "_A", "A_1", "GH_TOKEN", "GITHUBTOKEN", "MY_PATH"]) {
      deepEqual(problemsOf({ name }), [], name);
      deepEqual(problemsOf({ name: "OTHER", aliases: [name] }), [], name);
    }
  });

  it("is refused when GitHub would refuse or change it", () => {
    for (const name of ["lower_case", "1ST", "WITH-HYPHEN", "WITH SPACE", "ÄRGER", ""]) {
      const problems = problemsOf({ name, appKey: "key" });
      deepEqual(problems, [`${name}: is not a name GitHub stores: upper case letters, digits and _`]);
    }
  });

  it("is refused with the GH_ form as the remedy when it begins with GITHUB_", () => {
    for (const name of ["GITHUB_TOKEN", "github_token"]) {
      const [problem, ...others] = checkCatalog(catalogWith({ name, appKey: "github_token" }), "app");
      equal(others.length, 0);
      equal(problem?.cause, "GitHub refuses secrets whose name begins with GITHUB_");
      match(problem?.remedy ?? "", /GH_token and keep the application's name as appKey/i);
    }
  });

  it("is refused when a program would obey it, saying which", () => {
    const cause = "as an environment variable it changes how a process runs: obeyed by";
    deepEqual(problemsOf({ name: "NODE_OPTIONS" }), [
      `NODE_OPTIONS: ${cause} Node.js (nodejs.org, Command-line API)`,
    ]);
    for (const name of ["PATH", "LD_PRELOAD", "BASH_ENV", "RUNNER_TEMP", "PIP_INDEX_URL", "HTTPS_PROXY"])
      match(problemsOf({ name }).join(), new RegExp(`^${name}: ${cause} `));
  });

  it("is refused as an alias too, naming the entry and the alias", () => {
    deepEqual(problemsOf({ name: "A", aliases: ["GITHUB_A", "PATH"] }), [
      "A (GITHUB_A): GitHub refuses secrets whose name begins with GITHUB_",
      "A (PATH): as an environment variable it changes how a process runs: obeyed by every program, to find programs, files and people",
    ]);
  });

  it("is refused when two entries carry it", () => {
    deepEqual(problemsOf({ name: "A" }, { name: "A", appKey: "other" }), [
      "A: is 2 times in the catalog: as two entries, or as its own alias or old name",
    ]);
  });

  it("is refused as its own alias, once", () => {
    const cause = "is 2 times in the catalog: as two entries, or as its own alias or old name";
    deepEqual(problemsOf({ name: "A", aliases: ["A"] }), [`A: ${cause}`]);
    deepEqual(problemsOf({ name: "A", aliases: ["B", "B"] }), [
      "B: is 2 times in the catalog: as two entries, or as its own alias or old name",
    ]);
  });

  it("is refused as the alias of another entry, naming both", () => {
    deepEqual(problemsOf({ name: "A", aliases: ["B"] }, { name: "B" }), [
      "B: means several entries at once (name, alias or old name of A and B)",
    ]);
    deepEqual(problemsOf({ name: "A", aliases: ["C"] }, { name: "B", aliases: ["C"] }), [
      "C: means several entries at once (name, alias or old name of A and B)",
    ]);
  });

  it("is refused in a loop of aliases, naming both at each name", () => {
    deepEqual(problemsOf({ name: "A", aliases: ["B"] }, { name: "B", aliases: ["A"] }), [
      "A: means several entries at once (name, alias or old name of A and B)",
      "B: means several entries at once (name, alias or old name of A and B)",
    ]);
  });

  it("is compared as GitHub compares: without case", () => {
    deepEqual(problemsOf({ name: "A" }, { name: "B", aliases: ["a"] }), [
      "B (a): is not a name GitHub stores: upper case letters, digits and _",
      "A: means several entries at once (name, alias or old name of A and B)",
    ]);
  });
});
