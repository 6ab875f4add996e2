import { parseAllDocuments } from "yaml";
import { assignsSecret, isValue, writingOf } from "../assignments";
import { textOf, textsIn } from "../inputs";
import { TYPES } from "../resource-types";
import { ifKnown, resourceRule } from "../rule";
import { isSecretName, nameOf } from "../secret-names";
import { tokenIn } from "../token-formats";

/** Whatever the program marks secret: a file of a repository is in plain text for everyone who reads the repository. */
export const repositoryFilesHoldNoSecrets = resourceRule(
  {
    name: "repository-files-hold-no-secrets",
    description: "No file that the stack puts into a repository holds a secret.",
    remedy:
      "take it out of the file, let the job read it from a GitHub secret or from ESC, and replace the secret",
    enforcementLevel: "mandatory",
  },
  (type) => type === TYPES.repositoryFile || type === TYPES.proposedFile,
  async function* ({ props }) {
    const text = await textOf(props.content);
    if (text === undefined) return;
    const file = String(ifKnown(() => props.file) ?? "");
    const token = tokenIn(text);
    if (token !== undefined) yield `content holds a ${token}`;
    else if (assignsSecret(text, writingOf(file)) || (await namesSecret(file, text)))
      yield "content gives a literal to something with a secret's name";
  },
);

/** YAML and JSON by what they say: on one line, and `{ name: DB_PASSWORD, value: x }` as Kubernetes and ECS have it. */
async function namesSecret(file: string, text: string): Promise<boolean> {
  if (!/\.(?:ya?ml|json)$/i.test(file)) return false;
  const found = valuesIn(text).map(async (value) =>
    (await textsIn(value)).some(({ path, text: each }) => {
      const name = nameOf(path, value);
      return isSecretName(name) && isValue(each, name);
    }),
  );
  return (await Promise.all(found)).includes(true);
}

function valuesIn(text: string): unknown[] {
  try {
    return parseAllDocuments(text, { logLevel: "silent" }).map((each) => each.toJS()); // A warning would quote it.
  } catch {
    return []; // Its message would quote the text.
  }
}
