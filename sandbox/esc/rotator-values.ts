import { JsonNumber } from "./json-number";
import { type RotatorData, type RotatorObject, SecretText } from "./rotator";
import { type ExpressionNode, keysOf, makeValue, propertyOf, type Value } from "./value";

/** What a rotator gave, as the value of the expression that called it. */
export function valueFromRotator(data: RotatorData, def: ExpressionNode): Value {
  if (data instanceof SecretText) return makeValue(def, { shape: "string", secret: true, repr: data.text });
  if (Array.isArray(data))
    return makeValue(def, { shape: "any", repr: data.map((item) => valueFromRotator(item, def)) });
  if (data === null || typeof data !== "object" || data instanceof JsonNumber)
    return makeValue(def, { shape: "any", repr: data });
  const members = Object.entries(data).map(([key, member]) => [key, valueFromRotator(member, def)] as const);
  return makeValue(def, { shape: "any", repr: new Map(members) });
}

/** An evaluated object as a rotator is given it, without what is unknown; undefined for null. */
export function rotatorObject(value: Value): RotatorObject | undefined {
  const data = dataOf(value, false);
  const isObject = typeof data === "object" && data !== null && !Array.isArray(data);
  return isObject && !(data instanceof JsonNumber) && !(data instanceof SecretText) ? data : undefined;
}

function dataOf(value: Value, isSecret: boolean): RotatorData {
  const { repr } = value;
  const secret = isSecret || value.secret;
  if (Array.isArray(repr)) return repr.map((item) => dataOf(item, secret));
  if (repr instanceof Map) {
    const members = keysOf(value).flatMap((key) => {
      const property = propertyOf(value, key);
      return property === undefined || property.unknown ? [] : [[key, dataOf(property, secret)] as const];
    });
    return Object.fromEntries(members);
  }
  return secret && typeof repr === "string" ? new SecretText(repr) : repr;
}
