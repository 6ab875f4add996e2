import { textOf } from "../inputs";
import { TYPES } from "../resource-types";
import { resourceRule } from "../rule";
import { hasRandomLiteral, tokenIn } from "../token-formats";

/** Whatever the program marks secret: a file of a repository is in clear for everyone who reads the repository. */
export const repositoryFilesHoldNoSecrets = resourceRule(
  {
    name: "repository-files-hold-no-secrets",
    description: "No file that the stack puts into a repository holds a secret.",
    remedy:
      "take it out of the file, let the job read it from a GitHub secret or from ESC, and replace the secret",
    enforcementLevel: "mandatory",
  },
  (type) => type === TYPES.repositoryFile,
  async function* ({ props }) {
    const text = await textOf(props.content);
    if (text === undefined) return;
    const token = tokenIn(text);
    if (token !== undefined) yield `content holds a ${token}`;
    else if (hasRandomLiteral(text)) yield "content gives a random literal to something with a secret's name";
  },
);
