// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of ESC and of shells look like templates
import { parse } from "yaml";
import { isSecretName, show, type Text, textOf, textsIn } from "../inputs";
import { TYPES } from "../resource-types";
import { resourceRule } from "../rule";
import { tokenIn } from "../token-formats";

/** What stands in the text of an environment stands in the program, and in the bodies of requests. */
export const escTextsWithoutPlaintext = resourceRule(
  {
    name: "esc-texts-without-plaintext",
    description: "The text of an ESC environment, as the program declares it, holds no secret in clear.",
    remedy:
      "leave the value to the sync job, refer to it (${...}), or store it as fn::secret with the ciphertext that pulumi env get shows",
    enforcementLevel: "mandatory",
  },
  (type) => type === TYPES.environment,
  async function* (args) {
    const text = await textOf(args.props.yaml);
    if (text === undefined) return;
    const parsed = parsedOrUndefined(text);
    if (parsed === undefined) {
      yield "its yaml cannot be read as YAML, so what it holds is not known";
      return;
    }
    for (const found of await textsIn(parsed)) {
      const cause = causeIn(found);
      if (cause !== undefined) yield `yaml has at ${show(found.path)} ${cause}`;
    }
  },
);

function parsedOrUndefined(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // Its message would quote the text.
  }
}

function causeIn({ path, text }: Text): string | undefined {
  const key = path.at(-1) ?? "";
  if (/^fn::secret$/i.test(key)) return "an fn::secret in clear";
  // Ciphertext is base64 of any length, and may look like anything.
  if (/^fn::secret$/i.test(path.at(-2) ?? "") && key === "ciphertext") return undefined;
  const token = tokenIn(text);
  if (token !== undefined) return `a ${token} in clear`;
  const isLiteral = text !== "" && !text.includes("${");
  return isLiteral && isSecretName(key) ? "a literal under a secret's name" : undefined;
}
