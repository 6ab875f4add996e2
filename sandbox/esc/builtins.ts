import { isBase64 } from "./envelope";
import { type Json, readGoJson, writeGoJson } from "./go-json";
import { type Diagnostic, errorAt } from "./syntax";
import { checkType } from "./type-check";
import {
  containsSecrets,
  containsUnknowns,
  type ExpressionNode,
  keysOf,
  makeValue,
  propertyOf,
  type Representation,
  textOf,
  type Value,
} from "./value";

/** What a builtin needs from the evaluation of the environment it stands in. */
export interface BuiltinScope {
  diagnostics: Diagnostic[];
  evaluate: (node: ExpressionNode) => Value;
}

type Builtin = (node: ExpressionNode, scope: BuiltinScope) => Value;

/** The builtins that only compute; fn::secret is the evaluator's own. */
export const BUILTINS: Record<string, Builtin> = {
  "fn::concat": (node, scope) =>
    compute(node, scope, { value: "arrays" }, ({ value }) => itemsOf(value).flatMap(itemsOf)),
  "fn::join": (node, scope) =>
    compute(node, scope, { delimiter: "string", values: "strings" }, ({ delimiter, values }) =>
      itemsOf(values).map(stringOf).join(stringOf(delimiter)),
    ),
  "fn::split": (node, scope) =>
    compute(node, scope, { delimiter: "string", string: "string" }, ({ delimiter, string }) =>
      splitText(stringOf(string), stringOf(delimiter)).map((repr) =>
        makeValue(node, { shape: "string", repr }),
      ),
    ),
  "fn::toBase64": (node, scope) =>
    compute(node, scope, { value: "string" }, ({ value }) => Buffer.from(stringOf(value)).toString("base64")),
  "fn::fromBase64": (node, scope) =>
    compute(node, scope, { value: "string" }, ({ value }) => decodeBase64(stringOf(value), node, scope)),
  "fn::toJSON": (node, scope) =>
    compute(node, scope, { value: "any" }, ({ value }) => value && writeGoJson(toJson(value))),
  "fn::fromJSON": fromJson,
  "fn::toString": convertToString,
  "fn::final": makeFinal,
};

type Accepted = "any" | "string" | "strings" | "arrays";
type Operands = Record<string, Value | undefined>;

/** Checks the operands; the result is as unknown and as secret as they are. */
function compute(
  node: ExpressionNode,
  scope: BuiltinScope,
  accepts: Record<string, Accepted>,
  calculate: (operands: Operands) => Representation | undefined,
  onUnknown: "drop" | "keepUnknown" = "drop",
): Value {
  const operands: Operands = {};
  let isValid = true;
  for (const [name, accepted] of Object.entries(accepts)) {
    const operand = node.operands?.get(name);
    const value = operand && scope.evaluate(operand);
    operands[name] = value;
    if (!value || !checkType(value, accepted, scope.diagnostics)) isValid = false;
  }
  if (!isValid) return makeValue(node, { unknown: true });
  const values = Object.values(operands).filter((value) => value !== undefined);
  const unknown = values.some(containsUnknowns);
  const secret = values.some(containsSecrets);
  const repr = unknown && onUnknown === "drop" ? null : calculate(operands);
  const shape = onUnknown === "keepUnknown" ? (values[0]?.shape ?? "any") : node.shape;
  return makeValue(node, { shape, secret, unknown: unknown || repr === undefined, repr: repr ?? null });
}

function itemsOf(value: Value | undefined): Value[] {
  return Array.isArray(value?.repr) ? value.repr : [];
}

function stringOf(value: Value | undefined): string {
  return String(value?.repr);
}

function splitText(text: string, delimiter: string): string[] {
  // Go splits by UTF-8 characters on an empty delimiter, JavaScript by UTF-16 units.
  return delimiter === "" ? [...text] : text.split(delimiter);
}

function decodeBase64(text: string, node: ExpressionNode, scope: BuiltinScope): string | undefined {
  const compact = text.replaceAll(/[\r\n]/g, "");
  if (!isBase64(compact)) {
    scope.diagnostics.push(errorAt(node.range, "decoding base64 string: illegal base64 data"));
    return undefined;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, "base64"));
  } catch {
    // The real evaluator keeps such bytes until they become U+FFFD in the service's answer: no value to rely on.
    scope.diagnostics.push(
      errorAt(node.range, "decoding base64 string: the sandbox supports UTF-8 text only"),
    );
    return undefined;
  }
}

function toJson(value: Value): Json {
  const { repr } = value;
  if (Array.isArray(repr)) return repr.map(toJson);
  if (!(repr instanceof Map)) return repr;
  const members = new Map<string, Json>();
  for (const key of keysOf(value)) {
    const property = propertyOf(value, key);
    if (property) members.set(key, toJson(property));
  }
  return members;
}

function fromJson(node: ExpressionNode, scope: BuiltinScope): Value {
  const operand = node.operands?.get("value");
  const text = operand && scope.evaluate(operand);
  if (!text || !checkType(text, "string", scope.diagnostics)) return makeValue(node, { unknown: true });
  const secret = containsSecrets(text);
  if (containsUnknowns(text)) return makeValue(node, { unknown: true, secret });
  const json = readGoJson(String(text.repr));
  if (json === undefined) {
    scope.diagnostics.push(errorAt(node.range, "decoding JSON string: invalid JSON"));
    return makeValue(node, { unknown: true, secret });
  }
  return valueFromJson(json, node, secret);
}

/** A value from plain JSON, secret in all its parts if asked. */
export function valueFromJson(json: Json, def: ExpressionNode, secret: boolean): Value {
  const convert = (member: Json) => valueFromJson(member, def, secret);
  if (Array.isArray(json)) return makeValue(def, { secret, repr: json.map(convert) });
  if (!(json instanceof Map)) return makeValue(def, { secret, repr: json });
  return makeValue(def, { secret, repr: new Map([...json].map(([key, member]) => [key, convert(member)])) });
}

function makeFinal(node: ExpressionNode, scope: BuiltinScope): Value {
  const value = compute(node, scope, { value: "any" }, ({ value }) => value?.repr, "keepUnknown");
  value.final = true;
  // The real evaluator asks for the keys here, before merging: an imported object's other keys do not show in it.
  keysOf(value);
  return value;
}

function convertToString(node: ExpressionNode, scope: BuiltinScope): Value {
  const operand = node.operands?.get("value");
  if (!operand) return makeValue(node, { unknown: true });
  const { text, unknown, secret } = textOf(scope.evaluate(operand));
  return makeValue(node, { unknown, secret, repr: unknown ? null : text });
}
