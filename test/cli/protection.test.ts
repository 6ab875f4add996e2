import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { SCRIPT_PATH, WORKFLOW_PATH } from "../../src/catalog/layout";
import { checkProtection } from "../../src/operations/verification/check-protection";
import { type Auditing, startAuditing } from "./auditing";
import { commandContext } from "./command-context";

const REPO = "/repos/ai-cherry/carrier";
const BRANCH_RULES = {
  name: "main",
  target: "branch",
  enforcement: "active",
  conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
  rules: [
    { type: "pull_request", parameters: { required_approving_review_count: 1 } },
    { type: "non_fast_forward" },
  ],
};
const FILE_RULES = {
  name: "files",
  target: "push",
  enforcement: "active",
  rules: [
    {
      type: "file_path_restriction",
      parameters: { restricted_file_paths: [WORKFLOW_PATH, SCRIPT_PATH] },
    },
  ],
};

describe("verify's look at the protection of a carrier repository", () => {
  let both: Auditing;
  beforeEach(async () => {
    both = await startAuditing();
  });
  afterEach(() => both.close());

  const send = async (method: string, path: string, body: object) => {
    const answer = await both.github.fetch(REPO + path, { method, body: JSON.stringify(body) });
    equal(answer.ok, true, `${method} ${path}: ${answer.status}`);
  };
  const look = async (context = both.context) =>
    (await checkProtection(context)).map(({ subject, state }) => `${state} ${subject}`);

  it("warns of each place that is open, and is content with each that is closed", async () => {
    const places = [
      "branch main of carrier",
      "workflow and script in carrier",
      "GitHub environment production of carrier",
    ];
    deepEqual(
      await look(),
      places.map((place) => `warning ${place}`),
    );
    await send("POST", "/rulesets", BRANCH_RULES);
    await send("POST", "/rulesets", FILE_RULES);
    await send("PUT", "/environments/production", {
      reviewers: [{ type: "User", id: 1 }],
      deployment_branch_policy: { protected_branches: true, custom_branch_policies: false },
    });
    deepEqual(
      await look(),
      places.map((place) => `ok ${place}`),
    );
  });

  it("is unknown with a token that is not shown the repository", async () => {
    const { githubCall } = commandContext({ github: { url: both.github.url, token: "nobody-token" } });
    const seen = await look({ ...both.context, githubCall }).catch((error: Error) => [error.message]);
    match(seen.join(), /GITHUB_TOKEN: GitHub does not know it/);
    await fetch(`${both.github.url}/_sandbox/faults`, {
      method: "POST",
      body: JSON.stringify({ path: "/rules/branches", answer: { status: 403 } }),
    });
    const [branch, files] = await look();
    deepEqual([branch, files], ["unknown branch main of carrier", "unknown workflow and script in carrier"]);
  });

  it("counts as a warning, with a remedy, and changes no exit code", async () => {
    const checks = await checkProtection(both.context);
    for (const { code, cause, remedy } of checks) {
      match(code, /^carrier-(branch|files|environment)-open$/);
      match(cause, /\w/);
      match(remedy ?? "", /protectCarriers/);
      doesNotMatch(`${cause}${remedy}`, /undefined/);
    }
  });
});
