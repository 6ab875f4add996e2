import { isSecretName, show, textsIn } from "../inputs";
import { isGitHubSecret, TYPES } from "../resource-types";
import { configOf, resourceRule } from "../rule";
import { tokenIn } from "../token-formats";
import { isSecretIn, WITHOUT_MARKS } from "./secret-marks";

/** Where rules of their own look, whether it is marked secret or not. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  [TYPES.repositoryFile]: "content",
  [TYPES.environment]: "yaml",
};
/** What GitHub's secrets hold under a name that does not say so. */
const VALUES = ["value", "plaintextValue"];
const DEFAULTS = { placeholder: "__SET_ME_IN_GITHUB__" };

/** By its look (a published token format) or by its property's name. */
export const noPlaintextSecrets = resourceRule(
  {
    name: "no-plaintext-secrets",
    description: "No input of any resource holds a secret that is not marked secret.",
    remedy: "take it from encrypted config or ESC, and pass it as a secret (pulumi.secret)",
    enforcementLevel: "mandatory",
    config: {
      placeholder: {
        type: "string",
        description: "How texts begin that stand where a person has set no value yet",
        default: DEFAULTS.placeholder,
      },
    },
  },
  () => true,
  async function* (args) {
    const isSecret = isSecretIn(args.urn);
    if (isSecret === undefined) {
      // Once per stack, not once per resource.
      if (args.type === TYPES.stack) yield WITHOUT_MARKS;
      return;
    }
    const { placeholder } = configOf(args, DEFAULTS);
    for (const { path, text } of await textsIn(args.props)) {
      if (isSecret(path) || path[0] === ELSEWHERE[args.type] || text.startsWith(placeholder)) continue;
      const token = tokenIn(text);
      if (token !== undefined) yield `${show(path)} holds a ${token} in clear`;
      else if (text !== "" && isNamedSecret(args.type, path)) yield `${show(path)} is not marked secret`;
    }
  },
);

function isNamedSecret(type: string, path: readonly string[]): boolean {
  // In a list the list's name says it.
  const name = path.findLast((key) => !/^\d+$/.test(key)) ?? "";
  return isSecretName(name) || (isGitHubSecret(type) && VALUES.includes(name));
}
