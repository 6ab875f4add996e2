import { deepEqual, equal, match } from "node:assert/strict";
import type { AskRepository } from "../../src/access/carrier-facts";
import { protectionChecks } from "../../src/access/carrier-protection";
import { covers, ownersOf } from "../../src/access/path-patterns";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../src/catalog/layout";

const RULES = "/rules/branches/main?per_page=100";
const PUSH = "/rulesets?includes_parents=true&targets=push&per_page=100";
const ENVIRONMENTS = "/environments?per_page=100";
const pullRequest = (parameters: object) => ({
  type: "pull_request",
  parameters: { required_approving_review_count: 1, ...parameters },
});
const NO_FORCE = { type: "non_fast_forward" };
const live = (change: object = {}) => ({
  total_count: 1,
  environments: [
    {
      name: "live",
      protection_rules: [{ type: "required_reviewers", reviewers: [{}] }],
      deployment_branch_policy: { custom_branch_policies: true },
      ...change,
    },
  ],
});
/** A carrier without any protection, and everything shown. */
const OPEN = { [RULES]: [], [PUSH]: [], "/branches/main": { protected: false }, [ENVIRONMENTS]: live() };

const SETTINGS = { branch: "main", environments: ["live"], organizationStack: "live" };

/** State and code of branch, files and GitHub environment. */
async function look(shown: Record<string, unknown>): Promise<string[]> {
  const ask: AskRepository = async (path) => shown[path];
  const found = [];
  for (const each of protectionChecks(SETTINGS, "carrier", ask)) {
    const { state, code, remedy } = await each.look();
    if (state !== "ok") match(remedy ?? "", /\w/);
    found.push(`${state} ${code}`);
  }
  return found;
}

const OK = "ok carrier-protected";
const UNKNOWN = "unknown carrier-protection-unknown";

describe("the protection of a carrier repository", () => {
  it("is open in each place where anyone with write gets past", async () => {
    deepEqual(await look(OPEN), ["warning carrier-branch-open", "warning carrier-files-open", OK]);
  });

  it("of a branch wants a pull request, a review of it, and no force push", async () => {
    const branch = async (rules: object[]) => (await look({ ...OPEN, [RULES]: rules }))[0];
    equal(await branch([pullRequest({}), NO_FORCE]), OK);
    equal(await branch([pullRequest({})]), "warning carrier-branch-open");
    equal(await branch([NO_FORCE]), "warning carrier-branch-open");
    equal(
      await branch([pullRequest({ required_approving_review_count: 0 }), NO_FORCE]),
      "warning carrier-branch-open",
    );
  });

  it("of a branch may be a classic one, and is unknown where GitHub hides it", async () => {
    const classic = { "/branches/main": { protected: true } };
    const shown = {
      required_pull_request_reviews: { required_approving_review_count: 1 },
      allow_force_pushes: { enabled: false },
    };
    equal((await look({ ...OPEN, ...classic, "/branches/main/protection": shown }))[0], OK);
    const forced = { ...shown, allow_force_pushes: { enabled: true } };
    equal(
      (await look({ ...OPEN, ...classic, "/branches/main/protection": forced }))[0],
      "warning carrier-branch-open",
    );
    equal((await look({ ...OPEN, ...classic }))[0], UNKNOWN);
  });

  it("is unknown in every place that a token is not shown, and never ok", async () => {
    deepEqual(await look({}), [UNKNOWN, UNKNOWN, UNKNOWN]);
    for (const hidden of [RULES, PUSH, "/branches/main"])
      equal((await look({ ...OPEN, [hidden]: undefined }))[1], UNKNOWN, hidden);
  });

  it("of the files is a push ruleset, named reviewers or code owners, each for both of them", async () => {
    const files = async (change: object) => (await look({ ...OPEN, ...change }))[1];
    const restricted = (paths: string[]) => ({
      [PUSH]: [{ id: 7, enforcement: "active" }],
      "/rulesets/7": {
        rules: [{ type: "file_path_restriction", parameters: { restricted_file_paths: paths } }],
      },
    });
    equal(await files(restricted([WORKFLOW_PATH, SCRIPT_PATH])), OK);
    equal(await files(restricted([WORKFLOW_PATH])), "warning carrier-files-open");
    const tried = {
      ...restricted([WORKFLOW_PATH, SCRIPT_PATH]),
      [PUSH]: [{ id: 7, enforcement: "evaluate" }],
    };
    equal(await files(tried), "warning carrier-files-open");
    const reviewers = (minimum_approvals: number) => [
      pullRequest({ required_reviewers: [{ file_patterns: ["**/sync_secrets.*"], minimum_approvals }] }),
    ];
    equal(await files({ [RULES]: reviewers(1) }), OK);
    equal(await files({ [RULES]: reviewers(0) }), "warning carrier-files-open");
    const owners = (text: string) => ({
      [RULES]: [pullRequest({ require_code_owner_review: true })],
      "/contents/CODEOWNERS?ref=main": { content: Buffer.from(text).toString("base64") },
    });
    equal(await files(owners("* @ai-cherry/security\n")), OK);
    equal(await files(owners("* @ai-cherry/security\n/scripts/\n")), "warning carrier-files-open");
    equal(await files({ ...owners("* @x\n"), [RULES]: [pullRequest({})] }), "warning carrier-files-open");
  });

  it("of a GitHub environment is reviewers and a rule for branches, in one that is there", async () => {
    const environment = async (shown: object) => (await look({ ...OPEN, [ENVIRONMENTS]: shown }))[2];
    equal(await environment(live()), OK);
    equal(await environment(live({ deployment_branch_policy: null })), "warning carrier-environment-open");
    equal(await environment(live({ protection_rules: [] })), "warning carrier-environment-open");
    equal(await environment(live({ name: "other" })), "warning carrier-environment-open");
    equal(await environment({ ...live({ name: "other" }), total_count: 101 }), UNKNOWN);
  });
});

describe("patterns of paths", () => {
  it("stop at a slash but for two stars", () => {
    equal(covers("scripts/*", "scripts/ci/a.cjs"), false);
    equal(covers("scripts/**", "scripts/ci/a.cjs"), true);
    equal(covers("**/a.cjs", "a.cjs"), true);
    equal(covers("a.cjs", "aXcjs"), false);
  });

  it("of code owners: the last line that fits counts, at any depth unless it has a slash", () => {
    deepEqual(ownersOf("* @a\n*.cjs @b # why\n", "scripts/ci/x.cjs"), ["@b"]);
    deepEqual(ownersOf("/x.cjs @b\n", "scripts/x.cjs"), []);
    deepEqual(ownersOf("scripts/ @b\n", "scripts/ci/x.cjs"), ["@b"]);
    deepEqual(ownersOf("scripts/* @b\n", "scripts/ci/x.cjs"), []);
    deepEqual(ownersOf("# * @a\n", "x"), []);
  });
});
