/**
 * A number by its text, as the real evaluator keeps it: `9223372036854775807` and JSON's `1.0` survive,
 * which a JavaScript number would change.
 */
export class JsonNumber {
  constructor(readonly text: string) {}

  /** What plain JSON.stringify sees: exact up to 2^53 only. Use `stringifyExact` for what leaves the process. */
  toJSON(): number {
    return Number(this.text);
  }
}

/** A float64 in the form of Go's strconv.FormatFloat(v, 'g', -1, 64), which the real evaluator shows: 1e+06. */
export function formatGoFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  // The limits of Go's strconv/ftoa.go for the shortest 'g' form: 1234567.5 already reads 1.2345675e+06.
  if (exponent >= -4 && exponent < 6) return plainDecimal(value, mantissa, exponent);
  const digits = String(Math.abs(exponent)).padStart(2, "0");
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${digits}`;
}

function plainDecimal(value: number, mantissa: string, exponent: number): string {
  if (exponent >= 0) return String(value);
  const sign = value < 0 ? "-" : "";
  return `${sign}0.${"0".repeat(-exponent - 1)}${mantissa.replace(/[-.]/g, "")}`;
}

/** JSON text of a plain value in which every JsonNumber keeps its own text. Undefined members are left out. */
export function stringifyExact(value: unknown): string {
  if (value instanceof JsonNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => stringifyExact(item ?? null)).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${stringifyExact(member)}`).join(",")}}`;
}
