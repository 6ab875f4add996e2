// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of ESC and of shells look like templates
import { parse } from "yaml";
import { isSecretName, show, type Text, textOf, textsIn } from "../inputs";
import { TYPES } from "../resource-types";
import { configOf, resourceRule } from "../rule";
import { tokenIn } from "../token-formats";

const DEFAULTS = { placeholder: "__NOT_ROTATED_YET__" };

/** What stands in the text of an environment stands in the program, and in the bodies of requests. */
export const escTextsWithoutPlaintext = resourceRule(
  {
    name: "esc-texts-without-plaintext",
    description: "The text of an ESC environment, as the program declares it, holds no secret in clear.",
    remedy:
      "leave the value to the sync job, refer to it (${...}), or store it as fn::secret with the ciphertext that pulumi env get shows",
    enforcementLevel: "mandatory",
    config: {
      placeholder: {
        type: "string",
        description: "How texts begin that stand where ESC has rotated nothing yet",
        default: DEFAULTS.placeholder,
      },
    },
  },
  (type) => type === TYPES.environment,
  async function* (args) {
    const text = await textOf(args.props.yaml);
    if (text === undefined) {
      if (args.props.yaml !== undefined)
        yield "its yaml is an asset whose text is not at hand (give a StringAsset)";
      return;
    }
    const parsed = parsedOrUndefined(text);
    if (parsed === undefined) {
      yield "its yaml cannot be read as YAML, so what it holds is not known";
      return;
    }
    const texts = await textsIn(parsed);
    const referring = new Set(texts.filter(refers).map(({ path }) => unitOf(path)));
    const { placeholder } = configOf(args, DEFAULTS);
    for (const found of texts) {
      if (found.text.startsWith(placeholder)) continue;
      const cause = causeIn(found, referring);
      if (cause !== undefined) yield `yaml has at ${show(found.path)} ${cause}`;
    }
  },
);

function parsedOrUndefined(text: string): unknown {
  try {
    return parse(text, { logLevel: "error" }); // A warning would quote the text.
  } catch {
    return undefined; // Its message would quote the text.
  }
}

/** Ciphertext as ESC stores it begins with "escx" and a version of zeros (its module, eval/crypt.go), in base64. */
const ENVELOPE = /^ZXNjeAAA[A-Za-z0-9+/]+={0,2}$/;
const FUNCTION = /^fn::/i;

/** @param referring what of the text takes something from elsewhere, as `unitOf` names it. */
function causeIn({ path, text }: Text, referring: ReadonlySet<string>): string | undefined {
  const [parent = "", key = ""] = path.slice(-2);
  if (path.some((each) => /^fn::secret$/i.test(each))) {
    const isCiphertext = /^fn::secret$/i.test(parent) && key === "ciphertext";
    if (!isCiphertext) return "an fn::secret in clear";
    return ENVELOPE.test(text) ? undefined : "a ciphertext that ESC did not make";
  }
  const read = /^fn::fromBase64$/i.test(key) ? Buffer.from(text, "base64").toString() : text;
  const token = tokenIn(text) ?? tokenIn(read);
  if (token !== undefined) return `a ${token} in clear`;
  if (text === "" || referring.has(unitOf(path))) return undefined;
  return isSecretName(path[ownerAt(path)] ?? "") ? "a literal under a secret's name" : undefined;
}

function refers({ text }: Text): boolean {
  return text.includes("${");
}

/** Place of the key that says what a text is: the last that is no place in a list and no function. */
function ownerAt(path: readonly string[]): number {
  return path.findLastIndex((key) => !/^\d+$/.test(key) && !FUNCTION.test(key));
}

/** What is one value: a text, or a function with all its arguments, of which one may be a reference. */
function unitOf(path: readonly string[]): string {
  const first = path.findIndex((key, index) => index > ownerAt(path) && FUNCTION.test(key));
  return path.slice(0, first === -1 ? path.length : first + 1).join("\0");
}
