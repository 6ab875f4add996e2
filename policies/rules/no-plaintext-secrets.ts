import { assignsSecret } from "../assignments";
import { show, type Text, textsIn } from "../inputs";
import { isLiteral } from "../literals";
import { isEnvironment, TYPES } from "../resource-types";
import { configOf, resourceRule } from "../rule";
import { isSecretName, nameOf } from "../secret-names";
import { tokenIn } from "../token-formats";
import { isSecretIn, WITHOUT_MARKS } from "./secret-marks";

/** Types whose name says that they hold a secret: GitHub's, Kubernetes', those of vaults. */
const HOLDER = /Secret(?:Version)?$/;
/** What such a type holds under a name that does not say so. */
const VALUES = ["value", "plaintextValue", "data", "stringData", "payload"];
const DEFAULTS = { placeholder: "__SET_ME_IN_GITHUB__" };

/** By its look (a published token format), by its property's name, or by the name that stands beside it. */
export const noPlaintextSecrets = resourceRule(
  {
    name: "no-plaintext-secrets",
    description: "No input of any resource holds a secret that is not marked secret.",
    remedy: "take it from encrypted config or ESC, and pass it as a secret (pulumi.secret)",
    enforcementLevel: "mandatory",
    config: {
      placeholder: {
        type: "string",
        description: "Beginnings of the texts that hold the place until a person has set a value",
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
    for (const found of await textsIn(args.props)) {
      const { path, text } = found;
      if (isSecret(path) || isLookedAtElsewhere(args.type, path) || text.startsWith(placeholder)) continue;
      const cause = causeOf(args.type, found, args.props);
      if (cause !== undefined) yield `${show(path)} ${cause}`;
    }
  },
);

/** Where rules of their own look, whether it is marked secret or not. */
function isLookedAtElsewhere(type: string, [property]: readonly string[]): boolean {
  return (
    (type === TYPES.repositoryFile && property === "content") || (isEnvironment(type) && property === "yaml")
  );
}

function causeOf(type: string, { path, text }: Text, props: unknown): string | undefined {
  const token = tokenIn(text);
  if (token !== undefined) return `holds a ${token} in plain text`;
  const name = nameOf(path, props);
  const isNamed =
    isSecretName(name) || (/^authorization$/i.test(name) && /^(?:bearer|basic|token)\s/i.test(text));
  if ((isNamed && isLiteral(text, "value")) || (isHeld(type, path) && text !== ""))
    return "is not marked secret";
  return !isNamed && assignsSecret(text, writingOf(text))
    ? "gives a literal to a secret's name in plain text"
    : undefined;
}

function isHeld(type: string, [property = ""]: readonly string[]): boolean {
  return HOLDER.test(type) && VALUES.includes(property);
}

/** A script, a file or JSON in a property, and `NAME=value` alone, as containers take it. A sentence is prose. */
function writingOf(text: string): "config" | "prose" {
  return /\n|^\s*[{[]|^[A-Za-z_]\w*=\S*$/.test(text) ? "config" : "prose";
}
