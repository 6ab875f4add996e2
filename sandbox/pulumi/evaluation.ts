import { type Evaluation, type EvaluationOptions, evaluateEnvironment } from "../esc/evaluate-environment";
import { parseReference } from "../esc/references";
import { environmentFor, levelOf, type Place, pathOf } from "./access";
import type { Cloud } from "./cloud";
import { decrypterFor } from "./environment-cipher";
import type { Principal } from "./principal";
import { revisionOf } from "./revisions";
import { ROTATORS } from "./rotators/rotators";
import { serviceError } from "./service-error";
import { type Environment, LEVELS, type Level, type Organization } from "./state";

/** A text to evaluate, on whose behalf, and how much of it may be shown. */
export interface EvaluationRequest {
  cloud: Cloud;
  principal: Principal;
  organization: Organization;
  /** The environment the text belongs to; undefined for text that is stored nowhere. */
  environment: Environment | undefined;
  text: string;
  /**
   * `check` validates, without decrypting; imports need `read`, whose holders see plain values anyway.
   * `show` also decrypts, `open` also runs what can be run; imports need `open`.
   */
  mode: "check" | "show" | "open";
}

export type Evaluated = Evaluation & {
  /** The imported environments, each once. */
  imported: Place[];
};

/** What the vendor calls text without an environment (sdk esc.AnonymousEnvironmentName). */
const ANONYMOUS = "<yaml>";

/**
 * Evaluates an environment with the rights of one principal.
 *
 * Whether the real service asks for `open` on each imported environment when a composite is opened, or only on the
 * composite, is not documented. The sandbox asks for each (fails closed): a program that works here works
 * there, and nobody reads a group here through a composite that somebody else wrote.
 */
export async function evaluate(request: EvaluationRequest): Promise<Evaluated> {
  const imported = new Map<string, Place>();
  const result = await evaluateEnvironment(evaluationOptions(request, imported));
  return { ...result, imported: [...imported.values()] };
}

/** How the evaluator must be called. @param imported is told of each environment that is loaded. */
export function evaluationOptions(
  request: EvaluationRequest,
  imported = new Map<string, Place>(),
): EvaluationOptions {
  const { cloud, principal, organization, environment, mode } = request;
  const load = (name: string) => {
    const { project, environment: env, version } = parseReference(name);
    const place: Place = { org: organization.name, project, env };
    const found = environmentFor(
      cloud,
      principal,
      place,
      mode === "check" ? "read" : "open",
      "environment-read",
    );
    imported.set(pathOf(place), place);
    const { text } = revisionOf(found.environment, version);
    return { text, decrypt: decrypterFor(cloud.security, found.environment.id) };
  };
  return {
    name: environment === undefined ? ANONYMOUS : `${environment.project}/${environment.name}`,
    text: request.text,
    load,
    decrypt: decrypterFor(
      cloud.security,
      ...(environment === undefined ? openable(request) : [environment.id]),
    ),
    mode: mode === "open" ? "open" : "check",
    showSecrets: mode !== "check",
    rotators: ROTATORS,
  };
}

/**
 * The environments whose ciphertexts may stand in text that is stored nowhere (`pulumi env get` sends back the
 * definition it just read): those the caller may open.
 */
function openable({ principal, organization }: EvaluationRequest): string[] {
  const all = Object.values(organization.environments);
  return all.filter((e) => mayOpen(levelOf(organization, principal, e.project, e.name))).map((e) => e.id);
}

const mayOpen = (level: Level) => LEVELS.indexOf(level) >= LEVELS.indexOf("open");

/** @throws 400 with the diagnostics when one of them is an error. */
export function refuseErrors(result: Pick<Evaluated, "diagnostics">): void {
  // An empty severity means error, as the CLI's client reads it.
  const errors = result.diagnostics.filter((diagnostic) => diagnostic.severity !== "warning");
  if (errors.length > 0)
    throw serviceError(400, "Bad Request: the environment has errors", { diagnostics: result.diagnostics });
}
