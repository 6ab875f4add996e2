import { isGitHubSecret } from "../resource-types";
import { resourceRule } from "../rule";

/** GitHub's rule; it keeps names in upper case, so only upper case can be told from drift. */
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/;

export const githubSecretNames = resourceRule(
  {
    name: "github-secret-names",
    description: "GitHub stores a secret's name exactly as it is declared.",
    remedy: "use A-Z, 0-9 and _, not beginning with a digit and not with GITHUB_",
    enforcementLevel: "mandatory",
  },
  isGitHubSecret,
  function* ({ props }) {
    if (!NAME.test(String(props.secretName ?? ""))) yield "secretName is not a name that GitHub stores";
  },
);
