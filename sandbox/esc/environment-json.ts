import type { BuiltinExpression } from "./expression";
import type { Accessor } from "./interpolation";
import type { JsonNumber } from "./json-number";
import type { Range } from "./syntax";
import { type ExpressionNode, keysOf, propertyOf, type ResolvedAccessor, type Value } from "./value";

/** esc.Value: an evaluated value with where it came from. Null has no `value`. */
export interface EscValueJson {
  value?: boolean | string | JsonNumber | EscValueJson[] | Record<string, EscValueJson>;
  secret?: true;
  unknown?: true;
  trace: { def: Range; base?: EscValueJson };
}

interface AccessorJson {
  index?: number;
  key?: string;
  range: Range;
  value: Range;
}

/** esc.Expr: a definition, without the schemas that the real service adds. */
export interface EscExpressionJson {
  range?: Range;
  base?: EscExpressionJson;
  keyRanges?: Record<string, Range>;
  literal?: boolean | string | JsonNumber;
  interpolate?: { text?: string; value?: AccessorJson[] }[];
  symbol?: AccessorJson[];
  list?: EscExpressionJson[];
  object?: Record<string, EscExpressionJson>;
  builtin?: { name: string; nameRange: Range; argSchema: true; arg: EscExpressionJson };
}

/** Writes values and definitions of one environment in the service's JSON shapes. */
export class JsonExporter {
  private readonly written = new Map<Value, EscValueJson>();

  /** @param environment the name for ranges of what has no text of its own */
  constructor(private readonly environment: string) {}

  value(value: Value): EscValueJson {
    const known = this.written.get(value);
    if (known) return known;
    const base = value.base && new JsonExporter("<import>").value(value.base);
    const plain = this.plainValue(value);
    const json: EscValueJson = {
      ...(plain !== null && { value: plain }),
      ...(value.secret && { secret: true }),
      ...(value.unknown && { unknown: true }),
      trace: { def: this.range(value.def.range), ...(base && { base }) },
    };
    this.written.set(value, json);
    return json;
  }

  /** The members of an object value, by key. */
  members(value: Value): Record<string, EscValueJson> {
    const pairs = keysOf(value).flatMap((key) => {
      const property = propertyOf(value, key);
      return property ? [[key, this.value(property)] as const] : [];
    });
    return Object.fromEntries(pairs);
  }

  private plainValue(value: Value): NonNullable<EscValueJson["value"]> | null {
    if (Array.isArray(value.repr)) return value.repr.map((item) => this.value(item));
    return value.repr instanceof Map ? this.members(value) : value.repr;
  }

  expressions(nodes: Map<string, ExpressionNode>): Record<string, EscExpressionJson> {
    return Object.fromEntries([...nodes].map(([key, node]) => [key, this.expression(node)]));
  }

  expression(node: ExpressionNode): EscExpressionJson {
    const { expression } = node;
    const json: EscExpressionJson = {
      range: this.range(node.range),
      ...(node.base && { base: this.expression(node.base.def) }),
    };
    // Go leaves out what is empty.
    if (node.properties?.size) json.object = this.expressions(node.properties);
    if (node.elements?.length) json.list = node.elements.map((element) => this.expression(element));
    if (!expression) return json;
    if (expression.kind === "literal" && expression.value !== null) json.literal = expression.value;
    if (expression.kind === "object" && expression.entries.length > 0)
      json.keyRanges = this.keyRanges(expression.entries);
    if (expression.kind === "symbol") json.symbol = this.accessors(node.accesses?.[0] ?? []);
    if (expression.kind === "interpolate") {
      json.interpolate = expression.parts.map(({ text, accessors }, index) => ({
        ...(text !== "" && { text }),
        ...(accessors && { value: this.accessors(node.accesses?.[index] ?? []) }),
      }));
    }
    if (expression.kind === "builtin") json.builtin = this.builtin(node, expression);
    return json;
  }

  private keyRanges(entries: readonly { key: string | undefined; keyRange: Range | undefined }[]) {
    return Object.fromEntries(
      entries.flatMap(({ key, keyRange }) => (key === undefined ? [] : [[key, this.range(keyRange)]])),
    );
  }

  private builtin(node: ExpressionNode, { name, nameRange, argument }: BuiltinExpression) {
    const operands = [...(node.operands ?? [])].map(
      ([key, operand]) => [key, this.expression(operand)] as const,
    );
    const [first] = operands;
    let arg: EscExpressionJson = first?.[1] ?? { range: this.range(argument.range) };
    if (node.operands?.has("inputs")) return this.rotate(operands, name, nameRange);
    if (operands.length > 1) {
      arg = { range: this.range(argument.range), list: operands.map(([, operand]) => operand) };
    } else if (first?.[0] === "ciphertext") {
      arg = { range: this.range(argument.range), object: Object.fromEntries(operands) };
    }
    return { name, nameRange: this.range(nameRange), argSchema: true as const, arg };
  }

  /** The argument of a call that is written in one of two ways is shown without a place. */
  private rotate(
    operands: (readonly [string, EscExpressionJson])[],
    name: string,
    nameRange: Range | undefined,
  ) {
    const shown = operands.filter(([key]) => key !== "provider" || name === "fn::rotate");
    const arg: EscExpressionJson = { range: noRange(), object: Object.fromEntries(shown) };
    return { name, nameRange: this.range(nameRange), argSchema: true as const, arg };
  }

  private accessors(steps: ResolvedAccessor[]): AccessorJson[] {
    return steps.map(({ accessor, value }) => ({
      ...accessorKey(accessor),
      range: this.range(accessor.range),
      value: value ? this.range(value.def.range) : noRange(),
    }));
  }

  private range(range: Range | undefined): Range {
    return range ?? { environment: this.environment, ...noRange() };
  }
}

function accessorKey({ key }: Accessor): { key: string } | { index: number } {
  return typeof key === "string" ? { key } : { index: key };
}

function noRange(): Range {
  const nowhere = { line: 0, column: 0, byte: 0 };
  return { begin: nowhere, end: nowhere };
}
