import { FORMER_SECRET_REPOSITORIES, SECRET_REPOSITORIES } from "../../catalog/layout";
import { RemedyError } from "../../errors";
import type { Project } from "../project";
import type { AdoptSlot } from "./adopt-slots";

/** What `adopt` does with each slot, by its path: a name, or `repository/environment/NAME`. */
export interface AdoptPlan {
  /** In the catalog and in GitHub, not in the state: these are adopted. */
  adopt: string[];
  /** In the state already. */
  known: string[];
  /** In the catalog, not in GitHub: `up` creates their slots. */
  absent: string[];
}

export const SLOT = "github:index/actionsOrganizationSecret:ActionsOrganizationSecret";

export const ENVIRONMENT_SLOT = "github:index/actionsEnvironmentSecret:ActionsEnvironmentSecret";

export const ENVIRONMENT = "github:index/repositoryEnvironment:RepositoryEnvironment";
export const BRANCH_RULE =
  "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy";
const PROVIDER = "pulumi:providers:github";

/** What a stack's state holds, as far as adopting looks at it. */
export interface StateFacts {
  /** Paths that have a slot, whole: with the resource that holds its repositories where it needs one. */
  slots: ReadonlySet<string>;
  /** `repository/environment` of the environments, and of the rules which branch may use them. */
  environments: ReadonlySet<string>;
  branchRules: ReadonlySet<string>;
  /** The address the state's GitHub provider was given; undefined: none, or no provider yet. */
  githubAddress: string | undefined;
}

interface Inputs {
  secretName?: string;
  repository?: string;
  environment?: string;
  baseUrl?: string;
}

/** @param exported `pulumi stack export`. */
export function readState(exported: string, declared: readonly AdoptSlot[]): StateFacts {
  const { deployment } = JSON.parse(exported) as {
    deployment?: { resources?: { type: string; inputs?: Inputs }[] };
  };
  const resources = deployment?.resources ?? [];
  const of = (type: string, pathOf: (inputs: Inputs) => string) =>
    new Set(resources.filter((each) => each.type === type).map(({ inputs = {} }) => pathOf(inputs)));
  const nameOf = ({ secretName = "" }: Inputs) => secretName;
  const placeOf = ({ repository, environment }: Inputs) => `${repository}/${environment}`;
  const listed = new Set([...of(SECRET_REPOSITORIES, nameOf), ...of(FORMER_SECRET_REPOSITORIES, nameOf)]);
  const withList = declared.filter(
    ({ place, slot: { secret } }) =>
      place === undefined && secret.visibility === "selected" && secret.value === "person",
  );
  const needsList = new Set(withList.map(({ path }) => path));
  // An interrupted run may have left a slot without its list: creating that list later would be a write to GitHub.
  const slots = [...of(SLOT, nameOf)].filter((name) => !needsList.has(name) || listed.has(name));
  return {
    slots: new Set([...slots, ...of(ENVIRONMENT_SLOT, (inputs) => `${placeOf(inputs)}/${nameOf(inputs)}`)]),
    environments: of(ENVIRONMENT, placeOf),
    branchRules: of(BRANCH_RULE, placeOf),
    githubAddress: resources.find((each) => each.type === PROVIDER)?.inputs?.baseUrl,
  };
}

/**
 * What would be adopted.
 *
 * @param declared the slots that the stack declares.
 * @param wanted names; empty means all of them.
 * @param inGitHub paths of those that GitHub has.
 * @throws RemedyError for names asked for that are not declared any more, or that GitHub does not have.
 */
export function planAdoption(
  declared: readonly AdoptSlot[],
  wanted: readonly string[],
  inGitHub: ReadonlySet<string>,
  state: StateFacts,
): AdoptPlan {
  const pathsOf = (name: string) => declared.filter(({ slot }) => slot.name === name).map(({ path }) => path);
  const ended = wanted.filter((name) => pathsOf(name).length === 0);
  if (ended.length > 0) {
    throw new RemedyError({
      code: "secret-deleted",
      subject: ended.join(", "),
      cause: "its tombstone has expired, so the program no longer declares it",
      remedy: "leave it out, or move its tombstone in secrets/catalog.ts",
    });
  }
  const missing = wanted.filter((name) => !pathsOf(name).some((path) => inGitHub.has(path)));
  if (missing.length > 0) {
    throw new RemedyError({
      code: "secret-missing",
      subject: missing.join(", "),
      cause: "GitHub has no such secret",
      remedy: "leave it out: pulumi up creates the secret",
    });
  }
  const paths = wanted.length > 0 ? [...new Set(wanted.flatMap(pathsOf))] : declared.map(({ path }) => path);
  const isKnown = (path: string) => state.slots.has(path);
  paths.sort();
  return {
    adopt: paths.filter((path) => inGitHub.has(path) && !isKnown(path)),
    known: paths.filter(isKnown),
    absent: paths.filter((path) => !inGitHub.has(path) && !isKnown(path)),
  };
}

/** What every slot stands on. */
export function groundOf({ stack, settings }: Project): string[] {
  const owns = settings.organizationStack === stack;
  return [
    "**pulumi:pulumi:Stack::*",
    "**pulumi:providers:github::github",
    "**pulumi:providers:pulumi-nodejs::own-resources",
    ...(owns ? ["**sophia-secrets:github:Organization::*"] : []),
  ];
}

/** A slot, and the component it is part of. */
export function urnsOfSlot({ path, place }: AdoptSlot): string[] {
  if (place === undefined)
    return [
      `**sophia-secrets:github:Slot::${path}`,
      `**${SLOT}::${path}`,
      `**${SECRET_REPOSITORIES}::${path}`,
    ];
  const component = `${place.repository}/${place.environment}`;
  return [`**sophia-secrets:github:EnvironmentSlots::${component}`, `**${ENVIRONMENT_SLOT}::${path}`];
}

/** @param path `repository/environment`. */
export function urnOfEnvironment(path: string): string {
  return `**${ENVIRONMENT}::${path}`;
}

export function urnOfBranchRule(path: string): string {
  return `**${BRANCH_RULE}::${path}`;
}

/** The named ones; nothing else of the stack is touched. */
export function targets(urns: readonly string[]): string[] {
  return [...new Set(urns)].flatMap((urn) => ["--target", urn]);
}
