import { checkOptional, checkSchema } from "./check-schema";
import { type DocumentPath, placeOf } from "./document-path";
import { rotatorOf } from "./parse-rotate";
import type { Rotator, RotatorObject, RotatorSchema, Rotators } from "./rotator";
import { rotatorObject, valueFromRotator } from "./rotator-values";
import { type Diagnostic, errorAt } from "./syntax";
import { containsUnknowns, type ExpressionNode, keysOf, makeValue, propertyOf, type Value } from "./value";

/** What became of one call of a rotator; without either: its inputs could not be evaluated. */
export interface RotationOutcome {
  state?: RotatorObject;
  failure?: string;
}

/** A rotation of an environment that is under way. */
export interface RotationRun {
  /** The path to each call, by its place. */
  paths: ReadonlyMap<string, DocumentPath>;
  isWanted(path: DocumentPath): boolean;
  /** By the place of the call, in the order in which they were met. */
  outcomes: Map<string, RotationOutcome>;
}

/** Thrown where a rotator must act before the evaluation, which waits for nothing, can go on. */
export class RotationDue extends Error {
  override name = "RotationDue";

  constructor(
    readonly at: string,
    readonly rotator: string,
    readonly inputs: RotatorObject,
    readonly state: RotatorObject | undefined,
  ) {
    super("a rotator has to act first");
  }
}

/** What a call of a rotator needs from the evaluation of the environment it stands in. */
export interface RotateScope {
  diagnostics: Diagnostic[];
  evaluate: (node: ExpressionNode) => Value;
  rotators: Rotators;
  /** True for a check: nothing is opened, and rotate-only inputs of the environment itself are looked at too. */
  validates: boolean;
  /** False in an environment that another imports: only the one that is asked for is rotated. */
  isRoot: boolean;
  rotation: RotationRun | undefined;
}

/**
 * The value of `fn::rotate`: what the rotator makes of its state, after it has rotated where that is asked for.
 * @throws RotationDue
 */
export function evaluateRotate(node: ExpressionNode, scope: RotateScope): Value {
  const unknown = () => makeValue(node, { shape: "any", unknown: true });
  const { expression, operands } = node;
  const name = expression?.kind === "builtin" ? rotatorOf(expression) : undefined;
  const [inputs, state] = [operands?.get("inputs"), operands?.get("state")];
  if (name === undefined || !inputs || !state) return unknown();
  const rotator = Object.hasOwn(scope.rotators, name) ? scope.rotators[name] : undefined;
  if (!rotator) scope.diagnostics.push(errorAt(node.range, `rotator "${name}" is not available`));
  const given = evaluateOperands({ inputs, state }, rotator, scope);
  const wanted = wantedAt(node, scope);
  if (!rotator || !given || scope.validates) {
    if (wanted !== undefined) scope.rotation?.outcomes.set(wanted, {});
    return unknown();
  }
  let kept = given.state;
  if (wanted !== undefined) {
    const outcome = scope.rotation?.outcomes.get(wanted);
    if (!outcome) throw new RotationDue(wanted, name, given.inputs, given.state);
    if (!outcome.state) {
      scope.diagnostics.push(errorAt(node.range, `rotate: ${outcome.failure}`));
      return unknown();
    }
    kept = outcome.state;
  }
  try {
    return valueFromRotator(rotator.open(given.inputs, kept), node);
  } catch (error) {
    scope.diagnostics.push(errorAt(node.range, (error as Error).message));
    return unknown();
  }
}

/** Inputs and state as the rotator is given them; undefined where they do not fit or are not known. */
function evaluateOperands(
  operands: { inputs: ExpressionNode; state: ExpressionNode },
  rotator: Rotator | undefined,
  scope: RotateScope,
): { inputs: RotatorObject; state: RotatorObject | undefined } | undefined {
  const rotates = scope.isRoot && scope.rotation !== undefined;
  const looksAtAll = rotates || (scope.validates && scope.isRoot);
  if (rotator && !looksAtAll) leaveRotateOnly(operands.inputs, rotator.inputs);
  const inputs = scope.evaluate(operands.inputs);
  const inputsFit = !rotator || checkSchema(inputs, rotator.inputs, scope.diagnostics);
  const state = scope.evaluate(operands.state);
  const stateFits = !rotator || checkOptional(state, rotator.state, scope.diagnostics);
  const isKnown = !hidesUnknowns(inputs, rotates ? undefined : rotator?.inputs) && !containsUnknowns(state);
  if (!inputsFit || !stateFits || !isKnown) return undefined;
  return { inputs: rotatorObject(inputs) ?? {}, state: rotatorObject(state) };
}

function wantedAt(node: ExpressionNode, { isRoot, rotation }: RotateScope): string | undefined {
  const at = placeOf(node.range);
  const path = isRoot && at !== undefined ? rotation?.paths.get(at) : undefined;
  return path !== undefined && rotation?.isWanted(path) ? at : undefined;
}

/** Gives rotate-only inputs their value, an unknown one, so that evaluation passes over them. */
function leaveRotateOnly(node: ExpressionNode, schema: RotatorSchema): void {
  for (const [key, property] of node.properties ?? []) {
    if (!schema.rotateOnly?.includes(key)) {
      const inner = schema.properties?.[key];
      if (inner) leaveRotateOnly(property, inner);
      continue;
    }
    property.state = "done";
    property.value = makeValue(property, { shape: "any", unknown: true });
  }
}

/** Whether something is unknown besides what is rotate-only. @param schema undefined while rotating */
function hidesUnknowns(value: Value, schema: RotatorSchema | undefined): boolean {
  if (value.unknown) return true;
  if (!schema || !(value.repr instanceof Map)) return containsUnknowns(value);
  return keysOf(value).some((key) => {
    const property = propertyOf(value, key);
    if (!property || schema.rotateOnly?.includes(key)) return false;
    return hidesUnknowns(property, schema.properties?.[key]);
  });
}
