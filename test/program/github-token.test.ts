import { deepEqual, equal, match } from "node:assert/strict";
import { readDiagnostics } from "../../src/errors";
import { tokenProblem } from "../../src/resources/github/token-problem";
import { runProgram } from "./run-program";

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

  it("refuses one with blanks around it before anything, until it is exported alone", async () => {
    for (const preview of [true, false])
      for (const [GITHUB_TOKEN, cause] of [
        ["  ", "holds only blanks"],
        [" ghp_x", "begins or ends with a blank or a line end"],
        ["ghp_x\n", "begins or ends with a blank or a line end"],
      ] as const) {
        const { error, resources } = await runProgram({ preview, env: { GITHUB_TOKEN } });
        deepEqual(readDiagnostics(error?.message ?? ""), [
          {
            code: "github-token-invalid",
            subject: "GITHUB_TOKEN",
            cause,
            remedy: "export the token alone: export GITHUB_TOKEN=...",
          },
        ]);
        deepEqual(
          resources.map(({ type }) => type),
          ["pulumi:pulumi:Stack"],
        );
      }
    const { error } = await runProgram({ preview: true, env: { GITHUB_TOKEN: "ghp_x" } });
    equal(error, undefined);
  }).timeout(60_000);
});
