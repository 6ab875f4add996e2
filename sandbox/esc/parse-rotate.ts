import type { BuiltinExpression, Expression, ObjectExpression } from "./expression";
import { SHORT_PREFIX } from "./rotator";
import { type Diagnostic, errorAt, type Range } from "./syntax";

const NO_STATE: Expression = { kind: "literal", range: undefined, value: null };

/** The operands of `fn::rotate` and `fn::rotate::NAME`; without a provider the call cannot be evaluated. */
export function readRotate(
  { name, nameRange }: { name: string; nameRange: Range | undefined },
  argument: Expression,
  diagnostics: Diagnostic[],
): BuiltinExpression["operands"] {
  const isShort = name.startsWith(SHORT_PREFIX);
  if (argument.kind !== "object") {
    const members = isShort ? "'inputs' and 'state'" : "'provider', 'inputs' and 'state'";
    diagnostics.push(
      errorAt(argument.range, `the argument to fn::rotate must be an object containing ${members}`),
    );
    return {};
  }
  const provider: Expression | undefined = isShort
    ? { kind: "literal", range: nameRange, value: name.slice(SHORT_PREFIX.length) }
    : readProvider(argument, diagnostics);
  const inputs = memberOf(argument, "inputs");
  if (!inputs) diagnostics.push(errorAt(argument.range, "missing provider inputs ('inputs')"));
  const state = memberOf(argument, "state") ?? NO_STATE;
  if (state !== NO_STATE && state.kind !== "object") {
    diagnostics.push(errorAt(state.range, "rotation state must be an object literal"));
  }
  return { provider, inputs, state };
}

function readProvider(argument: ObjectExpression, diagnostics: Diagnostic[]): Expression | undefined {
  const provider = memberOf(argument, "provider");
  if (provider?.kind === "literal" && typeof provider.value === "string") return provider;
  diagnostics.push(
    provider
      ? errorAt(provider.range, "provider name must be a string literal")
      : errorAt(argument.range, "missing provider name ('provider')"),
  );
  return undefined;
}

/** As the real parser: the last of several members of one name. */
function memberOf(argument: ObjectExpression, key: string): Expression | undefined {
  return argument.entries.findLast((entry) => entry.key === key)?.value;
}

/** The name of the rotator that a builtin calls; undefined for any other builtin. */
export function rotatorOf({ operands }: BuiltinExpression): string | undefined {
  const { provider } = operands;
  return provider?.kind === "literal" ? String(provider.value) : undefined;
}
