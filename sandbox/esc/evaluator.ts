import { BUILTINS } from "./builtins";
import { declareProperties } from "./declare";
import { evaluateRotate, type RotationRun } from "./evaluate-rotate";
import { executionContext } from "./execution-context";
import type { BuiltinExpression, EnvironmentDeclaration, Expression } from "./expression";
import type { Json } from "./go-json";
import type { ImportClosure } from "./import-closure";
import { PropertyAccess } from "./property-access";
import { revealCiphertext } from "./reveal-ciphertext";
import type { Rotators } from "./rotator";
import { type Diagnostic, errorAt, hasErrors, type Range, warningAt } from "./syntax";
import {
  copyValue,
  type ExpressionNode,
  makeValue,
  mergeOver,
  missingNode,
  type ResolvedAccessor,
  textOf,
  type Value,
} from "./value";

const RESERVED_KEYS = new Set(["imports", "context", "environments"]);
/** The name under which a text without a name of its own is evaluated. */
const ANONYMOUS = "<yaml>";

/** What all environments of one evaluation share. */
export interface EvaluationRun {
  closure: ImportClosure;
  /** False to leave ciphertext secrets unknown, as a check without showSecrets does. */
  decryptsSecrets: boolean;
  /** True for a check, which opens nothing. */
  validates: boolean;
  rotators: Rotators;
  rotation: RotationRun | undefined;
  context: Map<string, Json>;
  diagnostics: Diagnostic[];
  imported: Map<string, { isEvaluating: boolean; value?: Value }>;
}

/** Evaluates one environment; those that it imports get evaluators of their own, once each. */
export class EnvironmentEvaluator {
  readonly root: ExpressionNode;
  readonly context: Value;
  private readonly named = new Map<string, Value>();
  private readonly imports: Value;
  private isRoot = false;

  /**
   * @param name the name that it was loaded by
   * @param rootName the name of the environment that the evaluation started with
   */
  constructor(
    private readonly run: EvaluationRun,
    private readonly name: string,
    private readonly rootName: string,
    private readonly declaration: EnvironmentDeclaration,
    private readonly decrypt: (ciphertext: string) => string,
  ) {
    this.root = { ...missingNode(`<${name}>`), shape: "any", properties: new Map() };
    this.context = executionContext(run.context, name, rootName === ANONYMOUS ? name : rootName);
    this.imports = makeValue({ ...missingNode(""), state: "done" }, { repr: this.named });
  }

  /** The environment's value, merged over those of its imports. */
  evaluate(): Value {
    const mine: { isEvaluating: boolean; value?: Value } = { isEvaluating: true };
    this.isRoot = this.run.imported.size === 0;
    this.run.imported.set(this.name, mine);
    this.evaluateImports();
    const entries = this.declaration.values.filter(({ key, keyRange }) => {
      if (RESERVED_KEYS.has(key)) this.error(keyRange, `"${key}" is a reserved key`);
      return !RESERVED_KEYS.has(key);
    });
    this.root.properties = declareProperties(entries, "", this.root.base, this.run.diagnostics);
    mine.value = this.evaluateNode(this.root);
    mine.isEvaluating = false;
    return mine.value;
  }

  private evaluateImports(): void {
    for (const { name, range, merge } of this.declaration.imports) {
      const value = this.importByName(range, name);
      if (!value) continue;
      this.named.set(name, value);
      if (!merge) continue;
      const copy = copyValue(value);
      mergeOver(copy, this.root.base);
      this.root.base = copy;
    }
  }

  private importByName(range: Range | undefined, name: string): Value | undefined {
    const known = this.run.imported.get(name);
    if (known?.isEvaluating) {
      this.error(range, `cyclic import of ${name}`);
      return undefined;
    }
    if (known) return known.value;
    const loaded = this.run.closure.get(name);
    if (!loaded || "failure" in loaded) {
      this.error(range, loaded?.failure ?? "not found");
      return undefined;
    }
    this.run.diagnostics.push(...loaded.diagnostics);
    if (!loaded.environment || hasErrors(loaded.diagnostics)) return undefined;
    const rootName = this.rootName === ANONYMOUS ? name : this.rootName;
    return new EnvironmentEvaluator(this.run, name, rootName, loaded.environment, loaded.decrypt).evaluate();
  }

  private evaluateNode(node: ExpressionNode): Value {
    if (node.state === "done" && node.value) return node.value;
    if (node.state === "evaluating") {
      this.error(node.range, `cyclic reference to ${node.path}`);
      return makeValue(node, { shape: "any", unknown: true });
    }
    node.state = "evaluating";
    const value = this.finalBase(node) ?? this.evaluateFresh(node);
    node.value = value;
    node.state = "done";
    return value;
  }

  private finalBase(node: ExpressionNode): Value | undefined {
    if (!node.base?.final) return undefined;
    this.run.diagnostics.push(warningAt(node.range, "cannot override final value"));
    return node.base;
  }

  private evaluateFresh(node: ExpressionNode): Value {
    const value = this.evaluateExpression(node, node.expression);
    if (node.isSecret) value.secret = true;
    mergeOver(value, node.base);
    return value;
  }

  private evaluateExpression(node: ExpressionNode, expression: Expression | undefined): Value {
    if (node.properties) return this.evaluateObject(node, node.properties);
    switch (expression?.kind) {
      case "literal":
        return makeValue(node, { repr: expression.value });
      case "interpolate":
        return this.evaluateInterpolation(node, expression.parts);
      case "symbol":
        return this.access(node, node.accesses?.[0] ?? []);
      case "array":
        return makeValue(node, { repr: (node.elements ?? []).map((element) => this.evaluateNode(element)) });
      case "builtin":
        return this.evaluateBuiltin(node, expression);
      default:
        return makeValue(node, { unknown: true });
    }
  }

  private evaluateObject(node: ExpressionNode, properties: Map<string, ExpressionNode>): Value {
    // In the order of the keys, as the real evaluator does, so that cycles are reported at the same place.
    const inOrder = [...properties].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return makeValue(node, {
      repr: new Map(inOrder.map(([key, property]) => [key, this.evaluateNode(property)])),
    });
  }

  private evaluateInterpolation(node: ExpressionNode, parts: { text: string; accessors?: unknown }[]): Value {
    const value = makeValue(node);
    let text = "";
    for (const [index, part] of parts.entries()) {
      text += part.text;
      if (!part.accessors) continue;
      const found = textOf(this.access(node, node.accesses?.[index] ?? []));
      value.unknown ||= found.unknown;
      value.secret ||= found.secret;
      text += found.text;
    }
    value.repr = value.unknown ? "[unknown]" : text;
    return value;
  }

  private access(node: ExpressionNode, steps: ResolvedAccessor[]): Value {
    const scope = {
      root: this.root,
      imports: this.imports,
      context: this.context,
      diagnostics: this.run.diagnostics,
      evaluate: (target: ExpressionNode) => this.evaluateNode(target),
      importByName: (range: Range | undefined, name: string) => this.importByName(range, name),
    };
    // A copy, because merging the result over this expression's base would change the value that it refers to.
    const copy = copyValue(new PropertyAccess(scope, node).resolve(steps));
    copy.def = node;
    return copy;
  }

  private evaluateBuiltin(node: ExpressionNode, { name }: BuiltinExpression): Value {
    if (name === "fn::secret") return this.evaluateSecret(node);
    if (node.operands?.has("inputs")) return this.evaluateRotate(node);
    const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
    if (!builtin) return makeValue(node, { shape: "any", unknown: true });
    const evaluate = (operand: ExpressionNode) => this.evaluateNode(operand);
    return builtin(node, { diagnostics: this.run.diagnostics, evaluate });
  }

  private evaluateRotate(node: ExpressionNode): Value {
    const { diagnostics, rotators, rotation, validates } = this.run;
    const evaluate = (operand: ExpressionNode) => this.evaluateNode(operand);
    return evaluateRotate(node, {
      diagnostics,
      evaluate,
      rotators,
      rotation,
      validates,
      isRoot: this.isRoot,
    });
  }

  private evaluateSecret(node: ExpressionNode): Value {
    const plaintext = node.operands?.get("plaintext");
    if (plaintext) return this.evaluateNode(plaintext);
    const decrypt = this.run.decryptsSecrets ? this.decrypt : undefined;
    const revealed = revealCiphertext(node.operands?.get("ciphertext")?.expression, decrypt);
    if (revealed.failure !== undefined) this.error(node.range, revealed.failure);
    const { plaintext: repr } = revealed;
    return makeValue(node, { secret: true, unknown: repr === undefined, repr: repr ?? null });
  }

  private error(range: Range | undefined, summary: string): void {
    this.run.diagnostics.push(errorAt(range, summary));
  }
}
