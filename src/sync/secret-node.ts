import { isMap, isScalar, Scalar, type YAMLMap } from "yaml";
import { Secret } from "../secret";

/**
 * Values that ESC reads back as they are: printable ASCII, tab and line ends, and no `$` that it would act on. Not with
 * a line end first: the service's /decrypt writes it as a block (`|2`) that reads back without it (gopkg.in/yaml.v3).
 */
const PLAIN = /^(?!\n)[\t\n\r\x20-\x7e]*$/;
const ACTED_ON = /\$[{$]/;

/**
 * A secret as ESC stores it: `fn::secret` with a double-quoted literal, which no YAML reader takes for a number, a
 * boolean or a comment. Text in which ESC would see an interpolation is wrapped in base64: `${x}` is refused as
 * not literal, and escaped as `$${x}` it is encrypted, and later opened, with both dollars.
 *
 * @returns plain data for the yaml library's createNode.
 */
export function secretNode(value: Secret): unknown {
  const text = value.unwrap();
  if (PLAIN.test(text) && !ACTED_ON.test(text)) return { "fn::secret": quoted(text) };
  return { "fn::fromBase64": { "fn::secret": quoted(Buffer.from(text, "utf8").toString("base64")) } };
}

/** The value of a node that `secretNode` made, when it is in plain text; undefined for ciphertext and anything else. */
export function readSecretNode(node: unknown): Secret | undefined {
  if (!isCall(node)) return undefined;
  const encoded = node.getIn(["fn::fromBase64", "fn::secret"]);
  if (typeof encoded === "string") return new Secret(Buffer.from(encoded, "base64").toString("utf8"));
  const plain = node.get("fn::secret", true);
  const text = isScalar(plain) ? textOf(plain) : undefined;
  return text === undefined ? undefined : new Secret(text);
}

/**
 * The service's /decrypt quotes what its own YAML reader takes for a number. A hexadecimal or octal one beyond 64 bits
 * is none to that (gopkg.in/yaml.v3, resolve.go), and comes back bare; to ours it is.
 */
function textOf({ value, source }: Scalar): string | undefined {
  if (typeof value === "string") return value;
  const isTooLong = source !== undefined && /^0[xo]/.test(source) && BigInt(source) >= 2n ** 64n;
  return isTooLong ? source : undefined;
}

/**
 * A secret's node as it is stored: the ciphertext, and whether it holds base64. Equal texts are one value; different
 * ones are another value, or the same set again. Undefined for whatever is not stored as `secretNode` has it.
 */
export function ciphertextOf(node: unknown): string | undefined {
  if (!isCall(node)) return undefined;
  const encoded = node.getIn(["fn::fromBase64", "fn::secret", "ciphertext"]);
  if (typeof encoded === "string") return `base64 ${encoded}`;
  const plain = node.getIn(["fn::secret", "ciphertext"]);
  return typeof plain === "string" ? plain : undefined;
}

/** Whether a node is a call of one of ESC's functions: a mapping of one key that begins with `fn::`. */
export function isCall(node: unknown): node is YAMLMap {
  if (!isMap(node) || node.items.length !== 1) return false;
  const key = node.items[0]?.key;
  return isScalar(key) && typeof key.value === "string" && key.value.startsWith("fn::");
}

function quoted(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
