import { equal, match } from "node:assert/strict";
import { tokenProblem } from "../../src/resources/github/token-problem";

/** As the provider says what GitHub answered. */
const ANONYMOUS = "GET https://api.github.com/orgs/ai-cherry/actions/secrets: 401 Requires authentication []";
const WRONG = "GET https://api.github.com/orgs/ai-cherry: 401 Bad credentials []";
const HIDDEN = "GET https://api.github.com/repos/ai-cherry/sophia-main: 404 Not Found []";

describe("a preview without a good GITHUB_TOKEN", () => {
  it("says that it is not set, whatever GitHub then answers", () => {
    for (const answer of [ANONYMOUS, HIDDEN]) {
      const problem = tokenProblem(answer, false);
      equal(problem?.code, "github-token-missing");
      match(problem?.cause ?? "", /^is not set, .*\(GET /);
      match(problem?.remedy ?? "", /^export GITHUB_TOKEN=/);
    }
  });

  it("says that GitHub does not know it", () => {
    const problem = tokenProblem(WRONG, true);
    equal(problem?.code, "github-token-invalid");
    match(problem?.cause ?? "", /Bad credentials/);
  });

  it("does not blame a good one for what GitHub does not show", () => {
    equal(tokenProblem(HIDDEN, true), undefined);
  });
});
