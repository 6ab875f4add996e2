import { type MatrixSettings, type Right, rightsOf } from "../../../secrets/access-matrix";
import { type Catalog, resolveCatalog, type Secret } from "../../../secrets/entry";
import { namedSlots } from "../values/declared";

/** Whom and what a person asked for; empty and undefined ask for all. */
export interface AccessQuestion {
  /** Names of secrets. */
  names: readonly string[];
  environment: string | undefined;
  /** A login or a team. */
  identity: string | undefined;
  /** Teams that the identity is in, as the service has it. */
  teams: readonly string[];
}

/** A right, with the secret it was asked for. */
export interface AskedRight extends Right {
  secret?: string;
}

/**
 * The rights that answer a question.
 *
 * @throws RemedyError naming each secret that the catalog does not have.
 */
export function rightsFor(
  catalog: Catalog,
  settings: MatrixSettings,
  question: AccessQuestion,
): AskedRight[] {
  const { environment, identity, teams } = question;
  const found = rightsOf(catalog, settings).filter(
    (right) =>
      (environment === undefined || right.environment === environment) &&
      (identity === undefined ||
        right.identity.name === identity ||
        (right.identity.type === "team" && teams.includes(right.identity.name))),
  );
  if (question.names.length === 0) return found;
  return secretsNamed(catalog, question.names).flatMap((secret) =>
    found
      .filter((right) => right.group === secret.group && secret.environments.includes(right.environment))
      .map((right) => ({ ...right, secret: secret.name })),
  );
}

/** Secrets asked for that never stand in ESC: the pipeline's own credential. */
export function neverInEsc(catalog: Catalog, names: readonly string[]): string[] {
  const all = resolveCatalog(catalog);
  return all.filter(({ name, bootstrap }) => bootstrap && names.includes(name)).map(({ name }) => name);
}

function secretsNamed(catalog: Catalog, names: readonly string[]): Secret[] {
  const named = namedSlots(catalog, names).map(({ secret }) => secret);
  return [...new Set(named)].filter(({ bootstrap }) => !bootstrap);
}
