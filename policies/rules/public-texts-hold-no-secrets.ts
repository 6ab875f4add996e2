import { assignsSecret } from "../assignments";
import { show, type Text, textsIn } from "../inputs";
import { isLiteral } from "../literals";
import { TYPES } from "../resource-types";
import { configOf, resourceRule, texts } from "../rule";
import { isSecretName, nameOf } from "../secret-names";
import { tokenIn } from "../token-formats";
import { isSecretIn } from "./secret-marks";

/** Properties that GitHub and Pulumi Cloud show to everyone who sees the repository, the environment or the stack. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  [TYPES.variable]: ["value"],
  [TYPES.organizationVariable]: ["value"],
  [TYPES.environmentVariable]: ["value"],
  [TYPES.environmentTag]: ["value"],
  [TYPES.stackTag]: ["value"],
  [TYPES.stackTagByApi]: ["value"],
  [TYPES.stackTags]: ["tags"],
  [TYPES.issue]: ["title", "body"],
  [TYPES.pullRequest]: ["title", "body"],
  [TYPES.release]: ["name", "body"],
  [TYPES.repository]: ["description", "homepageUrl"],
};
const DEFAULTS = { allowed: [] as string[] };

/** A mark keeps a value out of the stack's state, not off the page where the service shows it. */
export const publicTextsHoldNoSecrets = resourceRule(
  {
    name: "public-texts-hold-no-secrets",
    description:
      "No variable of Actions, tag, issue, pull request, release or repository's description holds a secret.",
    remedy: "make it a secret of GitHub or a value in ESC, and replace what was shown",
    enforcementLevel: "mandatory",
    config: {
      allowed: texts("Names of resources that hold no secret, though their name says so", DEFAULTS.allowed),
    },
  },
  (type) => Object.hasOwn(SHOWN, type),
  async function* (args) {
    const { allowed } = configOf(args, DEFAULTS);
    const isSecret = isSecretIn(args.urn);
    for (const property of SHOWN[args.type] ?? []) {
      for (const found of await textsIn(args.props[property], [property])) {
        if (found.text === "" || allowed.includes(args.name)) continue;
        const cause = causeOf(found, args.props);
        if (cause !== undefined) yield `${show(found.path)} ${cause}`;
        else if (isSecret?.(found.path))
          yield `${show(found.path)} is marked secret, and the service shows it in plain text`;
      }
    }
  },
);

function causeOf({ path, text }: Text, props: unknown): string | undefined {
  const token = tokenIn(text);
  if (token !== undefined) return `shows a ${token}`;
  const isNamed = isSecretName(nameOf(path, props));
  if (isNamed && isLiteral(text, "value"))
    return "is shown in plain text, and its name says that it is a secret";
  return assignsSecret(text, "prose") ? "shows a literal beside a secret's name" : undefined;
}
