// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of ESC look like templates
import { assignsSecret } from "../assignments";
import { FUNCTION, isRecord, parsedText, referencesIn } from "../esc-text";
import { show, textOf } from "../inputs";
import { isLiteral } from "../literals";
import { isEnvironment } from "../resource-types";
import { configOf, resourceRule } from "../rule";
import { isSecretName, nameOf } from "../secret-names";
import { tokenIn } from "../token-formats";

const DEFAULTS = { placeholder: "__NOT_ROTATED_YET__" };

/** What stands in the text of an environment stands in the program, and in the bodies of requests. */
export const escTextsWithoutPlaintext = resourceRule(
  {
    name: "esc-texts-without-plaintext",
    description: "The text of an ESC environment, as the program declares it, holds no secret in plain text.",
    remedy:
      "leave the value to the sync job, refer to it as a whole (${...}), or store it as fn::secret with the ciphertext that pulumi env get shows",
    enforcementLevel: "mandatory",
    config: {
      placeholder: {
        type: "string",
        description: "Beginnings of the texts that hold the place until ESC has rotated a value",
        default: DEFAULTS.placeholder,
      },
    },
  },
  isEnvironment,
  async function* (args) {
    const text = await textOf(args.props.yaml);
    if (text === undefined) {
      if (args.props.yaml !== undefined)
        yield "its yaml is an asset whose text cannot be read here (give a StringAsset)";
      return;
    }
    const parsed = parsedText(text);
    if (parsed === undefined) {
      yield "its yaml cannot be read as YAML, so what it holds is not known";
      return;
    }
    const { placeholder } = configOf(args, DEFAULTS);
    const causes = [...causesIn(parsed, [], { root: parsed, placeholder })];
    for (const { path, cause } of causes) yield `yaml has at ${show(path)} ${cause}`;
    const token = tokenIn(text);
    if (causes.length === 0 && token !== undefined)
      yield `yaml has in a comment or a key a ${token} in plain text`;
  },
);

interface Cause {
  path: readonly string[];
  cause: string;
}

interface Around {
  /** The whole text, as it was parsed. */
  root: unknown;
  placeholder: string;
}

function* causesIn(value: unknown, path: readonly string[], around: Around): Generator<Cause> {
  const [first = ""] = isRecord(value) ? Object.keys(value) : [];
  const isFunction = isRecord(value) && FUNCTION.test(first) && !/^fn::(?:open|rotate)/i.test(first);
  if (/^fn::secret$/i.test(first)) yield* secretCauses(value, path, around);
  else if (isFunction || typeof value !== "object") yield* unitCauses(value, path, around);
  else for (const [key, each] of Object.entries(value ?? {})) yield* causesIn(each, [...path, key], around);
}

/** Ciphertext as ESC stores it begins with "escx" and a version of zeros (its module, eval/crypt.go), in base64. */
const ENVELOPE = /^ZXNjeAAA[A-Za-z0-9+/]+={0,2}$/;

function* secretCauses(value: unknown, path: readonly string[], { placeholder }: Around): Generator<Cause> {
  for (const { path: at, text } of leavesIn(value, path)) {
    if (text.startsWith(placeholder)) continue;
    const [parent = "", key = ""] = at.slice(-2);
    if (key !== "ciphertext" || !/^fn::secret$/i.test(parent))
      yield { path: at, cause: "an fn::secret in plain text" };
    else if (!ENVELOPE.test(text)) yield { path: at, cause: "a ciphertext that ESC did not make" };
  }
}

/** One value: a text or a number, or a function with all its arguments, of which some may be references. */
function* unitCauses(value: unknown, path: readonly string[], around: Around): Generator<Cause> {
  const leaves = leavesIn(value, path).filter(({ text }) => !text.startsWith(around.placeholder));
  const plain = leaves.filter(({ path: at }) => !at.some((key) => /^fn::secret$/i.test(key)));
  const found = plain.find(({ path: at, text }) => tokenOf(at, text) !== undefined);
  if (found !== undefined)
    yield { path: found.path, cause: `a ${tokenOf(found.path, found.text)} in plain text` };
  else if (isSecretName(ownerOf(path, around.root))) yield* namedCauses(value, plain, path, around);
  else
    for (const { path: at, text } of plain)
      if (assignsSecret(text, "config"))
        yield { path: at, cause: "a literal under a secret's name, inside a text" };
  if (leaves.length > plain.length) yield* nestedSecrets(value, path, around);
}

function* namedCauses(
  value: unknown,
  leaves: readonly Leaf[],
  path: readonly string[],
  { root }: Around,
): Generator<Cause> {
  const whole = templateOf(value);
  const references = referencesIn(whole);
  if (references.length === 0) {
    for (const { path: at, text } of leaves)
      if (isLiteral(text, "value")) yield { path: at, cause: "a literal under a secret's name" };
  } else if (isLiteral(whole, "value")) {
    const { path: at = path } = leaves.find(({ text }) => isLiteral(text, "value")) ?? {};
    yield { path: at, cause: "a literal beside a reference, under a secret's name" };
  } else if (references.every((each) => isLiteralAt(isRecord(root) ? root.values : undefined, each))) {
    yield { path, cause: "a reference to a literal, under a secret's name" };
  }
}

/** The key that says what a value is: no place in a list, no function, no wrapper. */
function ownerOf(path: readonly string[], root: unknown): string {
  return nameOf(
    path.filter((key) => !FUNCTION.test(key)),
    root,
  );
}

/** An fn::secret among the arguments of a function. */
function* nestedSecrets(value: unknown, path: readonly string[], around: Around): Generator<Cause> {
  for (const [key, each] of Object.entries(value ?? {})) {
    const at = [...path, key];
    if (/^fn::secret$/i.test(key)) yield* secretCauses({ [key]: each }, path, around);
    else if (typeof each === "object" && each !== null) yield* nestedSecrets(each, at, around);
  }
}

function tokenOf(path: readonly string[], text: string): string | undefined {
  if (/^fn::fromBase64$/i.test(path.at(-1) ?? "")) return tokenIn(Buffer.from(text, "base64").toString());
  return tokenIn(text);
}

/** A function's text as it comes out, as far as it says: `fn::join` and `fn::concat` put together, others as they are. */
function templateOf(value: unknown): string {
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map(templateOf).join("");
  if (!isRecord(value)) return "";
  return Object.entries(value)
    .map(([key, each]) => {
      if (/^fn::secret$/i.test(key)) return "${fn::secret}";
      if (/^fn::join$/i.test(key) && Array.isArray(each)) {
        const [delimiter, parts] = each;
        return (Array.isArray(parts) ? parts : [parts]).map(templateOf).join(templateOf(delimiter));
      }
      return templateOf(each);
    })
    .join("");
}

/** Whether a reference leads to a literal of this same text. */
function isLiteralAt(values: unknown, path: readonly string[]): boolean {
  const found = path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined),
    values,
  );
  const isText = typeof found === "string" || typeof found === "number";
  return isText && referencesIn(String(found)).length === 0 && isLiteral(String(found), "value");
}

interface Leaf {
  path: readonly string[];
  text: string;
}

function leavesIn(value: unknown, path: readonly string[]): Leaf[] {
  if (typeof value === "string" || typeof value === "number") return [{ path, text: String(value) }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => leavesIn(each, [...path, key]));
}
