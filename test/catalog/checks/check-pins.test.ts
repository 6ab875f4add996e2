import { deepEqual, equal, match } from "node:assert/strict";
import { checkPins } from "../../../src/catalog/checks/check-stacks";
import { renderComposite } from "../../../src/catalog/esc-environments";
import type { Settings } from "../../../src/catalog/settings";

const problemsOf = (compositeTags: Record<string, string>) =>
  checkPins({ compositeTags, environments: ["production"] } as unknown as Settings);

describe("composites that are pinned to a tag", () => {
  it("import every group at that tag, and the newest without one", () => {
    const naming = { escProject: "default", application: "app" };
    equal(
      renderComposite(naming, "production", ["b", "a"], "run-123"),
      "imports:\n  - default/app-production-a@run-123\n  - default/app-production-b@run-123\n",
    );
    equal(renderComposite(naming, "production", ["a"]), "imports:\n  - default/app-production-a\n");
  });

  it("may be any that this stack owns, at tags of the sync and of people", () => {
    for (const tag of ["run-123", "run-123-2", "hand-20260801T100000Z", "stable", "v1.2"])
      deepEqual(problemsOf({ production: tag }), [], tag);
    deepEqual(problemsOf({}), []);
  });

  it("are refused for an environment of another stack, naming both", () => {
    const [problem, ...more] = problemsOf({ staging: "run-1" });
    deepEqual([problem?.subject, more], ["config compositeTags.staging", []]);
    match(`${problem?.cause} ${problem?.remedy}`, /does not own.*production/);
  });

  it("are refused at a revision's number, which is another in each group, and at latest, which pins nothing", () => {
    for (const tag of ["3", "latest", "1st"]) {
      const [problem] = problemsOf({ production: tag });
      match(problem?.cause ?? "", /is not a tag that all groups can have/, tag);
      match(problem?.remedy ?? "", /sophia-secrets history production/);
    }
    equal(problemsOf({ staging: "3" }).length, 2);
  });
});
