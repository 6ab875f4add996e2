import { formatGoFloat, JsonNumber } from "./json-number";

/** What a plain YAML scalar means. `undefined` stands for "the tag and the text do not fit". */
export type ScalarMeaning = null | boolean | string | JsonNumber | undefined;

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUES = new Set(["true", "True", "TRUE"]);
const FALSES = new Set(["false", "False", "FALSE"]);
const SPECIAL_FLOATS = /^(?:\.(?:nan|NaN|NAN)|[-+]?\.(?:inf|Inf|INF))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
// A leading dot sends the text straight to strconv.ParseFloat, which allows single underscores between digits.
const DOT_FLOAT = /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/;
const TIMESTAMP =
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?)?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;
const CORE_TAG = "tag:yaml.org,2002:";

/**
 * Reads a scalar as Go's yaml.v3 does (resolve.go), which is neither YAML 1.1 nor 1.2: `yes`, `on` are strings, `0123`
 * is octal, `0b1`, `1_000` are numbers, dates stay text.
 * @param tag the explicit tag, resolved (`tag:yaml.org,2002:int`), or undefined
 */
export function readScalar(text: string, isPlain: boolean, tag: string | undefined): ScalarMeaning {
  const shortTag = tag?.startsWith(CORE_TAG) ? tag.slice(CORE_TAG.length) : tag;
  if (shortTag === undefined || shortTag === "!") return isPlain ? readPlain(text) : text;
  switch (shortTag) {
    case "null":
    case "bool":
    case "int":
    case "float":
    case "timestamp":
      return readTagged(text, shortTag);
    default:
      return text;
  }
}

function readPlain(text: string): ScalarMeaning {
  if (NULLS.has(text)) return null;
  if (TRUES.has(text)) return true;
  if (FALSES.has(text)) return false;
  if (SPECIAL_FLOATS.test(text)) return undefined;
  if (text.startsWith(".")) return DOT_FLOAT.test(text) ? readFloat(text) : text;
  if (!/^[-+0-9]/.test(text) || TIMESTAMP.test(text)) return text;
  return readNumber(text.replaceAll("_", "")) ?? text;
}

function readNumber(text: string): ScalarMeaning {
  const integer = readInteger(text);
  if (integer !== undefined) return new JsonNumber(integer.toString());
  if (!FLOAT.test(text)) return undefined;
  const float = readFloat(text);
  return float instanceof JsonNumber ? float : undefined;
}

function readFloat(text: string): JsonNumber | string {
  const value = Number(text.replaceAll("_", "").replace(/\.(?=[eE]|$)/, ""));
  return Number.isFinite(value) ? new JsonNumber(formatGoFloat(value)) : text;
}

function readInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+|0|[1-9][0-9]*)$/.exec(text);
  if (!match) return undefined;
  const [, sign = "", digits = ""] = match;
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
  const value = sign === "-" ? -magnitude : magnitude;
  if (value < MIN_INT64 || value > MAX_UINT64) return undefined;
  // A sign sends Go's reader to the signed integers only: +18446744073709551615 is a float.
  return sign !== "" && value >= 2n ** 63n ? undefined : value;
}

function readTagged(text: string, tag: "null" | "bool" | "int" | "float" | "timestamp"): ScalarMeaning {
  const meaning = readPlain(text);
  switch (tag) {
    case "null":
      return meaning === null ? null : undefined;
    case "bool":
      return typeof meaning === "boolean" ? meaning : undefined;
    case "timestamp":
      return TIMESTAMP.test(text) ? text : undefined;
    case "int":
      return meaning instanceof JsonNumber && readInteger(text.replaceAll("_", "")) !== undefined
        ? meaning
        : undefined;
    case "float":
      return meaning instanceof JsonNumber ? new JsonNumber(formatGoFloat(Number(meaning.text))) : undefined;
  }
}
