import { type Right, rightsOf } from "../../access/access-matrix";
import { type SharedValue, sharedValues } from "../../access/shared-values";
import type { Identity } from "../../catalog/access-policy";
import { ownTeams } from "../../catalog/checks/check-access";
import { dayOf } from "../../catalog/dates";
import type { ResolvedCatalog, ResolvedEntry } from "../../catalog/entry";
import { pathOf } from "../../catalog/layout";
import { managingEnvironment, type Rotator, rotatedValues, rotatorsIn } from "../../catalog/rotators";
import { EDITIONS_WITH_TEAMS, type Settings } from "../../catalog/settings";
import { RemedyError } from "../../errors";
import { nearestNames } from "../../text";
import type { Context } from "../context";
import { readStacks } from "../project";
import { namedSlots } from "../values/named-entries";
import type { AccessDifference } from "./access-difference";
import { findAccessDifferences, type ObservedAccess, observeAccess } from "./access-differences";
import { differencesIn } from "./team-differences";

/** Whom and what a person asked for; empty and undefined ask for all. */
export interface AccessQuestion {
  /** Names of secrets, of values that ESC rotates, or of rotators. */
  names: readonly string[];
  environment: string | undefined;
  /** A login or a team. */
  identity: string | undefined;
}

/** Who can do what, by the declaration and in Pulumi Cloud. */
export interface AccessAnswer {
  rights: AskedRight[];
  /** None when one identity was asked for. */
  managing: Managing[];
  /** Credentials that more people have than their rows say. */
  shared: SharedValue[];
  /** Secrets asked for that are never in ESC: the pipeline's own credential. */
  neverInEsc: string[];
  /** Undefined without a token. */
  observed: ObservedAccess | undefined;
  differences: readonly AccessDifference[];
  /** How many more there are, of environments that were not asked for. */
  elsewhere: number;
  /** Whether the edition has teams: without them Pulumi Cloud enforces none of it. */
  isEnforced: boolean;
}

/**
 * Answers from the declaration, and compares it with Pulumi Cloud where there is a token.
 *
 * @throws RemedyError naming each secret that the catalog does not have; for an identity that neither the declaration
 *   nor Pulumi Cloud knows.
 */
export async function readAccess(context: Context, question: AccessQuestion): Promise<AccessAnswer> {
  const { catalog, project } = context;
  const { settings } = project;
  const { names, environment, identity } = question;
  const observed = context.cloud() === undefined ? undefined : await observeAccess(context);
  const stacks = [...readStacks(project).values()];
  if (identity !== undefined) refuseUnknown(catalog, settings, identity, observed);
  const teams = (observed?.teams ?? [])
    .filter(({ members }) => identity !== undefined && members.includes(identity))
    .map(({ name }) => name);
  const all = observed === undefined ? [] : findAccessDifferences(catalog, settings, observed, stacks);
  const differences = differencesIn(environment, all, catalog, settings);
  return {
    rights: rightsFor(catalog, settings, { ...question, teams }, stacks),
    shared: sharedFor(catalog, { ...question, teams }, dayOf(context.now())),
    managing: identity === undefined ? managingUsers(catalog, settings, names, environment) : [],
    neverInEsc: catalog.entries
      .filter(({ name, bootstrap }) => bootstrap && names.includes(name))
      .map(({ name }) => name),
    observed,
    differences,
    elsewhere: all.length - differences.length,
    isEnforced: EDITIONS_WITH_TEAMS.includes(settings.edition),
  };
}

/** A right, with the name it was asked for. */
export interface AskedRight extends Right {
  secret?: string;
}

/**
 * The rights that answer a question.
 *
 * @param question with the teams that the identity is in, as the service has it.
 * @param stacks config of every stack: each decides for its own environments.
 * @throws RemedyError naming each secret that the catalog does not have.
 */
function rightsFor(
  catalog: ResolvedCatalog,
  settings: Settings,
  question: AccessQuestion & { teams: readonly string[] },
  stacks: readonly Settings[],
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
  const rightsTo = (name: string, isOn: (right: Right) => boolean): AskedRight[] =>
    found.filter(isOn).map((right) => ({ ...right, secret: name }));
  return [
    ...secretsNamed(catalog, ownNames(catalog, question.names)).flatMap(({ name, group, environments }) =>
      rightsTo(
        name,
        (right) =>
          right.rotator === undefined && right.group === group && environments.includes(right.environment),
      ),
    ),
    ...rotated.flatMap(({ name, rotator }) => rightsTo(name, (right) => right.rotator === rotator.name)),
  ];
}

/** Credentials of the answer whose value other deployment environments have too, with those alone who gain by it. */
function sharedFor(
  catalog: ResolvedCatalog,
  question: AccessQuestion & { teams: readonly string[] },
  today: string,
): SharedValue[] {
  const { names, environment, identity, teams } = question;
  const asked = new Set(names.length === 0 ? [] : secretsNamed(catalog, ownNames(catalog, names)));
  const wanted = new Set([...asked].map(({ name }) => name));
  const isAsked = (who: Identity) =>
    identity === undefined || who.name === identity || (who.type === "team" && teams.includes(who.name));
  return sharedValues(catalog, today).flatMap((shared) => {
    const gains = shared.gains.filter(
      ({ identity: who, opens, reaches }) =>
        isAsked(who) && (environment === undefined || [...opens, ...reaches].includes(environment)),
    );
    const isOut = gains.length === 0 || (names.length > 0 && !wanted.has(shared.name));
    return isOut ? [] : [{ ...shared, gains }];
  });
}

/** Names that ESC's rotators do not make. */
function ownNames(catalog: ResolvedCatalog, names: readonly string[]): string[] {
  const rotated = rotatedNamed(catalog, names).map(({ name }) => name);
  return names.filter((name) => !rotated.includes(name));
}

function secretsNamed(catalog: ResolvedCatalog, names: readonly string[]): ResolvedEntry[] {
  const named = namedSlots(catalog, names).map(({ secret }) => secret);
  return [...new Set(named)].filter(({ bootstrap }) => !bootstrap);
}

/** An ESC environment with the user who changes a rotator's passwords. Administrators alone may open it. */
export interface Managing {
  environment: string;
  group: string;
  rotator: string;
  /** `project/name` in ESC. */
  path: string;
}

/**
 * Managing users of an environment's rotators, of all environments where none is named.
 *
 * @param names of rotators, or of what they make; none asks for all.
 */
export function managingUsers(
  catalog: ResolvedCatalog,
  settings: Settings,
  names: readonly string[] = [],
  only?: string,
): Managing[] {
  const asked = rotatedNamed(catalog, names).map(({ rotator }) => rotator.name);
  return catalog.environments
    .filter((deployment) => only === undefined || deployment === only)
    .flatMap((deployment) =>
      rotatorsIn(catalog.rotators, deployment)
        .filter(({ kind, name }) => kind !== "password" && (names.length === 0 || asked.includes(name)))
        .map((rotator) => ({
          environment: deployment,
          group: rotator.group,
          rotator: rotator.name,
          path: pathOf(managingEnvironment(settings, deployment, rotator)),
        })),
    );
}

/** Of some names those that are a rotator's, or a value's that one makes. */
function rotatedNamed(
  catalog: ResolvedCatalog,
  names: readonly string[],
): { name: string; rotator: Rotator }[] {
  return [...new Set(names)].flatMap((name) =>
    catalog.rotators
      .filter((each) => each.name === name || rotatedValues(each).some((value) => value.name === name))
      .map((rotator) => ({ name, rotator })),
  );
}

/**
 * Looks whether there is somebody of a name: to an audit's question "nobody" and "misspelled" are no one answer.
 *
 * @param observed what Pulumi Cloud said; undefined when it was not asked.
 * @throws RemedyError with the nearest names when neither the declaration nor Pulumi Cloud knows it.
 */
function refuseUnknown(
  catalog: ResolvedCatalog,
  settings: Settings,
  identity: string,
  observed: ObservedAccess | undefined,
): void {
  const declared = catalog.accessPolicies.flatMap(({ identities }) => identities);
  const known = [
    ...declared.map(({ name }) => name),
    ...ownTeams(catalog, settings),
    ...(observed?.members ?? []).map(({ login }) => login),
    ...(observed?.teams ?? []).map(({ name }) => name),
  ];
  if (known.includes(identity)) return;
  const who = observed === undefined ? "the declaration" : "the declaration or Pulumi Cloud";
  const near = nearestNames(identity, [...new Set(known)]).join(", ");
  const ask =
    observed === undefined ? "; with PULUMI_ACCESS_TOKEN, Pulumi Cloud's members are known too" : "";
  throw new RemedyError({
    code: "identity-unknown",
    subject: "--identity",
    cause: `names nobody whom ${who} knows: ${identity}`,
    remedy: `use ${near}${ask}`,
  });
}
