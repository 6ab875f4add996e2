import { type Right, rightsOf } from "../../../secrets/access-matrix";
import { type Catalog, resolveCatalog, type Secret } from "../../../secrets/entry";
import type { Settings } from "../../../secrets/settings";
import { namedSlots } from "../values/declared";
import { rotatedNamed } from "./rotated-access";

/** Whom and what a person asked for; empty and undefined ask for all. */
export interface AccessQuestion {
  /** Names of secrets, of values that ESC rotates, or of rotators. */
  names: readonly string[];
  environment: string | undefined;
  /** A login or a team. */
  identity: string | undefined;
  /** Teams that the identity is in, as the service has it. */
  teams: readonly string[];
}

/** A right, with the name it was asked for. */
export interface AskedRight extends Right {
  secret?: string;
}

/**
 * The rights that answer a question.
 *
 * @param stacks config of every stack: each decides for its own environments.
 * @throws RemedyError naming each secret that the catalog does not have.
 */
export function rightsFor(
  catalog: Catalog,
  settings: Settings,
  question: AccessQuestion,
  stacks: readonly Settings[] = [settings],
): AskedRight[] {
  const { environment, identity, teams } = question;
  const found = rightsOf(catalog, settings, stacks).filter(
    (right) =>
      (environment === undefined || right.environment === environment) &&
      (identity === undefined ||
        right.identity.name === identity ||
        (right.identity.type === "team" && teams.includes(right.identity.name))),
  );
  if (question.names.length === 0) return found;
  const rotated = rotatedNamed(catalog, question.names);
  const others = question.names.filter((name) => rotated.every((each) => each.name !== name));
  const rightsTo = (name: string, isOn: (right: Right) => boolean): AskedRight[] =>
    found.filter(isOn).map((right) => ({ ...right, secret: name }));
  return [
    ...secretsNamed(catalog, others).flatMap(({ name, group, environments }) =>
      rightsTo(
        name,
        (right) =>
          right.rotator === undefined && right.group === group && environments.includes(right.environment),
      ),
    ),
    ...rotated.flatMap(({ name, rotator }) => rightsTo(name, (right) => right.rotator === rotator.name)),
  ];
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
