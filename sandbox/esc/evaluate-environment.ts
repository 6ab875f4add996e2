import { type EscExpressionJson, type EscValueJson, JsonExporter } from "./environment-json";
import type { RotationRun } from "./evaluate-rotate";
import { EnvironmentEvaluator, type EvaluationRun } from "./evaluator";
import type { Json } from "./go-json";
import { type LoadEnvironment, loadClosure } from "./import-closure";
import { parseEnvironment } from "./parse-environment";
import type { Rotators } from "./rotator";
import { type Diagnostic, hasErrors } from "./syntax";

/** esc.Environment: what the service answers to a check and for an open session. Empty for an empty definition. */
export interface EscEnvironmentJson {
  exprs?: Record<string, EscExpressionJson>;
  properties?: Record<string, EscValueJson>;
  executionContext?: { properties: Record<string, EscValueJson> };
}

/** What an evaluation needs from its surroundings. */
export interface EvaluationOptions {
  /** The environment's name for ranges and `${context.currentEnvironment.name}`; `<yaml>` for a text without a name. */
  name: string;
  text: string;
  load: LoadEnvironment;
  /** From ciphertext (base64, without the envelope) to plaintext. What it throws becomes a diagnostic. */
  decrypt: (ciphertext: string) => string;
  /** `check` leaves ciphertext secrets unknown unless `showSecrets`; `open` always decrypts. */
  mode: "check" | "open";
  showSecrets?: boolean;
  /** What `${context.*}` shows besides the environments' names. */
  context?: Record<string, ContextValue>;
  /** What `fn::rotate` may call. Default: none. */
  rotators?: Rotators;
}

/** A value of the execution context. */
export type ContextValue = null | boolean | string | ContextValue[] | { [key: string]: ContextValue };

/** An evaluation's answer. Numbers in it are JsonNumber: send it with `stringifyExact`. */
export interface Evaluation {
  environment: EscEnvironmentJson;
  diagnostics: Diagnostic[];
}

/**
 * Evaluates an environment and all it imports, as the real evaluator (github.com/pulumi/esc v0.26.0) does.
 * Never throws for what is written in an environment: that becomes diagnostics, and with errors among them the
 * environment must not be used. fn::open, fn::toYAML, fn::validate and unknown rotators are such errors.
 */
export function evaluateEnvironment(options: EvaluationOptions): Promise<Evaluation> {
  return evaluateWith(options, undefined);
}

/**
 * The same within a rotation.
 * @throws RotationDue where a rotator has to act first
 */
export async function evaluateWith(
  options: EvaluationOptions,
  rotation: RotationRun | undefined,
): Promise<Evaluation> {
  const { environment: declaration, diagnostics } = parseEnvironment(options.name, options.text);
  if (!declaration || hasErrors(diagnostics)) return { environment: {}, diagnostics };
  if (declaration.values.length === 0 && declaration.imports.length === 0)
    return { environment: {}, diagnostics };
  const { rotators = {} } = options;
  const looksAtAll = rotation !== undefined || options.mode === "check";
  const closure = await loadClosure(declaration, options, looksAtAll);
  const run: EvaluationRun = {
    closure,
    decryptsSecrets: options.mode === "open" || options.showSecrets === true,
    validates: options.mode === "check",
    rotators,
    rotation,
    context: new Map(Object.entries(options.context ?? {}).map(([key, value]) => [key, toJson(value)])),
    diagnostics,
    imported: new Map(),
  };
  const evaluator = new EnvironmentEvaluator(run, options.name, options.name, declaration, options.decrypt);
  const value = evaluator.evaluate();
  const exporter = new JsonExporter(options.name);
  const environment: EscEnvironmentJson = {
    exprs: exporter.expressions(evaluator.root.properties ?? new Map()),
    properties: exporter.members(value),
    executionContext: { properties: exporter.members(evaluator.context) },
  };
  return { environment, diagnostics };
}

function toJson(value: ContextValue): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (value === null || typeof value !== "object") return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
}
