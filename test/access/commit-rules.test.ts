import { deepEqual } from "node:assert/strict";
import { commitRules } from "../../src/access/commit-rules";

const FILES = [".github/workflows/sync.yml", "scripts/sync.cjs"];
const RULES = "/rules/branches/main?per_page=100";
const PUSHES = "/rulesets?includes_parents=true&targets=push&per_page=100";
const OPEN = { [RULES]: [], [PUSHES]: [], "/branches/main": { protected: false } };

const look = (shown: Record<string, unknown>) =>
  commitRules("main", FILES, async (path) => ({ ...OPEN, ...shown })[path]);
const rule = (type: string, more = {}) => ({
  type,
  ruleset_id: 7,
  ruleset_source_type: "Repository",
  ruleset_source: "acme/app",
  ...more,
});

describe("what stops a direct commit to a branch", () => {
  it("is nothing where there is no rule", async () => {
    deepEqual(await look({}), { stops: [], hidden: [] });
  });

  for (const [type, words] of [
    ["pull_request", "changes need a pull request"],
    ["update", "nobody may update the branch"],
    ["required_status_checks", "status checks must pass first"],
    ["merge_queue", "changes need the merge queue"],
    ["required_signatures", "commits need a verified signature"],
  ])
    it(`is the rule ${type}, of a ruleset that the token may not bypass`, async () => {
      const shown = {
        [RULES]: [rule(String(type))],
        "/rulesets/7": { name: "r", current_user_can_bypass: "never" },
      };
      deepEqual((await look(shown)).stops, [`the ruleset "r": ${words}`]);
    });

  it("is not a rule about force pushes, deletions or histories", async () => {
    const harmless = ["non_fast_forward", "deletion", "creation", "required_linear_history"].map((type) =>
      rule(type),
    );
    deepEqual((await look({ [RULES]: harmless })).stops, []);
  });

  for (const [bypass, stops] of [
    ["always", 0],
    ["exempt", 0],
    ["pull_requests_only", 1],
    ["never", 1],
    [undefined, 1],
  ] as const)
    it(`goes by what the token may: bypass ${bypass}`, async () => {
      const shown = {
        [RULES]: [rule("pull_request")],
        "/rulesets/7": { name: "r", current_user_can_bypass: bypass },
      };
      deepEqual((await look(shown)).stops.length, stops);
    });

  it("names a ruleset of the organization as such, also one that is not shown", async () => {
    const of = { ruleset_source_type: "Organization", ruleset_source: "acme" };
    deepEqual((await look({ [RULES]: [rule("update", of)] })).stops, [
      "a ruleset of the organization acme: nobody may update the branch",
    ]);
  });

  it("is a push ruleset that restricts one of the files", async () => {
    const rules = [{ type: "file_path_restriction", parameters: { restricted_file_paths: ["scripts/**"] } }];
    const shown = { [PUSHES]: [{ id: 9, enforcement: "active" }], "/rulesets/9": { name: "files", rules } };
    deepEqual((await look(shown)).stops, ['the ruleset "files": nobody may push scripts/sync.cjs']);
    const others = [{ type: "file_path_restriction", parameters: { restricted_file_paths: ["docs/**"] } }];
    deepEqual((await look({ ...shown, "/rulesets/9": { rules: others } })).stops, []);
  });

  const protection = {
    enforce_admins: { enabled: true },
    required_pull_request_reviews: {
      bypass_pull_request_allowances: { users: [{ login: "bot" }], apps: [{ slug: "deploy" }] },
    },
    required_status_checks: { contexts: ["build"] },
    required_signatures: { enabled: true },
    restrictions: { users: [], teams: [{ slug: "release" }] },
    lock_branch: { enabled: true },
  };
  const PROTECTED = { "/branches/main": { protected: true, protection: { enabled: true } } };

  it("is all that a classic protection wants, with who is excepted", async () => {
    deepEqual((await look({ ...PROTECTED, "/branches/main/protection": protection })).stops, [
      "its branch protection: the branch is locked, changes need a pull request except for bot, deploy, not everyone may push except for release, status checks must pass first, commits need a verified signature",
    ]);
  });

  it("is not a classic protection that administrators may bypass, for one of them", async () => {
    const lenient = { ...protection, enforce_admins: { enabled: false } };
    const shown = { ...PROTECTED, "/branches/main/protection": lenient };
    deepEqual((await look({ ...shown, "": { permissions: { admin: true } } })).stops, []);
    deepEqual((await look({ ...shown, "": { permissions: { admin: false } } })).stops.length, 1);
  });

  it("is said to be unknown where GitHub does not show it", async () => {
    const { stops, hidden } = await look({ ...PROTECTED, [RULES]: undefined });
    deepEqual(stops, []);
    deepEqual(hidden, [
      "the rules of the branch",
      "the protection of the branch, which it shows to administrators alone",
    ]);
  });
});
