import assert from "node:assert/strict";
import { passesFilter } from "../../sandbox/runner/filter-pattern";
import type { WorkflowEvent } from "../../sandbox/runner/run-request";
import { fires } from "../../sandbox/runner/triggers";
import { parseWorkflow } from "../../sandbox/runner/workflow-file";

const JOBS = "jobs: { work: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }";

function starts(on: string, event: Partial<WorkflowEvent>): boolean {
  const whole = {
    name: "push",
    ref: "refs/heads/main",
    sha: "0",
    changedPaths: ["a.ts"],
    actor: "a",
    ...event,
  };
  return fires(parseWorkflow("w.yml", `on: ${on}\n${JOBS}`).on, whole as WorkflowEvent);
}

describe("runner: filter patterns", () => {
  // The examples of GitHub's filter pattern cheat sheet.
  const cases: [pattern: string, value: string, matches: boolean][] = [
    ["feature/*", "feature/my-branch", true],
    ["feature/*", "feature/beta-a/my-branch", false],
    ["feature/**", "feature/beta-a/my-branch", true],
    ["*", "main", true],
    ["*", "releases/v1", false],
    ["**", "all/the/branches", true],
    ["*feature", "ver-10-feature", true],
    ["v2*", "v2.9", true],
    ["v[12].[0-9]+.[0-9]+", "v1.10.1", true],
    ["v[12].[0-9]+.[0-9]+", "v3.0.0", false],
    ["*.jsx?", "page.js", true],
    ["*.jsx?", "page.jsx", true],
    ["*.jsx?", "page.jsxx", false],
    ["**.js", "src/js/app.js", true],
    ["docs/*", "docs/mona/hello.md", false],
    ["docs/**/*.md", "docs/hello.md", true],
    ["docs/**/*.md", "docs/a/markdown/file.md", true],
    ["**/docs/**", "docs/hello.md", true],
    ["**/docs/**", "space/docs/plan/space.doc", true],
    ["**/README.md", "README.md", true],
    ["**/*src/**", "my-src/code/js/app.js", true],
    ["**/*-post.md", "path/their-post.md", true],
    ["a.b", "axb", false],
    ["a\\*b", "a*b", true],
    ["a\\*b", "axb", false],
  ];
  for (const [pattern, value, matches] of cases) {
    it(`${matches ? "matches" : "does not match"} ${value} with ${pattern}`, () => {
      assert.equal(passesFilter(value, [pattern]), matches);
    });
  }
  it("lets the last matching pattern decide", () => {
    assert.equal(passesFilter("releases/10-alpha", ["releases/**", "!releases/**-alpha"]), false);
    assert.equal(passesFilter("releases/10-alpha", ["!releases/**-alpha", "releases/**"]), true);
  });
});

describe("runner: triggers", () => {
  it("starts on a push whatever form `on` has", () => {
    assert.ok(starts("push", {}));
    assert.ok(starts("[push, workflow_dispatch]", {}));
    assert.ok(starts("{ push: }", {}));
    assert.ok(!starts("workflow_dispatch", {}));
  });
  it("reads branches and branches-ignore", () => {
    assert.ok(starts("{ push: { branches: [main, 'release/**'] } }", {}));
    assert.ok(!starts("{ push: { branches: [main] } }", { ref: "refs/heads/other" }));
    assert.ok(!starts("{ push: { branches-ignore: ['ma*'] } }", {}));
    assert.ok(starts("{ push: { branches-ignore: [other] } }", {}));
  });
  it("starts a workflow that names branches on no tag, and one that names tags on no branch", () => {
    assert.ok(!starts("{ push: { branches: ['**'] } }", { ref: "refs/tags/v1" }));
    assert.ok(!starts("{ push: { tags: ['v*'] } }", {}));
    assert.ok(starts("{ push: { tags: ['v*'] } }", { ref: "refs/tags/v1" }));
  });
  it("reads paths and paths-ignore", () => {
    const changed = (changedPaths: string[]) => ({ name: "push", changedPaths }) as Partial<WorkflowEvent>;
    assert.ok(starts("{ push: { paths: ['**.ts'] } }", changed(["src/a.ts", "b.md"])));
    assert.ok(!starts("{ push: { paths: ['**.ts', '!src/**'] } }", changed(["src/a.ts"])));
    assert.ok(!starts("{ push: { paths-ignore: ['docs/**'] } }", changed(["docs/a.md"])));
    assert.ok(starts("{ push: { paths-ignore: ['docs/**'] } }", changed(["docs/a.md", "a.ts"])));
  });
  it("fires a schedule only for its own cron", () => {
    assert.ok(starts("{ schedule: [{ cron: '0 5 * * 1' }] }", { name: "schedule", cron: "0 5 * * 1" }));
    assert.ok(!starts("{ schedule: [{ cron: '0 5 * * 1' }] }", { name: "schedule", cron: "0 6 * * 1" }));
    assert.ok(!starts("{ schedule: [{ cron: '0 5 * * 1' }] }", {}));
  });
});
