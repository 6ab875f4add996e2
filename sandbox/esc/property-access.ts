import { quoteGo } from "./go-text";
import type { Accessor } from "./interpolation";
import { didYouMean } from "./spelling";
import { type Diagnostic, errorAt, type Range } from "./syntax";
import {
  type ExpressionNode,
  isObject,
  makeValue,
  missingNode,
  type ResolvedAccessor,
  type Value,
} from "./value";

/** What an access needs from the evaluation of the environment it stands in. */
export interface AccessScope {
  root: ExpressionNode;
  imports: Value;
  context: Value;
  diagnostics: Diagnostic[];
  evaluate: (node: ExpressionNode) => Value;
  importByName: (range: Range | undefined, name: string) => Value | undefined;
}

/** Follows the accessors of one `${...}` that stands in `node`; records the value that each step found. */
export class PropertyAccess {
  constructor(
    private readonly scope: AccessScope,
    private readonly node: ExpressionNode,
  ) {}

  /** The value at the end of the access; an unknown one, with a diagnostic, if there is none. */
  resolve(steps: ResolvedAccessor[]): Value {
    const [first] = steps;
    if (first?.accessor.key === "imports") return this.fromReserved(this.scope.imports, steps);
    if (first?.accessor.key === "context") return this.fromReserved(this.scope.context, steps);
    if (first?.accessor.key === "environments") return this.fromEnvironment(steps);
    return this.fromNode(this.scope.root, steps);
  }

  private fromReserved(value: Value, [first, ...rest]: ResolvedAccessor[]): Value {
    if (first) first.value = value;
    return this.fromValue(value, rest);
  }

  // Follows definitions without evaluating them, so that siblings within one object may refer to each other.
  private fromNode(start: ExpressionNode, steps: ResolvedAccessor[]): Value {
    let receiver = start;
    for (const [index, step] of steps.entries()) {
      const rest = steps.slice(index);
      const plaintext = receiver.operands?.get("plaintext");
      const child = this.childOf(plaintext ?? receiver, step.accessor);
      if (child === "evaluate") return this.fromValue(this.scope.evaluate(plaintext ?? receiver), rest);
      if (child === "base" && receiver.base) return this.fromValue(receiver.base, rest);
      if (child === undefined || child === "base") return this.invalid(rest);
      receiver = child;
      step.value = makeValue(receiver, { base: receiver.base });
    }
    return this.scope.evaluate(receiver);
  }

  private childOf(
    receiver: ExpressionNode,
    accessor: Accessor,
  ): ExpressionNode | "evaluate" | "base" | undefined {
    if (receiver.elements) {
      const index = this.indexOf(accessor, receiver.elements.length);
      return index === undefined ? undefined : receiver.elements[index];
    }
    if (receiver.operands?.has("ciphertext")) {
      this.error(undefined, "internal error: no receiver");
      return undefined;
    }
    if (!receiver.properties) return "evaluate";
    const key = this.keyOf(accessor);
    if (key === undefined) return undefined;
    const property = receiver.properties.get(key);
    if (property) return property;
    if (isObject(receiver.base)) return "base";
    this.unknownProperty(accessor, key, receiver.properties.keys());
    return undefined;
  }

  // ${environments.project.environment.path}: an import of only what is named.
  private fromEnvironment(steps: ResolvedAccessor[]): Value {
    const [first, project, environment, ...rest] = steps;
    if (!first || !project || !environment) return this.invalid(steps);
    const projectName = this.keyOf(project.accessor);
    const environmentName = this.keyOf(environment.accessor);
    if (projectName === undefined || environmentName === undefined) return this.invalid(steps);
    const found =
      this.scope.importByName(this.node.range, `${projectName}/${environmentName}`) ??
      makeValue(missingNode(""), { unknown: true });
    const environments = makeValue(this.node, { repr: new Map([[environmentName, found]]) });
    project.value = environments;
    first.value = makeValue(this.node, { repr: new Map([[projectName, environments]]) });
    environment.value = found;
    return this.fromValue(found, rest);
  }

  private fromValue(start: Value, steps: ResolvedAccessor[]): Value {
    let receiver = start;
    for (const [index, step] of steps.entries()) {
      const rest = steps.slice(index);
      if (receiver.unknown) return this.fromUnknown(receiver, rest);
      const child = this.childOfValue(receiver, step.accessor);
      if (child === "base" && receiver.base) return this.fromValue(receiver.base, rest);
      if (child === undefined || child === "base") return this.invalid(rest);
      receiver = child;
      step.value = receiver;
    }
    return receiver;
  }

  private childOfValue(receiver: Value, accessor: Accessor): Value | "base" | undefined {
    const { repr } = receiver;
    if (Array.isArray(repr)) {
      const index = this.indexOf(accessor, repr.length);
      return index === undefined ? undefined : repr[index];
    }
    if (!(repr instanceof Map)) {
      this.error(accessor, "receiver must be an array or an object");
      return undefined;
    }
    const key = this.keyOf(accessor);
    if (key === undefined) return undefined;
    const property = repr.get(key);
    if (property) return property;
    if (isObject(receiver.base)) return "base";
    this.unknownProperty(accessor, key, repr.keys());
    return undefined;
  }

  private fromUnknown(receiver: Value, steps: ResolvedAccessor[]): Value {
    let { shape } = receiver;
    let found = receiver;
    for (const [index, step] of steps.entries()) {
      if (shape === "string" || shape === "scalar") {
        this.error(step.accessor, "receiver must be an array or an object");
        return this.invalid(steps.slice(index));
      }
      if (shape !== "any" && this.indexOf(step.accessor, undefined) === undefined) {
        return this.invalid(steps.slice(index));
      }
      shape = shape === "strings" ? "string" : "any";
      found = this.unknownValue(shape);
      step.value = found;
    }
    return found;
  }

  private invalid(steps: ResolvedAccessor[]): Value {
    const value = this.unknownValue("any");
    for (const step of steps) step.value = value;
    return value;
  }

  private unknownValue(shape: Value["shape"]): Value {
    const def: ExpressionNode = { ...missingNode(""), range: this.node.range, state: "done" };
    return makeValue(def, { shape, unknown: true });
  }

  private indexOf({ key, range }: Accessor, length: number | undefined): number | undefined {
    if (typeof key === "string") {
      this.error({ key, range }, "cannot access an array element using a property name");
    } else if (key < 0) {
      this.error({ key, range }, "array indices must not be negative");
    } else if (length !== undefined && key >= length) {
      this.error({ key, range }, `array index ${key} out-of-bounds for array of length ${length}`);
    } else {
      return key;
    }
    return undefined;
  }

  private keyOf(accessor: Accessor): string | undefined {
    if (typeof accessor.key === "string") return accessor.key;
    this.error(accessor, "cannot access an object property using an integer index");
    return undefined;
  }

  private unknownProperty(accessor: Accessor, key: string, known: Iterable<string>): void {
    this.error(accessor, `unknown property ${quoteGo(key)}${didYouMean(key, known)}`);
  }

  private error(accessor: Accessor | undefined, summary: string): void {
    this.scope.diagnostics.push(errorAt(accessor?.range ?? this.node.range, summary));
  }
}
