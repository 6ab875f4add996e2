import { doesNotMatch, match } from "node:assert/strict";
import { runProgram } from "./run-program";

const ANONYMOUS = "GET https://api.github.com/orgs/ai-cherry/actions/secrets: 401 Requires authentication []";
const WRONG = "GET https://api.github.com/orgs/ai-cherry: 401 Bad credentials []";
const HIDDEN = "GET https://api.github.com/repos/ai-cherry/sophia-main: 404 Not Found []";

describe("a preview without a good GITHUB_TOKEN", () => {
  const said = async (gitHubRefuses: string, token = "ghp_canary") =>
    (await runProgram({ preview: true, gitHubRefuses, env: { GITHUB_TOKEN: token } })).error?.message ?? "";

  it("says that it is not set, whatever GitHub then answers", async () => {
    for (const answer of [ANONYMOUS, HIDDEN])
      match(
        await said(answer, ""),
        /\[github-token-missing\] GITHUB_TOKEN: is not set.* Remedy: export GITHUB_TOKEN=/,
      );
  });

  it("says that GitHub does not know it", async () => {
    const told = await said(WRONG);
    match(
      told,
      /\[github-token-invalid\] GITHUB_TOKEN: GitHub does not know it, .*Bad credentials.* Remedy: set a valid/,
    );
    doesNotMatch(told, /canary/);
  });

  it("does not blame a good one for what GitHub does not show", async () => {
    doesNotMatch(await said(HIDDEN), /github-token/);
  });
});
